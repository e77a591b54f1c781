"""The three rules by which fiscal months, quarters and years are cut."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from itertools import groupby, pairwise
from typing import Any, Protocol

from vetta.kernel.period import Period
from vetta.kernel.problem import Problem, ProblemError

WEEK = timedelta(weeks=1)
PATTERNS = {"4-4-5": (4, 4, 5), "4-5-4": (4, 5, 4), "5-4-4": (5, 4, 4)}


class YearNaming(StrEnum):
    """The civil year that names a fiscal year: of its first day, its last, or of most days."""

    START = "start"
    END = "end"
    MOST = "most"

    def name_of(self, starts_on: date, ends_on: date) -> str:
        last = ends_on - timedelta(days=1)
        middle = starts_on + (last - starts_on) / 2
        day = {YearNaming.START: starts_on, YearNaming.END: last, YearNaming.MOST: middle}[self]
        return f"{day.year:04d}"


class Spans(Protocol):
    """What a rule answers. ``covers`` is None where there is no limit."""

    def month(self, day: date) -> Period: ...
    def quarter(self, day: date) -> Period: ...
    def year(self, day: date) -> Period: ...
    def covers(self, grain: str) -> tuple[date, date] | None: ...
    def to_json(self) -> dict[str, Any]: ...


def calendar_problem(code: str, message: str, hint: str) -> Problem:
    return Problem(f"calendar.{code}", message, hint)


def week_of(day: date, week_start: int) -> Period:
    """The week, labelled by the ISO week of its fourth day; weeks from Monday are ISO weeks."""
    starts_on = day - timedelta(days=(day.isoweekday() - week_start) % 7)
    iso = (starts_on + timedelta(days=3)).isocalendar()
    return Period(starts_on, starts_on + WEEK, f"{iso.year:04d}-W{iso.week:02d}")


def civil_month(day: date) -> Period:
    starts_on = day.replace(day=1)
    return Period(starts_on, add_months(starts_on, 1), f"{day.year:04d}-{day.month:02d}")


def add_months(first: date, months: int) -> date:
    """The first day of the month ``months`` later; ``first`` is the first of a month."""
    index = first.year * 12 + first.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


@dataclass(frozen=True)
class StandardYears:
    """Civil months; a year starts with any of them."""

    start_month: int = 1
    naming: YearNaming = YearNaming.END

    def __post_init__(self) -> None:
        if self.start_month not in range(1, 13):
            raise ProblemError(
                calendar_problem(
                    "bad_start_month",
                    f"A year cannot start in month {self.start_month}.",
                    "Write a month from 1 (January) to 12.",
                )
            )

    def month(self, day: date) -> Period:
        return civil_month(day)

    def quarter(self, day: date) -> Period:
        offset = (day.month - self.start_month) % 12
        starts_on = add_months(day.replace(day=1), -(offset % 3))
        label = f"{self.year(day).label}-Q{offset // 3 + 1}"
        return Period(starts_on, add_months(starts_on, 3), label)

    def year(self, day: date) -> Period:
        starts_on = add_months(day.replace(day=1), -((day.month - self.start_month) % 12))
        ends_on = add_months(starts_on, 12)
        return Period(starts_on, ends_on, self.naming.name_of(starts_on, ends_on))

    def covers(self, grain: str) -> None:
        return None

    def to_json(self) -> dict[str, Any]:
        return {
            "kind": "standard",
            "start_month": self.start_month,
            "year_named_by": self.naming.value,
        }


@dataclass(frozen=True)
class Tiles:
    """Periods without gap or overlap, found by bisection."""

    periods: tuple[Period, ...]
    starts: tuple[date, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "starts", tuple(p.starts_on for p in self.periods))

    @property
    def covered(self) -> tuple[date, date]:
        return self.periods[0].starts_on, self.periods[-1].ends_on

    def find(self, day: date) -> Period:
        first, end = self.covered
        if not first <= day < end:
            raise ProblemError(
                calendar_problem(
                    "outside",
                    f"The calendar does not cover {day}: it runs from {first} to before {end}.",
                    "Add the missing periods to the organisation's calendar.",
                )
            )
        return self.periods[bisect_right(self.starts, day) - 1]


def _merged(periods: Iterable[Period], label: str) -> Period:
    parts = list(periods)
    return Period(parts[0].starts_on, parts[-1].ends_on, label)


@dataclass(frozen=True)
class Weeks:
    """Years of 52 or 53 weeks, cut by a pattern of weeks."""

    year_starts: tuple[date, ...]
    pattern: str
    extra_week_in: int
    naming: YearNaming
    months: Tiles
    quarters: Tiles
    years: Tiles

    @classmethod
    def of(
        cls, year_starts: Sequence[date], pattern: str, extra_week_in: int, naming: YearNaming
    ) -> Weeks:
        starts = tuple(year_starts)
        _check_weeks(starts, pattern, extra_week_in)
        months: list[Period] = []
        quarters: list[Period] = []
        years: list[Period] = []
        for start, end in pairwise(starts):
            name = naming.name_of(start, end)
            cut = _cut_year(start, end, PATTERNS[pattern], extra_week_in, name)
            months += cut
            quarters += [_merged(cut[3 * q : 3 * q + 3], f"{name}-Q{q + 1}") for q in range(4)]
            years.append(Period(start, end, name))
        _refuse_twins(years)
        return cls(
            starts,
            pattern,
            extra_week_in,
            naming,
            Tiles(tuple(months)),
            Tiles(tuple(quarters)),
            Tiles(tuple(years)),
        )

    def month(self, day: date) -> Period:
        return self.months.find(day)

    def quarter(self, day: date) -> Period:
        return self.quarters.find(day)

    def year(self, day: date) -> Period:
        return self.years.find(day)

    def covers(self, grain: str) -> tuple[date, date]:
        return self.years.covered

    def to_json(self) -> dict[str, Any]:
        return {
            "kind": "weeks",
            "pattern": self.pattern,
            "year_starts": [day.isoformat() for day in self.year_starts],
            "extra_week_in": self.extra_week_in,
            "year_named_by": self.naming.value,
        }


def _check_weeks(starts: tuple[date, ...], pattern: str, extra_week_in: int) -> None:
    if pattern not in PATTERNS:
        raise ProblemError(
            calendar_problem(
                "bad_pattern",
                f"{pattern!r} is not a pattern of weeks.",
                "Write one of: " + ", ".join(PATTERNS) + ".",
            )
        )
    if extra_week_in not in range(1, 13):
        raise ProblemError(
            calendar_problem(
                "bad_extra_week",
                f"There is no month {extra_week_in} for the 53rd week.",
                "Write a month from 1 to 12; 12 is usual.",
            )
        )
    if len(starts) < 2:
        raise ProblemError(
            calendar_problem(
                "too_few_years",
                "A calendar of weeks needs at least two dates: a start and an end.",
                "List the first day of each year, then the day after the last year.",
            )
        )
    for start, end in pairwise(starts):
        if end - start not in (52 * WEEK, 53 * WEEK):
            raise ProblemError(
                calendar_problem(
                    "bad_year_length",
                    f"The year from {start} to before {end} has {(end - start).days} days.",
                    "Years of weeks have 52 weeks (364 days) or 53 (371 days).",
                )
            )


def _cut_year(
    start: date, end: date, pattern: tuple[int, int, int], extra_week_in: int, name: str
) -> list[Period]:
    months: list[Period] = []
    day = start
    has_extra_week = end - start == 53 * WEEK
    for number in range(1, 13):
        weeks = pattern[(number - 1) % 3] + (has_extra_week and number == extra_week_in)
        months.append(Period(day, day + weeks * WEEK, f"{name}-P{number:02d}"))
        day += weeks * WEEK
    return months


@dataclass(frozen=True)
class ListedPeriods:
    """Quarters or months given one by one with their labels."""

    grain: str
    tiles: Tiles
    years: Tiles
    quarters: Tiles

    @classmethod
    def of(cls, periods: Iterable[tuple[date, str]], ends_on: date, grain: str) -> ListedPeriods:
        listed = list(periods)
        _check_listed(listed, ends_on, grain)
        ends = [start for start, _ in listed[1:]] + [ends_on]
        tiles = [
            Period(start, end, label) for (start, label), end in zip(listed, ends, strict=True)
        ]
        _refuse_twins(tiles)
        years = {
            name: list(group) for name, group in groupby(tiles, key=lambda p: _year_of(p.label))
        }
        year_tiles = [_merged(group, name) for name, group in years.items()]
        if sum(len(group) for group in years.values()) != len(tiles):
            raise ProblemError(
                calendar_problem(
                    "scattered_year",
                    "The periods of one year do not follow each other.",
                    "What stands before the last hyphen of a label names its year.",
                )
            )
        quarters = tiles if grain == "quarter" else _by_threes(years)
        return cls(grain, Tiles(tuple(tiles)), Tiles(tuple(year_tiles)), Tiles(tuple(quarters)))

    def month(self, day: date) -> Period:
        return civil_month(day) if self.grain == "quarter" else self.tiles.find(day)

    def quarter(self, day: date) -> Period:
        return self.quarters.find(day)

    def year(self, day: date) -> Period:
        return self.years.find(day)

    def covers(self, grain: str) -> tuple[date, date] | None:
        return None if grain == "month" and self.grain == "quarter" else self.tiles.covered

    def to_json(self) -> dict[str, Any]:
        return {
            "kind": "listed",
            "grain": self.grain,
            "periods": [
                {"starts_on": p.starts_on.isoformat(), "label": p.label} for p in self.tiles.periods
            ],
            "ends_on": self.tiles.covered[1].isoformat(),
        }


def _check_listed(listed: list[tuple[date, str]], ends_on: date, grain: str) -> None:
    if grain not in ("quarter", "month"):
        raise ProblemError(
            calendar_problem(
                "bad_grain",
                f"Listed periods cannot be {grain}s.",
                "Write quarter or month.",
            )
        )
    if not listed:
        raise ProblemError(
            calendar_problem(
                "no_periods", "The list of periods is empty.", "List each first day and label."
            )
        )
    for earlier, later in pairwise([start for start, _ in listed] + [ends_on]):
        if later <= earlier:
            raise ProblemError(
                calendar_problem(
                    "disordered",
                    f"{later} does not come after {earlier}.",
                    "List the periods in order; ends_on is the day after the last one.",
                )
            )
    for start, label in listed:
        if not label.strip():
            raise ProblemError(
                calendar_problem(
                    "no_label",
                    f"The period that starts on {start} has no label.",
                    "Labels look like 2013-Q3.",
                )
            )


def _refuse_twins(periods: Sequence[Period]) -> None:
    seen: dict[str, Period] = {}
    for period in periods:
        twin = seen.setdefault(period.label, period)
        if twin is not period:
            raise ProblemError(
                calendar_problem(
                    "same_label",
                    f"{period.label} names two periods: from {twin.starts_on} "
                    f"and from {period.starts_on}.",
                    "Give each period a label of its own.",
                )
            )


def _year_of(label: str) -> str:
    return label.rpartition("-")[0] or label


def _by_threes(years: dict[str, list[Period]]) -> list[Period]:
    return [
        _merged(months[index : index + 3], f"{name}-Q{index // 3 + 1}")
        for name, months in years.items()
        for index in range(0, len(months), 3)
    ]
