"""The organisation and its calendar, as everything else reads them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from zoneinfo import ZoneInfo

from vetta.core.models.organisation import Organisation
from vetta.kernel.calendar import Calendar

_remembered: ContextVar[list[Organisation] | None] = ContextVar("vetta_organisation", default=None)


@contextmanager
def organisation_remembered() -> Iterator[None]:
    """Read the organisation at most once within the block: a request, never longer."""
    token = _remembered.set([])
    try:
        yield
    finally:
        _remembered.reset(token)


def forget_organisation() -> None:
    """Read it anew next time; called by whoever changed it."""
    remembered = _remembered.get()
    if remembered:
        remembered.clear()


def organisation() -> Organisation:
    """The organisation; one with the default settings where nobody has set it up yet.

    One query, or none where this request has asked before.
    """
    remembered = _remembered.get()
    if remembered:
        return remembered[0]
    found = Organisation.objects.filter(pk=1).first() or Organisation(pk=1)
    if remembered is not None:
        remembered.append(found)
    return found


def time_zone() -> ZoneInfo:
    """The organisation's time zone."""
    return ZoneInfo(organisation().time_zone)


def calendar() -> Calendar:
    """The organisation's fiscal calendar: calendar months from January if none was set."""
    kept = organisation()
    if not kept.calendar:
        return Calendar.standard(time_zone=kept.time_zone)
    return Calendar.from_json({**kept.calendar, "time_zone": kept.time_zone})
