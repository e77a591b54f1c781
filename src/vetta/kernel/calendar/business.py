"""Business calendars: which day, week, month, quarter and year a date belongs to.

Each calendar tiles the time line: every day that it covers lies in exactly one period of each
grain. All kinds share days and weeks; they differ in months, quarters and years.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from vetta.kernel.calendar.reading import read_calendar
from vetta.kernel.calendar.years import (
    ListedPeriods,
    Spans,
    StandardYears,
    Weeks,
    YearNaming,
    calendar_problem,
    week_of,
)
from vetta.kernel.period import Period
from vetta.kernel.problem import ProblemError

__all__ = ["Calendar", "Grain", "YearNaming"]


class Grain(StrEnum):
    """How finely time is cut."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


MONDAY_TO_FRIDAY = frozenset(range(1, 6))
_PERIODS_IN_A_YEAR = {Grain.MONTH: 12, Grain.QUARTER: 4, Grain.YEAR: 1}


@dataclass(frozen=True)
class Calendar:
    """An organisation's calendar: fiscal periods, time zone, working days.

    Made by ``standard``, ``four_four_five`` or ``listed``.

    Args:
        spans: the rule behind months, quarters and years.
        time_zone: IANA name; moments in UTC become business dates in it.
        holidays: days on which nobody works.
        workdays: ISO weekdays (Monday 1 … Sunday 7) on which people work.
        week_start: the ISO weekday on which weeks start.
    """

    spans: Spans
    time_zone: str = "UTC"
    holidays: frozenset[date] = frozenset()
    workdays: frozenset[int] = MONDAY_TO_FRIDAY
    week_start: int = 1
    _zone: ZoneInfo = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        try:
            zone = ZoneInfo(self.time_zone)
        except (LookupError, ValueError, OSError, TypeError):
            raise ProblemError(
                calendar_problem(
                    "unknown_time_zone",
                    f"{self.time_zone!r} is not a time zone.",
                    "Write an IANA name such as Europe/Rome or America/New_York.",
                )
            ) from None
        object.__setattr__(self, "_zone", zone)
        if self.week_start not in range(1, 8) or not self.workdays <= set(range(1, 8)):
            raise ProblemError(
                calendar_problem(
                    "bad_weekday",
                    "Weekdays are numbers from 1 (Monday) to 7 (Sunday).",
                    "Correct week_start and workdays.",
                )
            )

    # --- making one -----------------------------------------------------------------------------

    @classmethod
    def standard(
        cls,
        start_month: int = 1,
        *,
        year_named_by: YearNaming | str = YearNaming.END,
        **common: Any,
    ) -> Calendar:
        """Civil months; the year starts with ``start_month``.

        A year that starts in July 2017 is called 2018 (``year_named_by="end"``) or 2017
        (``"start"``).
        """
        return cls(StandardYears(start_month, _naming(year_named_by)), **common)

    @classmethod
    def four_four_five(
        cls,
        year_starts: Sequence[date],
        pattern: str = "4-4-5",
        *,
        extra_week_in: int = 12,
        year_named_by: YearNaming | str = YearNaming.MOST,
        **common: Any,
    ) -> Calendar:
        """Quarters of thirteen weeks, cut 4-4-5, 4-5-4 or 5-4-4.

        Args:
            year_starts: first days of consecutive years, 52 or 53 weeks apart; the last one ends
                the last year. Two dates make one year.
            extra_week_in: the month (1–12) that takes the 53rd week.
            year_named_by: the civil year that names a fiscal one: ``start``, ``end`` or ``most``
                (the one that holds most of its days).
        """
        spans = Weeks.of(year_starts, pattern, extra_week_in, _naming(year_named_by))
        return cls(spans, **common)

    @classmethod
    def listed(
        cls,
        periods: Iterable[tuple[date, str]],
        ends_on: date,
        *,
        grain: Grain | str = Grain.QUARTER,
        **common: Any,
    ) -> Calendar:
        """Periods given one by one as (first day, label), such as (2013-08-30, "2013-Q3").

        Args:
            ends_on: the first day after the last period.
            grain: ``quarter`` or ``month``: what the listed periods are. Listed quarters keep
                civil months; listed months form quarters by threes. A year is the periods whose
                labels share what stands before the last hyphen.
        """
        return cls(ListedPeriods.of(periods, ends_on, str(grain)), **common)

    # --- asking it ------------------------------------------------------------------------------

    def period(self, grain: Grain | str, day: date) -> Period:
        """The period of that grain that ``day`` belongs to.

        Raises:
            ProblemError: ``calendar.outside`` where the calendar does not cover the day.
        """
        if isinstance(day, datetime):
            raise TypeError("ask with a date; business_date() makes one of a moment")
        return self._finder(Grain(grain))(day)

    def periods(self, grain: Grain | str, starts_on: date, ends_on: date) -> list[Period]:
        """All periods that share a day with ``starts_on`` to ``ends_on`` (exclusive), in order.

        Days that a listed calendar does not cover have no period and are left out.
        """
        find = self._finder(Grain(grain))
        first, last = self._covered(Grain(grain))
        day, end = max(starts_on, first), min(ends_on, last)
        found: list[Period] = []
        while day < end:
            found.append(find(day))
            day = found[-1].ends_on
        return found

    def named(self, grain: Grain | str, label: str, near: Period) -> Period:
        """The period of ``near`` with that label.

        Raises:
            ProblemError: ``calendar.unknown_label`` where none has it.
        """
        for period in self.periods(grain, near.starts_on, near.ends_on):
            if period.label == label:
                return period
        raise ProblemError(
            calendar_problem(
                "unknown_label",
                f"No {Grain(grain)} is labelled {label!r}.",
                f"Labels look like {self.period(grain, near.starts_on).label} in this calendar.",
            )
        )

    def shift(self, grain: Grain | str, period: Period, by: int) -> Period:
        """The period ``by`` steps later (earlier where negative).

        Raises:
            ProblemError: ``calendar.outside`` where the calendar ends before.
        """
        find = self._finder(Grain(grain))
        for _ in range(abs(by)):
            day = period.ends_on if by > 0 else period.starts_on - timedelta(days=1)
            period = find(day)
        return period

    def year_earlier(self, grain: Grain | str, period: Period) -> Period:
        """The same period of the year before: the same day, 52 weeks, 12 months, 4 quarters ago."""
        grain = Grain(grain)
        if grain is Grain.DAY:
            return self.period(grain, _a_year_before(period.starts_on))
        if grain is Grain.WEEK:
            return self.period(grain, period.starts_on - timedelta(weeks=52))
        return self.shift(grain, period, -_PERIODS_IN_A_YEAR[grain])

    def business_date(self, moment: datetime) -> date:
        """The date on which ``moment`` falls where the organisation is.

        Raises:
            ValueError: for a moment without a time zone.
        """
        if moment.tzinfo is None:
            raise ValueError("a moment needs a time zone; stored moments are UTC")
        return moment.astimezone(self._zone).date()

    def starts_at(self, day: date) -> datetime:
        """The moment, in UTC, at which the business date ``day`` starts."""
        midnight = datetime(day.year, day.month, day.day, tzinfo=self._zone)
        start = midnight.astimezone(UTC)
        # Where the clock skips midnight, the day starts with the first minute that exists.
        while start.astimezone(self._zone).date() < day:
            start += timedelta(minutes=15)
        return start

    def is_working_day(self, day: date) -> bool:
        """Whether people work on it: a weekday of ``workdays``, and no holiday."""
        return day.isoweekday() in self.workdays and day not in self.holidays

    def working_days(self, period: Period) -> int:
        """How many working days the period has."""
        return sum(1 for day in period if self.is_working_day(day))

    # --- as JSON --------------------------------------------------------------------------------

    def to_json(self) -> dict[str, Any]:
        """A form that ``from_json`` reads back; dates as ISO text."""
        return {
            **self.spans.to_json(),
            "time_zone": self.time_zone,
            "week_start": self.week_start,
            "workdays": sorted(self.workdays),
            "holidays": [day.isoformat() for day in sorted(self.holidays)],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Calendar:
        """Read what ``to_json`` wrote, or what a person wrote by hand; unknown keys are refused.

        Raises:
            ProblemError: ``calendar.*`` with what is wrong and how to write it.
        """
        return read_calendar(cls, data)

    # --- inside ---------------------------------------------------------------------------------

    def _finder(self, grain: Grain) -> Callable[[date], Period]:
        if grain is Grain.DAY:
            return lambda day: Period(day, day + timedelta(days=1), day.isoformat())
        if grain is Grain.WEEK:
            return lambda day: week_of(day, self.week_start)
        return {
            Grain.MONTH: self.spans.month,
            Grain.QUARTER: self.spans.quarter,
            Grain.YEAR: self.spans.year,
        }[grain]

    def _covered(self, grain: Grain) -> tuple[date, date]:
        everything = (date(1, 1, 8), date(9998, 1, 1))
        if grain in (Grain.DAY, Grain.WEEK):
            return everything
        return self.spans.covers(grain.value) or everything


def _naming(value: YearNaming | str) -> YearNaming:
    try:
        return YearNaming(value)
    except ValueError:
        raise ProblemError(
            calendar_problem(
                "bad_year_naming",
                f"{value!r} does not say how a year is named.",
                "Write one of: " + ", ".join(YearNaming) + ".",
            )
        ) from None


def _a_year_before(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return date(day.year - 1, 2, 28)
