"""The tables of docs/algorithms about KPIs hold."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from tests.metrics.test_ask import values
from tests.metrics.world import Facts, random_lines
from vetta.engine.metrics.currency import RateBook
from vetta.engine.metrics.exact import as_text
from vetta.kernel.calendar import Grain

DOCS = Path(__file__).resolve().parents[3] / "docs" / "algorithms"


def table(page, name):
    """The rows of the table that follows ``<!-- table: name -->``."""
    text = (DOCS / page).read_text().split(f"<!-- table: {name} -->\n", 1)[1]
    lines = text.split("\n\n", 1)[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


@pytest.mark.parametrize(("value", "text"), table("kpis.md", "exact text"))
def test_exact_text(value, text):
    assert as_text(Fraction(value)) == text


def test_conversion():
    january = date(2023, 1, 10)
    book = RateBook(
        [
            ("USD", "EUR", january, "spot", Decimal("0.93")),
            ("EUR", "GBP", january, "spot", Decimal("0.80")),
        ],
        "EUR",
    )
    rows = table("currency.md", "conversion")
    assert rows
    for source, target, day, worth in rows:
        rate = book.rate(source, target, date.fromisoformat(day))
        assert (None if rate is None else 100 * rate) == (
            None if worth == "none" else Fraction(worth)
        )


def test_proration(tmp_path):
    facts = Facts(tmp_path, people=[{"person_id": "bea", "person_name": "Bea"}])
    facts.write("order_lines", random_lines(1, 2))
    facts.target("bea", "bookings", date(2023, 1, 1), date(2024, 1, 1), "365000")
    found = values(facts.open(), "quota", grain=Grain.QUARTER)
    rows = table("quota.md", "proration")
    assert {(quarter,): Fraction(quota) for quarter, _days, quota in rows} == found
