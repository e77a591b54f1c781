"""Sets values beside those of the period before, of the year before, or beside their target."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from vetta.engine.metrics.exact import as_text
from vetta.engine.metrics.formula import Value
from vetta.engine.metrics.measuring import Asking, Key
from vetta.engine.metrics.question import Compared, Comparison, Question, Row
from vetta.engine.metrics.target_measures import measure_targets
from vetta.kernel.calendar import Calendar, Grain
from vetta.kernel.period import Period
from vetta.kernel.problem import Problem, ProblemError

if TYPE_CHECKING:
    from vetta.engine.metrics.asking import Computed

Values = Mapping[Key, Mapping[str, Value]]


def compare_rows(
    asking: Asking, rows: tuple[Row, ...], values: Values, again: Callable[[Question], Computed]
) -> tuple[Row, ...]:
    """The rows with what they are compared to."""
    others = _others(asking, values, again)
    name = asking.plan.definition.name
    compared = []
    for row in rows:
        key: Key = (tuple(member.id for member in row.by.values()), row.period_starts_on)
        compared.append(row._replace(compared=_compared(values[key][name], others.get(key))))
    return tuple(compared)


def _compared(value: Value, other: Value) -> Compared:
    difference = None
    if value is not None and other is not None:
        difference = Fraction(value) - Fraction(other)
    change = difference / abs(Fraction(other)) if difference is not None and other else None
    return Compared(as_text(other), as_text(difference), as_text(change))


def _others(
    asking: Asking, values: Values, again: Callable[[Question], Computed]
) -> dict[Key, Value]:
    question, name = asking.question, asking.plan.definition.name
    if question.compare is Comparison.TARGET:
        found = measure_targets(asking, question.metric, name)
        return {key: one.get(name) for key, one in found.items()}
    if question.grain is None:
        earlier = again(_shifted_whole(asking))
        return {key: one.get(name) for key, one in earlier.values.items()}
    return _period_by_period(asking, values, again)


def _period_by_period(
    asking: Asking, values: Values, again: Callable[[Question], Computed]
) -> dict[Key, Value]:
    question, name = asking.question, asking.plan.definition.name
    assert question.grain is not None
    before = {
        start: earlier_period(asking.world.calendar, question.grain, start, question.compare)
        for start in {start for _, start in values if start is not None}
    }
    known = [period for period in before.values() if period is not None]
    if not known:
        return {}
    wider = again(
        replace(
            question,
            compare=None,
            starts_on=min(period.starts_on for period in known),
            ends_on=max(period.ends_on for period in known),
            as_of=None,
        )
    ).values
    found: dict[Key, Value] = {}
    for members, start in values:
        period = before.get(start) if start is not None else None
        if period is not None:
            found[(members, start)] = wider.get((members, period.starts_on), {}).get(name)
    return found


def earlier_period(
    calendar: Calendar, grain: Grain, start: date, comparison: Comparison | None
) -> Period | None:
    """The period to compare with; None where the calendar does not reach back so far."""
    try:
        period = calendar.period(grain, start)
        if comparison is Comparison.PREVIOUS_YEAR:
            return calendar.year_earlier(grain, period)
        return calendar.shift(grain, period, -1)
    except ProblemError:
        return None


def _shifted_whole(asking: Asking) -> Question:
    """The question moved back as a whole: by calendar periods where it covers whole ones."""
    question, ends_on = asking.question, asking.ends_on
    if question.starts_on is None or ends_on is None:
        raise ProblemError(
            Problem(
                code="metrics.compare_needs_dates",
                message="A comparison with an earlier period needs both dates, or a grain.",
                hint="Give a start and an end, or a grain such as month.",
            )
        )
    calendar = asking.world.calendar
    asked = Period(question.starts_on, ends_on)
    if question.compare is Comparison.PREVIOUS_YEAR:
        first, last = _a_year_before(calendar, asked)
    else:
        first, last = _just_before(calendar, asked)
    return replace(question, compare=None, starts_on=first, ends_on=last, as_of=None)


def _just_before(calendar: Calendar, asked: Period) -> tuple[date, date]:
    for grain in (Grain.YEAR, Grain.QUARTER, Grain.MONTH, Grain.WEEK):
        steps = _whole_periods(calendar, grain, asked)
        if steps:
            first = calendar.shift(grain, calendar.period(grain, asked.starts_on), -steps)
            return first.starts_on, asked.starts_on
    return asked.starts_on - timedelta(days=asked.days), asked.starts_on


def _a_year_before(calendar: Calendar, asked: Period) -> tuple[date, date]:
    for grain in (Grain.YEAR, Grain.QUARTER, Grain.MONTH):
        if _whole_periods(calendar, grain, asked):
            first = calendar.year_earlier(grain, calendar.period(grain, asked.starts_on))
            last = calendar.year_earlier(grain, calendar.period(grain, asked.last_day))
            return first.starts_on, last.ends_on
    first = calendar.year_earlier(Grain.DAY, calendar.period(Grain.DAY, asked.starts_on))
    last = calendar.year_earlier(Grain.DAY, calendar.period(Grain.DAY, asked.last_day))
    return first.starts_on, last.ends_on


def _whole_periods(calendar: Calendar, grain: Grain, asked: Period) -> int:
    """How many whole periods ``asked`` consists of; 0 where it is cut otherwise."""
    try:
        periods = calendar.periods(grain, asked.starts_on, asked.ends_on)
    except ProblemError:
        return 0
    if not periods:
        return 0
    whole = periods[0].starts_on == asked.starts_on and periods[-1].ends_on == asked.ends_on
    return len(periods) if whole else 0
