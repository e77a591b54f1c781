"""Errors as problem details (RFC 9457): what, where, what to do."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError

from vetta.core import request_context
from vetta.kernel.problem import Problem, ProblemError

log = logging.getLogger("vetta.api")


class ProblemDetails(Schema):
    """The body of every error answer; its media type is ``application/problem+json``."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    hint: str = ""
    instance: str
    problems: list[dict[str, Any]] = []


def problem_response(
    status: int, *problems: Problem, title: str = "", headers: dict[str, str] | None = None
) -> HttpResponse:
    """An answer that carries one problem or several; the first gives the code and the detail."""
    first = problems[0]
    body = {
        "type": f"urn:vetta:problem:{first.code}",
        "title": title or _TITLES.get(status, str(status)),
        "status": status,
        "detail": first.message,
        "code": first.code,
        "hint": first.hint,
        "instance": f"urn:vetta:request:{request_context.current().request_id}",
        "problems": [problem.as_json() for problem in problems],
    }
    return JsonResponse(
        body, status=status, content_type="application/problem+json", headers=headers
    )


_TITLES = {
    400: "Bad request",
    401: "Not signed in",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    409: "Conflict",
    413: "Too large",
    422: "Not acceptable as it is",
    429: "Too many requests",
    500: "Unexpected failure",
    503: "Not available now",
}


def not_signed_in() -> HttpResponse:
    problem = Problem(
        code="core.not_signed_in",
        message=_("This needs a valid token or a signed-in session."),
        hint=_("Send the header “Authorization: Bearer …”; tokens are made under Settings."),
    )
    return problem_response(401, problem, headers={"WWW-Authenticate": 'Bearer realm="vetta"'})


def not_found() -> HttpResponse:
    problem = Problem(
        code="core.not_found",
        message=_("There is nothing here, or nothing that you may see."),
        hint=_("Check the address and the number in it."),
    )
    return problem_response(404, problem)


def too_large(limit: int) -> HttpResponse:
    problem = Problem(
        code="core.request_too_large",
        message=_("The request is larger than the {limit} bytes allowed here.").format(limit=limit),
        hint=_("Send less at once; files go to the import's upload."),
        details={"limit_bytes": limit},
    )
    return problem_response(413, problem)


def refused(status: int, message: str) -> HttpResponse:
    """Any other refusal, with the message it came with."""
    return problem_response(
        status,
        Problem(
            code="core.not_allowed" if status == 403 else "core.request_refused", message=message
        ),
    )


def unforeseen() -> HttpResponse:
    problem = Problem(
        code="core.unforeseen",
        message=_("Something went wrong that was not foreseen. Nothing was changed in part."),
        hint=_("Try again; if it fails again, tell the administrator the number in “instance”."),
    )
    return problem_response(500, problem)


def install(api: NinjaAPI) -> None:
    """Give an API these answers."""

    def answers(kind: type[Exception], handler: Any) -> None:
        api.add_exception_handler(kind, handler)

    answers(AuthenticationError, lambda request, error: not_signed_in())
    answers(Http404, lambda request, error: not_found())
    answers(PermissionDenied, lambda request, error: refused(403, str(error)))
    answers(HttpError, lambda request, error: refused(error.status_code, str(error)))
    answers(ValidationError, lambda request, error: _invalid(error.errors))
    answers(ProblemError, lambda request, error: problem_response(422, *error.problems))
    answers(RequestDataTooBig, _too_big)
    answers(Exception, _failed)


def _too_big(request: HttpRequest, error: Exception) -> HttpResponse:
    return too_large(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)


def _failed(request: HttpRequest, error: Exception) -> HttpResponse:
    log.exception("%s %s failed", request.method, request.path, exc_info=error)
    return unforeseen()


def _invalid(errors: Sequence[dict[str, Any]]) -> HttpResponse:
    """One problem per field that does not fit, named as the caller wrote it."""
    problems = [
        Problem(
            code="core.bad_value",
            message=f"{'.'.join(str(part) for part in error['loc'])}: {error['msg']}",
            hint=_("See the operation's description in the API reference."),
            column=str(error["loc"][-1]) if error["loc"] else None,
        )
        for error in errors
    ]
    return problem_response(422, *problems)
