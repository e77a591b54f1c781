"""How large the demo company is, and the days it lives on."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from vetta.kernel.problem import Problem, ProblemError
from vetta.site.demo.truths import TRUTHS, Truths

MONTHS = 36
SMALLEST = 30
LARGEST = 5_000
MOST_LINES = 10_000_000

EPOCH = date(1970, 1, 1).toordinal()


def day_number(day: date) -> int:
    """Days since 1970-01-01, the form of dates inside the generator."""
    return day.toordinal() - EPOCH


def to_date(number: int) -> date:
    """The inverse of ``day_number``."""
    return date.fromordinal(int(number) + EPOCH)


def months_before(day: date, months: int) -> date:
    """The first day of the month that lies ``months`` before the month of ``day``."""
    index = day.year * 12 + day.month - 1 - months
    return date(index // 12, index % 12 + 1, 1)


@dataclass(frozen=True, slots=True)
class Scale:
    """The parameters of one demo company; the same ones always make the same company.

    Args:
        ends_on: the last day that has facts.
        people: how many seats the organisation has, staff included.
        order_lines: about how many rows ``order_lines`` gets (within one percent); None: what
            the deals and a natural flow of repeat orders bring.
        seed: another seed is another company with the same truths in it.
    """

    ends_on: date
    people: int = 60
    order_lines: int | None = None
    seed: int = 2026
    truths: Truths = field(default=TRUTHS)

    def __post_init__(self) -> None:
        if not SMALLEST <= self.people <= LARGEST:
            raise ProblemError(
                Problem(
                    "demo.people_out_of_range",
                    f"{self.people} people cannot be laid out in four levels and three countries.",
                    f"Choose from {SMALLEST} to {LARGEST}.",
                )
            )
        if self.order_lines is not None and not 0 < self.order_lines <= MOST_LINES:
            raise ProblemError(
                Problem(
                    "demo.order_lines_out_of_range",
                    f"{self.order_lines} order lines cannot be made.",
                    f"Choose from 1 to {MOST_LINES:,}.",
                )
            )

    @property
    def starts_on(self) -> date:
        """The first day that has facts: three years back, at the start of a month."""
        return months_before(self.ends_on, MONTHS)

    @property
    def first(self) -> int:
        return day_number(self.starts_on)

    @property
    def last(self) -> int:
        return day_number(self.ends_on)

    def ago(self, months: int) -> int:
        """The first day of the month so many months before the end, as a day number."""
        return day_number(months_before(self.ends_on, months))

    def month_starts(self) -> np.ndarray:
        """The first day of every month that has facts, and of the one after."""
        return np.array([self.ago(back) for back in range(MONTHS, -2, -1)], dtype=np.int64)

    def random(self, purpose: str) -> np.random.Generator:
        """Random numbers for one purpose; those of other purposes do not move them."""
        word = hashlib.sha256(f"{self.seed}:{purpose}".encode()).digest()
        return np.random.Generator(np.random.PCG64(int.from_bytes(word[:16], "big")))
