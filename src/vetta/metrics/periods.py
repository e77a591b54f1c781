"""Periods by the label that an answer gave them."""

from __future__ import annotations

import re
from datetime import date

from vetta.kernel.calendar import Calendar, Grain
from vetta.kernel.period import Period
from vetta.kernel.problem import Problem, ProblemError

_YEAR = re.compile(r"\d{4}")


def named_period(calendar: Calendar, grain: Grain, label: str) -> Period:
    """The period of that label.

    Raises:
        ProblemError: ``metrics.unknown_period`` where the calendar has none.
    """
    if grain is Grain.DAY:
        try:
            return calendar.period(grain, date.fromisoformat(label))
        except ValueError:
            raise _unknown(label) from None
    year = _YEAR.search(label)
    if year is not None and 2 <= int(year.group()) <= 9_000:
        # A fiscal year may start and end up to a year away from the civil one that names it.
        number = int(year.group())
        for period in calendar.periods(grain, date(number - 1, 1, 1), date(number + 2, 1, 1)):
            if period.label == label:
                return period
    raise _unknown(label)


def _unknown(label: str) -> ProblemError:
    return ProblemError(
        Problem(
            code="metrics.unknown_period",
            message=f"There is no period labelled “{label}”.",
            hint="Take the label from an answer, such as 2017-03 or 2017-Q1.",
        )
    )
