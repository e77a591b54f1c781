"""What the audit trail notes of how an act came about: the request's number and its channel."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class RequestContext:
    """``channel`` is ``page``, ``api``, ``job`` or ``cli``; empty where nobody has said."""

    request_id: str = ""
    channel: str = ""


_NOTHING = RequestContext()
_current: ContextVar[RequestContext] = ContextVar("vetta_request", default=_NOTHING)


def current() -> RequestContext:
    return _current.get()


@contextmanager
def entered(*, request_id: str, channel: str) -> Iterator[None]:
    """Within the block, acts are noted under this number and channel."""
    token = _current.set(RequestContext(request_id, channel))
    try:
        yield
    finally:
        _current.reset(token)
