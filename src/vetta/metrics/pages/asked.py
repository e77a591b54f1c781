"""A question as it stands in the address, and back: what is asked is what can be shared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from vetta.engine.metrics.question import Comparison, Question
from vetta.kernel.calendar import Calendar, Grain
from vetta.ui import formatting

GRAINS: Mapping[str, Any] = {
    "day": _("Day"),
    "week": _("Week"),
    "month": _("Month"),
    "quarter": _("Quarter"),
    "year": _("Year"),
}
COMPARISONS: Mapping[str, Any] = {
    "previous_period": _("The period before"),
    "previous_year": _("The same period a year before"),
    "target": _("Target"),
}
PERIODS: Mapping[str, Any] = {
    "12m": _("Last 12 months"),
    "this_quarter": _("This quarter"),
    "last_quarter": _("Last quarter"),
    "this_year": _("This year"),
    "last_year": _("Last year"),
    "all": _("All time"),
}
DEFAULT_PERIOD = "12m"
MAX_SPLITS = 2


@dataclass(frozen=True)
class Asked:
    """What the address says. Unknown words are left out; the engine judges the filter.

    ``period`` is a preset's key, or ``custom`` with ``first`` and ``until`` (exclusive).
    """

    kpi: str
    by: tuple[str, ...] = ()
    grain: str = ""
    period: str = DEFAULT_PERIOD
    first: date | None = None
    until: date | None = None
    where: str = ""
    compare: str = ""

    def changed(self, **changes: Any) -> Asked:
        return replace(self, **changes)

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The address' names and values; what is the default stays unsaid."""
        found = [("kpi", self.kpi), *(("by", name) for name in self.by)]
        if self.grain:
            found.append(("grain", self.grain))
        if self.period == "custom":
            found += [
                (name, day.isoformat())
                for name, day in (("from", self.first), ("until", self.until))
                if day
            ]
        elif self.period != DEFAULT_PERIOD:
            found.append(("period", self.period))
        if self.where:
            found.append(("where", self.where))
        if self.compare:
            found.append(("compare", self.compare))
        return found

    @property
    def query(self) -> str:
        return urlencode(self.pairs)

    def without(self, *names: str) -> list[tuple[str, str]]:
        """The pairs that a form must carry, but for those it sets itself."""
        return [(name, value) for name, value in self.pairs if name not in names]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def read(data: QueryDict, kpi: str) -> Asked:
    """What an address asks about a KPI."""
    first, until = _day(data.get("from", "")), _day(data.get("until", ""))
    period = data.get("period", "")
    if first or until:
        period = "custom"
    elif period not in PERIODS:
        period = DEFAULT_PERIOD
    by = tuple(dict.fromkeys(name for name in data.getlist("by") if name))[:MAX_SPLITS]
    grain = data.get("grain", "")
    compare = data.get("compare", "")
    return Asked(
        kpi=kpi,
        by=by,
        grain=grain if grain in GRAINS else "",
        period=period,
        first=first,
        until=until,
        where=data.get("where", "").strip()[:2000],
        compare=compare if compare in COMPARISONS else "",
    )


def span(asked: Asked, calendar: Calendar, anchor: date) -> tuple[date | None, date | None]:
    """The days asked for: inclusive start, exclusive end.

    Args:
        anchor: the day that "this" and "last" mean: today, or the last day with facts.
    """
    match asked.period:
        case "custom":
            return asked.first, asked.until
        case "all":
            return None, None
        case "this_quarter" | "last_quarter":
            grain = Grain.QUARTER
        case "this_year" | "last_year":
            grain = Grain.YEAR
        case _:
            month = calendar.period(Grain.MONTH, anchor)
            return calendar.shift(Grain.MONTH, month, -11).starts_on, month.ends_on
    period = calendar.period(grain, anchor)
    if asked.period.startswith("last"):
        period = calendar.period(grain, period.starts_on - timedelta(days=1))
    return period.starts_on, period.ends_on


def question(asked: Asked, starts_on: date | None, ends_on: date | None) -> Question:
    """The question that the engine answers."""
    return Question(
        metric=asked.kpi,
        by=asked.by,
        grain=Grain(asked.grain) if asked.grain else None,
        starts_on=starts_on,
        ends_on=ends_on,
        where=asked.where or None,
        compare=Comparison(asked.compare) if asked.compare else None,
    )


def span_text(starts_on: date | None, ends_on: date | None) -> str:
    """The days in words, the last one included: 1 Jan 2017 to 31 Dec 2017."""
    if starts_on is None and ends_on is None:
        return str(_("all time"))
    last = ends_on - timedelta(days=1) if ends_on else None
    if starts_on and last:
        return formatting.interval(formatting.day(starts_on), formatting.day(last))
    if starts_on:
        return str(_("from %(day)s")) % {"day": formatting.day(starts_on)}
    return str(_("until %(day)s")) % {"day": formatting.day(last)}


def quoted(text: str) -> str:
    """A text literal of the filter language."""
    return "'" + text.replace("'", "''") + "'"


def narrowed(asked: Asked, dimension: str, member: str | None) -> Asked:
    """The question, only for one member of a dimension."""
    piece = f"{dimension} IS NULL" if member is None else f"{dimension} = {quoted(member)}"
    where = f"({asked.where}) AND {piece}" if asked.where else piece
    return asked.changed(where=where, by=tuple(name for name in asked.by if name != dimension))
