"""Who asks, in which language, under which number: set once for every request."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.functional import SimpleLazyObject

from vetta.core import request_context
from vetta.core.access import actor_for
from vetta.core.selectors import organisation, organisation_remembered

_GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")

Handler = Callable[[HttpRequest], HttpResponse]


class RequestIdMiddleware:
    """Gives every request a number, which the audit trail, the jobs and the answer carry.

    A reverse proxy's own ``X-Request-ID`` is kept where it is harmless.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        request.id = given if _GIVEN_ID.fullmatch(given) else uuid.uuid4().hex
        channel = "api" if request.path.startswith("/api/") else "page"
        with (
            request_context.entered(request_id=request.id, channel=channel),
            organisation_remembered(),
        ):
            response = self.get_response(request)
        response["X-Request-ID"] = request.id
        return response


class ActorMiddleware:
    """Sets ``request.actor`` (resolved when first asked), the person's language and time zone.

    Stands after the authentication middleware.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = SimpleLazyObject(lambda: actor_for(request.user))
        if not request.user.is_authenticated:
            return self.get_response(request)
        if request.user.must_change_password and not _may_still_be_asked(request.path):
            return redirect("account_change_password")
        language = request.user.language
        with (
            translation.override(language),
            timezone.override(_zone(request.user.time_zone or organisation().time_zone)),
        ):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


def _may_still_be_asked(path: str) -> bool:
    """The pages open to who signed in with a one-time password and has not changed it yet."""
    return path.startswith(("/static/", "/ui/")) or path in {
        reverse(name)
        for name in ("account_change_password", "account_logout", "account_reauthenticate")
    }


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
