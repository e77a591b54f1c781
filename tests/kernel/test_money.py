from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vetta.kernel.money import (
    CURRENCIES,
    Money,
    allocate,
    exact_decimal,
    minor_units,
    round_half_away,
    telescope,
)
from vetta.kernel.problem import ProblemError
from vetta.kernel.rate import Rate

amounts = st.decimals(
    min_value=Decimal("-1e15"), max_value=Decimal("1e15"), allow_nan=False, places=6
)
places = st.integers(min_value=0, max_value=6)


@pytest.mark.parametrize(
    ("value", "places", "expected"),
    [
        ("2.345", 2, "2.35"),
        ("-2.345", 2, "-2.35"),
        ("2.5", 0, "3"),
        ("-2.5", 0, "-3"),
        ("0.125", 2, "0.13"),
        ("0.1249999999999999999999999999999999999999999", 2, "0.12"),
        ("-0.004", 2, "0.00"),
        ("1", 4, "1.0000"),
    ],
)
def test_halves_go_away_from_zero(value: str, places: int, expected: str) -> None:
    rounded = round_half_away(Decimal(value), places)
    assert str(rounded) == expected


def test_fractions_are_rounded_without_a_detour_through_decimals() -> None:
    assert round_half_away(Fraction(1, 3), 4) == Decimal("0.3333")
    assert round_half_away(Fraction(5, 1000), 2) == Decimal("0.01")
    assert round_half_away(15, -1) == Decimal("20")


@given(value=amounts, digits=places)
def test_rounding_agrees_with_the_decimal_module(value: Decimal, digits: int) -> None:
    with localcontext(prec=60):
        expected = value.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    assert round_half_away(value, digits) == expected


def test_rounding_does_not_depend_on_the_decimal_context() -> None:
    value = Decimal("12345678901234567890123456789012345678.125")
    with localcontext(prec=3):
        assert str(round_half_away(value, 2)) == "12345678901234567890123456789012345678.13"


@pytest.mark.parametrize("wrong", [1.5, True, "1", None])
def test_only_exact_numbers_are_rounded(wrong: object) -> None:
    with pytest.raises(TypeError):
        round_half_away(wrong, 2)  # type: ignore[arg-type]


@given(
    total=amounts,
    weights=st.lists(
        st.decimals(min_value=0, max_value=1000, allow_nan=False, places=4), min_size=1, max_size=12
    ).filter(any),
    digits=places,
)
def test_parts_always_sum_to_the_whole(total: Decimal, weights: list[Decimal], digits: int) -> None:
    parts = allocate(total, weights, digits)
    assert len(parts) == len(weights)
    assert sum(parts, Decimal(0)) == round_half_away(total, digits)
    assert all(part == round_half_away(part, digits) for part in parts)


@given(total=amounts, weights=st.lists(st.integers(0, 9), min_size=1, max_size=6).filter(any))
def test_every_part_is_within_a_cent_of_its_exact_share(total: Decimal, weights: list[int]) -> None:
    for part, weight in zip(allocate(total, weights, 2), weights, strict=True):
        exact = Fraction(total) * weight / sum(weights)
        assert abs(Fraction(part) - exact) <= Fraction(1, 100)


def test_the_order_of_weights_decides_who_carries_the_odd_cent() -> None:
    assert allocate(Decimal(100), [1, 1, 1], 2) == [
        Decimal("33.33"),
        Decimal("33.34"),
        Decimal("33.33"),
    ]
    assert allocate(Decimal("0.01"), [1, 1], 2) == [Decimal("0.01"), Decimal("0.00")]


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1], [-2]])
def test_impossible_weights_are_refused(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="weight"):
        allocate(Decimal(1), weights, 2)


def test_weights_may_not_be_floats() -> None:
    with pytest.raises(TypeError):
        allocate(Decimal(1), [0.5, 0.5], 2)  # type: ignore[list-item]


def test_shares_telescope_as_the_worked_example_says() -> None:
    # 100.00 in three equal shares; a first cancellation of 50.00, then the rest.
    thirds = [Fraction(1, 3)] * 3
    full = telescope(Decimal(100), thirds, 2)
    first = telescope(Decimal(50), thirds, 2)
    assert first == [Decimal("16.67"), Decimal("16.66"), Decimal("16.67")]
    assert full == [Decimal("33.33"), Decimal("33.34"), Decimal("33.33")]


