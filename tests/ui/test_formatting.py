"""Figures and dates read as the ui guide's table says, in both languages."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import translation

from vetta.ui import formatting as f

CASES = [
    (lambda: f.money(Decimal("2094"), "EUR"), "€2,094.00", "2.094,00 €"),
    (lambda: f.money(Decimal("-2094.005"), "EUR"), "−€2,094.01", "−2.094,01 €"),
    (lambda: f.money(Decimal("412000"), "SEK", home="EUR"), "SEK 412,000.00", "412.000,00 SEK"),
    (lambda: f.money(Decimal("12"), "USD", home="EUR"), "USD 12.00", "12,00 USD"),
    (lambda: f.money(Decimal("1200"), "JPY", home="EUR"), "JPY 1,200", "1.200 JPY"),
    (lambda: f.short_money(Decimal("214800"), "EUR"), "€214.8k", "214,8 k€"),
    (lambda: f.short_money(Decimal("3940000"), "EUR"), "€3.94M", "3,94 Mln €"),
    (lambda: f.short_money(Decimal("999949"), "EUR"), "€999.9k", "999,9 k€"),
    (lambda: f.short_money(Decimal("999950"), "EUR"), "€1.00M", "1,00 Mln €"),
    (lambda: f.short_money(Decimal("-85200"), "EUR"), "−€85.2k", "−85,2 k€"),
    (lambda: f.percent(Decimal("0.716")), "71.6%", "71,6%"),
    (lambda: f.points(Decimal("0.14")), "+14.0 pts", "+14,0 p.p."),
    (lambda: f.points(Decimal("-0.109")), "−10.9 pts", "−10,9 p.p."),
    (lambda: f.points(0), "0.0 pts", "0,0 p.p."),
    (lambda: f.interval("17", "30"), "17 to 30", "da 17 a 30"),
    (lambda: f.multiple(Decimal("2.6")), "2.6×", "2,6×"),
    (lambda: f.days(31), "31 days", "31 giorni"),
    (lambda: f.days(1), "1 day", "1 giorno"),
    (lambda: f.day(date(2026, 11, 23)), "23 Nov 2026", "23 nov 2026"),
    (lambda: f.moment(datetime(2026, 11, 24, 6, tzinfo=UTC)), "24 Nov 2026 06:00", None),
    (lambda: f.number(Decimal("1234567.891")), "1,234,567.89", "1.234.567,89"),
    (lambda: f.number(Decimal("-0.001"), 2), "0.00", "0,00"),
    (lambda: f.size(96_000), "96.0 kB", "96,0 kB"),
    (lambda: f.remaining(41), "about 40 seconds left", "circa 40 secondi rimanenti"),
    (lambda: f.money(None, "EUR"), "—", "—"),
    (lambda: f.percent("NaN"), "—", "—"),
]


@pytest.mark.parametrize(("write", "english", "italian"), CASES)
def test_values_are_written_in_the_language_of_the_page(write, english, italian) -> None:
    with translation.override("en"):
        assert write() == english
    with translation.override("it"):
        assert write() == (italian or english.replace("Nov", "nov"))


@pytest.mark.parametrize(
    ("passed", "text"),
    [
        (timedelta(seconds=5), "just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(hours=3), "3 hours ago"),
        (timedelta(days=6), "6 days ago"),
    ],
)
def test_distances_in_time(passed: timedelta, text: str) -> None:
    now = datetime(2026, 11, 24, 12, tzinfo=UTC)
    assert f.relative(now - passed, now) == text
