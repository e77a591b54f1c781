"""``Idempotency-Key``: a request that is sent twice is done once.

The first reserves the key and, when answered, leaves its answer; a repetition gets that answer
again. The same key with another request is refused, and so is a repetition while the first is
under way.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from vetta.core import clock
from vetta.core.api.problems import problem_response
from vetta.core.models import IdempotencyKey, User
from vetta.kernel.problem import Problem

HEADER = "Idempotency-Key"
KEPT_FOR = timedelta(hours=24)
_GIVEN_UP_AFTER = timedelta(minutes=10)  # a first whose process died will never answer
_METHODS = {"POST", "PUT", "PATCH", "DELETE"}
_LARGEST_ANSWER = 1024 * 1024
# An answer about who asks, or when, says nothing of the request itself.
_NOT_KEPT = {401, 403, 408, 409, 413, 429}


def applies(request: HttpRequest) -> bool:
    return request.method in _METHODS and HEADER in request.headers


def once(
    request: HttpRequest, user: User, answer: Callable[[HttpRequest], HttpResponse]
) -> HttpResponse:
    """Answer the request, or repeat the answer it got before."""
    key = request.headers[HEADER].strip()
    if not 1 <= len(key) <= 255:
        return _refusal(400, "core.bad_idempotency_key", _("The key has 1 to 255 characters."))
    mark = _fingerprint(request)
    reserved = _reserve(user, key, mark)
    if not isinstance(reserved, IdempotencyKey):
        return reserved
    try:
        response = answer(request)
    except BaseException:
        reserved.delete()
        raise
    _keep(reserved, response)
    return response


def _fingerprint(request: HttpRequest) -> str:
    """A digest of method, address and body. Uploads count by their content, not their borders."""
    digest = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    if request.content_type == "multipart/form-data":
        for name in sorted(request.POST):
            digest.update(f"{name}={request.POST.getlist(name)}\n".encode())
        for name in sorted(request.FILES):
            for upload in request.FILES.getlist(name):
                digest.update(f"{name}:{upload.name}:{upload.size}\n".encode())
                for chunk in upload.chunks():
                    digest.update(chunk)
                upload.seek(0)
    else:
        digest.update(request.body)
    return digest.hexdigest()


def _reserve(user: User, key: str, mark: str) -> IdempotencyKey | HttpResponse:
    """The reserved key if this request is the first, else the answer to give."""
    now = clock.now()
    stale = IdempotencyKey.objects.filter(user=user, key=key)
    stale.filter(created_at__lt=now - KEPT_FOR).delete()
    stale.filter(status__isnull=True, created_at__lt=now - _GIVEN_UP_AFTER).delete()
    try:
        with transaction.atomic():
            return IdempotencyKey.objects.create(
                user=user, key=key, fingerprint=mark, created_at=now
            )
    except IntegrityError:
        return _repetition(IdempotencyKey.objects.filter(user=user, key=key).first(), mark)


def _repetition(first: IdempotencyKey | None, mark: str) -> HttpResponse:
    if first is not None and first.fingerprint != mark:
        return _refusal(
            422,
            "core.idempotency_conflict",
            _("This idempotency key was used for another request."),
        )
    if first is None or first.status is None:
        response = _refusal(
            409, "core.idempotency_under_way", _("The first request with this key is under way.")
        )
        response["Retry-After"] = "1"
        return response
    response = HttpResponse(bytes(first.body), status=first.status, content_type=first.content_type)
    response["Idempotency-Replayed"] = "true"
    return response


def _keep(reserved: IdempotencyKey, response: HttpResponse) -> None:
    is_kept = (
        not response.streaming
        and response.status_code < 500
        and response.status_code not in _NOT_KEPT
        and len(response.content) <= _LARGEST_ANSWER
    )
    if not is_kept:
        reserved.delete()
        return
    reserved.status = response.status_code
    reserved.content_type = response.get("Content-Type", "")[:100]
    reserved.body = response.content
    reserved.save(update_fields=["status", "content_type", "body"])


def _refusal(status: int, code: str, message: str) -> HttpResponse:
    hint = _("Use a new key for each new request, and the same only to repeat it.")
    return problem_response(status, Problem(code=code, message=message, hint=hint))


def forget_old() -> int:
    """Delete the answers kept long enough; returns how many."""
    return IdempotencyKey.objects.filter(created_at__lt=clock.now() - KEPT_FOR).delete()[0]
