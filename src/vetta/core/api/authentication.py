"""Who calls: a bearer token, or the browser's own session with its CSRF token."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from ninja.errors import HttpError
from ninja.security import APIKeyCookie, HttpBearer
from ninja.utils import check_csrf

from vetta.core.access import Actor


class Bearer(HttpBearer):
    """A personal or service token. The middleware has read it and set ``request.actor``."""

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        return request.actor if request.actor.is_signed_in else None


class Session(APIKeyCookie):
    """The session of a signed-in browser; changing requests need ``X-CSRFToken``."""

    param_name = settings.SESSION_COOKIE_NAME

    def __call__(self, request: HttpRequest) -> Actor | None:
        if not request.user.is_authenticated or not request.actor.is_signed_in:
            return None
        if check_csrf(request) is not None:
            raise HttpError(403, "The CSRF token is missing or wrong.")
        return self.authenticate(request, None)

    def authenticate(self, request: HttpRequest, key: str | None) -> Actor | None:
        return request.actor


AUTHENTICATION = [Bearer(), Session()]