def test_currencies_have_the_minor_units_of_iso_4217() -> None:
    assert {code: minor_units(code) for code in ("EUR", "JPY", "BHD", "CLF", "UYI")} == {
        "EUR": 2,
        "JPY": 0,
        "BHD": 3,
        "CLF": 4,
        "UYI": 0,
    }
    current = [currency for currency in CURRENCIES.values() if currency.is_current]
    assert len(current) > 150
    assert all(len(code) == 3 and code.isupper() for code in CURRENCIES)
    assert not CURRENCIES["DEM"].is_current


def test_an_unknown_currency_says_what_to_write() -> None:
    with pytest.raises(ProblemError) as caught:
        Money(Decimal(1), "EURO")
    (problem,) = caught.value.problems
    assert problem.code == "money.unknown_currency"
    assert "EURO" in problem.message
    assert "ISO 4217" in problem.hint


@pytest.mark.parametrize("wrong", [1.5, True, None, object()])
def test_money_refuses_what_is_not_exact(wrong: object) -> None:
    with pytest.raises(TypeError, match="float"):
        Money(wrong, "EUR")  # type: ignore[arg-type]


@pytest.mark.parametrize("wrong", ["NaN", "Infinity", "-Infinity", "sNaN"])
def test_money_is_finite(wrong: str) -> None:
    with pytest.raises(ValueError, match="finite"):
        Money(Decimal(wrong), "EUR")


def test_a_number_that_would_fill_the_memory_is_refused() -> None:
    with pytest.raises(ValueError, match="100 digits"):
        exact_decimal("1e999999999")


def test_currencies_do_not_mix() -> None:
    euro, dollar = Money(Decimal(1), "EUR"), Money(Decimal(1), "USD")
    for mixing in (
        lambda: euro + dollar,
        lambda: euro - dollar,
        lambda: euro < dollar,
    ):
        with pytest.raises(TypeError, match="different currencies"):
            mixing()
    assert euro != dollar


def test_money_calculates_exactly() -> None:
    price = Money(Decimal("12.50"), "EUR")
    assert Rate("0.0725").of(price) == Money(Decimal("0.90625"), "EUR")
    assert Rate("0.0725").of(price).rounded() == Money(Decimal("0.91"), "EUR")
    assert (price * 3 - price) == Money(Decimal("25"), "EUR")
    assert str(-price) == "-12.50 EUR"
    assert not Money.zero("JPY")
    assert sorted([price, Money(Decimal(2), "EUR")])[0].amount == 2


def test_money_refuses_a_float_factor() -> None:
    with pytest.raises(TypeError):
        Money(Decimal(1), "EUR") * 0.5  # type: ignore[operator]


@given(units=st.integers(min_value=-(10**18), max_value=10**18))
@pytest.mark.parametrize("currency", ["EUR", "JPY", "BHD"])
def test_minor_units_come_back(currency: str, units: int) -> None:
    assert Money.from_minor(units, currency).to_minor() == units


def test_an_amount_finer_than_a_cent_has_no_minor_units() -> None:
    with pytest.raises(ValueError, match="rounded"):
        Money(Decimal("0.005"), "EUR").to_minor()


@given(units=st.integers(-(10**9), 10**9), weights=st.lists(st.integers(1, 9), min_size=1))
def test_shared_money_is_all_there(units: int, weights: list[int]) -> None:
    money = Money.from_minor(units, "EUR")
    assert sum(money.allocate(weights), Money.zero("EUR")) == money


def test_rates_have_six_places() -> None:
    assert Rate.percent("7.25") == Rate("0.0725")
    assert Rate("0.0725").as_percent() == Decimal("7.25")
    assert Rate("0.1") + Rate("0.2") == Rate("0.3")
    assert Rate("1") - Rate("0.4") < Rate("0.7")
    assert Rate("0.10000000") == Rate("0.1")
    with pytest.raises(ValueError, match="6 fractional digits"):
        Rate("0.0000001")
    with pytest.raises(TypeError):
        Rate(0.1)  # type: ignore[arg-type]
