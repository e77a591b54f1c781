"""The one clock. Nothing else asks what time it is, so that tests and what-ifs can say."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from vetta.core.selectors import organisation

_stopped: ContextVar[datetime | None] = ContextVar("vetta_clock", default=None)


def now() -> datetime:
    """The present moment, in UTC."""
    return _stopped.get() or datetime.now(UTC)


def today() -> date:
    """The present day in the organisation's time zone."""
    return business_date(now())


def business_date(moment: datetime) -> date:
    """The day of a moment in the organisation's time zone.

    Raises:
        ValueError: for a moment without time zone.
    """
    if moment.tzinfo is None:
        raise ValueError("A moment needs a time zone to have a business date.")
    return moment.astimezone(ZoneInfo(organisation().time_zone)).date()


@contextmanager
def stopped_at(moment: datetime) -> Iterator[None]:
    """Hold the clock at a moment (which needs a time zone) within the block."""
    if moment.tzinfo is None:
        raise ValueError("The clock needs a moment with a time zone.")
    token = _stopped.set(moment)
    try:
        yield
    finally:
        _stopped.reset(token)
