"""Cumulative KPIs: running sums over periods, of the year to date or of a trailing window."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from itertools import accumulate

from vetta.engine.metrics.formula import Value
from vetta.engine.metrics.measuring import Asking, Key, Measured, run, table_query
from vetta.engine.metrics.plan import Leaf
from vetta.kernel.calendar import Calendar, Grain
from vetta.kernel.period import Period

Members = tuple[str | None, ...]


def measure_cumulative(asking: Asking, leaf: Leaf) -> Measured:
    """The running sum at the end of each asked period, or at the end of the asked days."""
    question, calendar = asking.question, asking.world.calendar
    end = asking.ends_on or asking.world.today + timedelta(days=1)
    first = None
    if question.grain is None:
        first = _window_start(leaf, calendar, end)
    elif question.starts_on is not None:
        opening = calendar.period(question.grain, question.starts_on)
        window = _window_start(leaf, calendar, min(opening.ends_on, end))
        first = None if window is None else min(window, opening.starts_on)
    query = replace(
        table_query(asking, (leaf,)), grain=Grain.DAY, starts_on=first, ends_on=asking.ends_on
    )
    days = _by_members(run(asking, query, (leaf,)), leaf.name)
    if question.grain is None:
        return {
            (members, None): {leaf.name: total}
            for members, series in days.items()
            if (total := series.between(_window_start(leaf, calendar, end), end)) is not None
        }
    found: Measured = {}
    for period in _asked_periods(asking, days.values(), question.grain):
        until = min(period.ends_on, asking.ends_on or period.ends_on)
        since = _window_start(leaf, calendar, until)
        for members, series in days.items():
            total = series.between(since, until)
            if total is not None:
                key: Key = (members, period.starts_on)
                found[key] = {leaf.name: total}
    return found


class _Series:
    """Values by day, summed between any two days in two look-ups."""

    def __init__(self, values: dict[date, Fraction]) -> None:
        self.days = sorted(values)
        self.sums = [Fraction(0), *accumulate(values[day] for day in self.days)]

    def between(self, since: date | None, until: date) -> Value:
        """The sum from ``since`` to ``until`` (exclusive); None where nothing happened."""
        low = 0 if since is None else bisect_left(self.days, since)
        high = bisect_left(self.days, until)
        return self.sums[high] - self.sums[low] if high > low else None


def _by_members(measured: Measured, name: str) -> dict[Members, _Series]:
    collected: dict[Members, dict[date, Fraction]] = defaultdict(dict)
    for (members, day), values in measured.items():
        value = values.get(name)
        if day is not None and value is not None:
            collected[members][day] = Fraction(value)
    return {members: _Series(values) for members, values in collected.items()}


def _window_start(leaf: Leaf, calendar: Calendar, end: date) -> date | None:
    definition = leaf.accumulate
    assert definition is not None
    if definition.window_days is not None:
        return end - timedelta(days=definition.window_days)
    if definition.grain_to_date is None:
        return None
    return calendar.period(definition.grain_to_date, end - timedelta(days=1)).starts_on


def _asked_periods(asking: Asking, series: Iterable[_Series], grain: Grain) -> list[Period]:
    days = [day for one in series for day in (one.days[0], one.days[-1])]
    if not days:
        return []
    starts_on = asking.question.starts_on or min(days)
    ends_on = asking.ends_on or max(days) + timedelta(days=1)
    return asking.world.calendar.periods(grain, starts_on, ends_on)
