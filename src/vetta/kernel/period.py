"""Stretches of days: the first day belongs to a period, its end does not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """The days from ``starts_on`` up to, but not including, ``ends_on``.

    Raises:
        ValueError: where the end is not after the start.
    """

    starts_on: date
    ends_on: date
    label: str = ""

    def __post_init__(self) -> None:
        for day in (self.starts_on, self.ends_on):
            if isinstance(day, datetime):
                raise TypeError("a period is made of dates, not of moments")
        if self.ends_on <= self.starts_on:
            raise ValueError(
                f"a period must end after it starts: {self.starts_on} to {self.ends_on}; "
                "the end is the first day that no longer belongs to it"
            )

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.ends_on - self.starts_on).days

    @property
    def last_day(self) -> date:
        """The last day that belongs to it."""
        return self.ends_on - timedelta(days=1)

    def __contains__(self, day: date) -> bool:
        return self.starts_on <= day < self.ends_on

    def __iter__(self) -> Iterator[date]:
        return (self.starts_on + timedelta(days=offset) for offset in range(self.days))

    def overlaps(self, other: Period) -> bool:
        """Whether both share at least one day."""
        return self.starts_on < other.ends_on and other.starts_on < self.ends_on

    def overlap(self, other: Period) -> Period | None:
        """The days that both share, with this period's label; None where there are none."""
        if not self.overlaps(other):
            return None
        return Period(
            max(self.starts_on, other.starts_on), min(self.ends_on, other.ends_on), self.label
        )

    def __str__(self) -> str:
        return self.label or f"{self.starts_on} to {self.last_day}"
