"""The tables of numbers in docs/algorithms are run."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from vetta.kernel.calendar import Calendar
from vetta.kernel.money import round_half_away, telescope

ALGORITHMS = Path(__file__).resolve().parents[2] / "docs" / "algorithms"


def rows(page: str, table: str) -> list[list[str]]:
    """The cells of the table that follows ``<!-- table: name -->``."""
    text = (ALGORITHMS / page).read_text()
    (block,) = re.findall(rf"<!-- table: {table} -->\n((?:\|.*\n)+)", text)
    lines = block.strip().splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def exact(text: str) -> Fraction:
    return Fraction(text)


@pytest.mark.parametrize(("value", "places", "result"), rows("rounding.md", "round_half_away"))
def test_rounding(value: str, places: str, result: str) -> None:
    assert str(round_half_away(exact(value), int(places))) == result


@pytest.mark.parametrize(("amount", "shares", "parts"), rows("rounding.md", "telescope"))
def test_sharing(amount: str, shares: str, parts: str) -> None:
    shared = telescope(Decimal(amount), [exact(share) for share in shares.split(", ")], 2)
    assert ", ".join(str(part) for part in shared) == parts


@pytest.mark.parametrize(
    ("start", "day", "month", "quarter", "year"), rows("calendars.md", "standard")
)
def test_standard_years(start: str, day: str, month: str, quarter: str, year: str) -> None:
    calendar = Calendar.standard(int(start))
    found = [calendar.period(grain, date.fromisoformat(day)) for grain in GRAINS]
    assert [period.label for period in found] == [month, quarter, year]


@pytest.mark.parametrize(
    ("pattern", "day", "month", "weeks", "quarter"), rows("calendars.md", "weeks")
)
def test_years_of_weeks(pattern: str, day: str, month: str, weeks: str, quarter: str) -> None:
    starts = [date(2016, 1, 31), date(2017, 1, 29), date(2018, 2, 4)]
    calendar = Calendar.four_four_five(starts, pattern)
    period = calendar.period("month", date.fromisoformat(day))
    assert (period.label, period.days // 7) == (month, int(weeks))
    assert calendar.period("quarter", date.fromisoformat(day)).label == quarter


@pytest.mark.parametrize(("day", "quarter", "month", "year"), rows("calendars.md", "listed"))
def test_listed_quarters(day: str, quarter: str, month: str, year: str) -> None:
    calendar = Calendar.listed(
        [
            (date(2013, 5, 30), "2013-Q2"),
            (date(2013, 8, 30), "2013-Q3"),
            (date(2013, 11, 30), "2013-Q4"),
        ],
        date(2014, 3, 1),
    )
    found = [calendar.period(grain, date.fromisoformat(day)) for grain in GRAINS]
    assert [period.label for period in found] == [month, quarter, year]


GRAINS = ("month", "quarter", "year")
