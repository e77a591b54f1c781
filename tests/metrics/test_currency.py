"""Amounts in several currencies, by dated rates; what cannot be converted is listed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from tests.metrics.test_ask import CATALOGUE, values
from vetta.engine.metrics.asking import ask
from vetta.engine.metrics.currency import RateBook
from vetta.engine.metrics.question import FxKind, Question
from vetta.kernel.calendar import Grain
from vetta.kernel.problem import Severity


def line(key, amount, currency, on, **more):
    return {
        "order_line_id": key,
        "order_id": key,
        "net_amount": Decimal(amount),
        "currency": currency,
        "event": "booked",
        "event_on": on,
        "owner_id": "bea",
        **more,
    }


def quote(source, target, on, rate, kind="spot"):
    return {
        "from_currency": source,
        "to_currency": target,
        "on_date": on,
        "kind": kind,
        "rate": Decimal(rate),
    }


JAN, FEB = date(2023, 1, 10), date(2023, 2, 10)


@pytest.fixture
def mixed(facts):
    facts.write(
        "order_lines",
        [
            line("1", "100.00", "EUR", JAN),
            line("2", "100.00", "USD", JAN),
            line("3", "100.00", "USD", FEB),
            line("4", "100.00", "GBP", JAN),
        ],
    )
    facts.write(
        "fx_rates",
        [
            quote("USD", "EUR", date(2023, 1, 9), "0.9300000001"),
            quote("USD", "EUR", FEB, "0.9400000000"),
            quote("EUR", "GBP", JAN, "0.8000000000"),
            quote("EUR", "GBP", date(2023, 2, 3), "0.8000000000"),
            quote("USD", "EUR", date(2023, 1, 31), "0.5", "month_average"),
            quote("USD", "EUR", date(2023, 1, 1), "0.6", "plan"),
        ],
    )
    return facts


def test_each_amount_by_the_rate_of_its_day_direct_or_inverse(mixed):
    world = mixed.open()
    expected = {
        ("EUR",): Fraction(100),
        ("USD",): 100 * Fraction("0.9300000001") + 100 * Fraction("0.94"),
        ("GBP",): Fraction(125),
    }
    assert values(world, "bookings", ["currency"]) == expected
    assert values(world, "bookings") == {(): sum(expected.values())}
    january = values(world, "bookings", grain=Grain.MONTH)
    assert january[("2023-01",)] == 225 + 100 * Fraction("0.9300000001")


def test_through_the_base_currency_where_no_rate_names_both(mixed):
    found = values(mixed.open(), "bookings", ["currency"], currency="GBP")
    assert found[("USD",)] == 100 * Fraction("0.8") * (Fraction("0.9300000001") + Fraction("0.94"))


def test_averages_and_plan_rates(mixed):
    world = mixed.open()
    plan = values(world, "bookings", where="currency = 'USD'", fx=FxKind.PLAN)
    assert plan == {(): 120}
    average = values(
        world,
        "bookings",
        where="currency = 'USD'",
        fx=FxKind.MONTH_AVERAGE,
        ends_on=date(2023, 2, 1),
    )
    assert average == {(): 50}


def test_a_missing_rate_is_an_error_with_the_amount(mixed):
    mixed.write(
        "order_lines", [line("9", "70.25", "JPY", JAN), line("10", "1", "USD", date(2023, 6, 1))]
    )
    answer = ask(Question("bookings"), CATALOGUE, mixed.open())
    listed = {
        one.details["currency"]: one
        for one in answer.problems
        if one.code == "metrics.missing_rate"
    }
    assert {name: one.details["amount"] for name, one in listed.items()} == {
        "JPY": "70.25",
        "USD": "1",
    }
    assert all(one.severity is Severity.ERROR and one.hint for one in listed.values())


def test_one_currency_passes_exactly_and_needs_no_rates(facts):
    facts.write("order_lines", [line(str(n), "0.0001", "EUR", JAN) for n in range(3)])
    facts.write("order_lines", [line("big", "99999999999999.9999", "EUR", JAN)])
    assert values(facts.open(), "bookings") == {(): Fraction("100000000000000.0002")}


def test_a_row_without_currency_is_in_that_of_the_organisation(facts):
    deal = {"stage": "Won", "is_won": True, "closed_on": JAN, "owner_id": "bea"}
    facts.write(
        "opportunities",
        [
            {"opportunity_id": "1", "amount": Decimal(7), "currency": None, **deal},
            {"opportunity_id": "2", "amount": Decimal(5), "currency": "EUR", **deal},
        ],
    )
    assert values(facts.open(), "won_revenue") == {(): 12}


def test_the_rate_of_ten_days_ago_still_holds_that_of_eleven_does_not():
    book = RateBook([("USD", "EUR", date(2023, 1, 1), "spot", Decimal("0.9"))], "EUR")
    assert book.rate("USD", "EUR", date(2023, 1, 11)) == Fraction(9, 10)
    assert book.rate("USD", "EUR", date(2023, 1, 12)) is None
    assert book.rate("USD", "EUR", date(2022, 12, 31)) is None
    assert book.rate("EUR", "USD", date(2023, 1, 1)) == Fraction(10, 9)


def test_group_sums_of_mixed_currencies_add_up(mixed):
    world = mixed.open()
    by_person = values(world, "bookings", ["managers_above", "currency"])
    mine = sum(value for (manager, _), value in by_person.items() if manager == "bea")
    assert mine == values(world, "bookings")[()]
