"""What holds for every call under ``/api/``, before any operation sees it."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from vetta.core import tokens
from vetta.core.api import idempotency, problems

log = logging.getLogger("vetta.api")

Handler = Callable[[HttpRequest], HttpResponse]


class ApiMiddleware:
    """Bearer tokens, size limits, idempotency keys, and problem details instead of pages.

    Stands after ``ActorMiddleware``, whose actor a token replaces: the browser's session counts
    for nothing on a call that carries a token.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith("/api/"):
            return self.get_response(request)
        if _length(request) > settings.VETTA_UPLOAD_MAX_BYTES:
            return problems.too_large(settings.VETTA_UPLOAD_MAX_BYTES)
        kind, _space, secret = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() == "bearer":
            actor = tokens.actor_of(secret.strip())
            if actor is None:
                return problems.not_signed_in()
            request.actor = actor
        if idempotency.applies(request) and request.actor.user is not None:
            if _length(request) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE and not _is_upload(request):
                return problems.too_large(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
            return idempotency.once(request, request.actor.user, self._answer)
        return self._answer(request)

    def _answer(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_page = response.get("Content-Type", "").startswith("text/html")
        if response.status_code < 400 or not is_page:
            return response
        # An address that no operation has, or a failure outside of one: Django's own page.
        if response.status_code == 404:
            return problems.not_found()
        if response.status_code >= 500:
            return problems.unforeseen()
        return problems.refused(response.status_code, response.reason_phrase)


def _length(request: HttpRequest) -> int:
    length = request.META.get("CONTENT_LENGTH") or "0"
    return int(length) if length.isdigit() else 0


def _is_upload(request: HttpRequest) -> bool:
    return request.content_type == "multipart/form-data"
