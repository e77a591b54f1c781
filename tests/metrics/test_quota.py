"""Quotas: spread by days, rolled up the hierarchy as of each day, set beside what was sold."""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.metrics.conftest import CHAIN, MATCHES, PEOPLE
from tests.metrics.test_ask import CATALOGUE, above, booked, place_of, values
from tests.metrics.world import Facts, random_lines
from vetta.engine.metrics.asking import ask
from vetta.engine.metrics.question import Comparison, Question
from vetta.kernel.calendar import Grain

YEAR = (date(2023, 1, 1), date(2024, 1, 1))
QUARTERS = [date(2023, month, 1) for month in (1, 4, 7, 10)] + [YEAR[1]]


@pytest.fixture
def quotas(facts):
    from tests.metrics.test_ask import LINES

    facts.write("order_lines", LINES)
    facts.target("bea", "bookings", *YEAR, "100000.0001")
    for first, last in itertools.pairwise(QUARTERS):
        facts.target("rui", "bookings", first, last, "25000")
    return facts.open()


def sold_by(person, first=YEAR[0], last=YEAR[1]):
    return sum(
        Fraction(row["net_amount"])
        for row in booked()
        if row["owner_id"] == person and first <= row["event_on"] < last
    )


def test_a_years_quota_is_divided_among_quarters_by_days(quotas):
    found = values(quotas, "quota", ["person"], grain=Grain.QUARTER)
    whole = Fraction("100000.0001")
    for number, (first, last) in enumerate(itertools.pairwise(QUARTERS), start=1):
        share = whole * (last - first).days / 365
        assert abs(found[("bea", f"2023-Q{number}")] - share) < Fraction(1, 10**12)
        assert found[("rui", f"2023-Q{number}")] == 25_000
    answer = ask(Question("quota", by=("person",), grain=Grain.QUARTER), CATALOGUE, quotas)
    assert "metrics.prorated" in {one.code for one in answer.problems}
    assert values(quotas, "quota") == {(): whole + 100_000}


def test_attainment_by_person_and_quarter(quotas):
    found = values(quotas, "quota_attainment", ["person"], grain=Grain.QUARTER)
    for number, (first, last) in enumerate(itertools.pairwise(QUARTERS), start=1):
        expected = sold_by("rui", first, last) / 25_000
        assert abs(found[("rui", f"2023-Q{number}")] - expected) < Fraction(1, 10**12)
    # Cy sold, but has no quota: there is nothing to attain.
    assert all(value is None for key, value in found.items() if key[0] not in ("bea", "rui"))


def test_the_whole_compares_like_with_like(quotas):
    expected = (sold_by("bea") + sold_by("rui")) / (Fraction("100000.0001") + 100_000)
    assert abs(values(quotas, "quota_attainment")[()] - expected) < Fraction(1, 10**12)


def quota_days(belongs):
    """The quota of the days for which ``belongs(person, day)`` holds."""
    total = Fraction(0)
    for offset in range(365):
        day = YEAR[0] + timedelta(days=offset)
        first = max(start for start in QUARTERS if start <= day)
        last = QUARTERS[QUARTERS.index(first) + 1]
        if belongs("bea", day):
            total += Fraction("100000.0001") / 365
        if belongs("rui", day):
            total += Fraction(25_000) / (last - first).days
    return total


def managers_on(person, day):
    return above({"owner_id": person, "event_on": day})


@pytest.mark.parametrize("manager", ["rui", "ann", "top", "bea"])
def test_managers_roll_up_quota_and_sales_as_of_each_day(quotas, manager):
    sold = sum(
        Fraction(row["net_amount"])
        for row in booked()
        if row["owner_id"] in ("bea", "rui") and manager in above(row)
    )
    quota = quota_days(lambda person, day: manager in managers_on(person, day))
    found = values(quotas, "quota_attainment", ["managers_above"])[(manager,)]
    assert abs(found - sold / quota) < Fraction(1, 10**12)


def test_by_direct_manager_the_managers_own_quota_is_left_to_his(quotas):
    sold = sum(
        Fraction(row["net_amount"])
        for row in booked()
        if row["owner_id"] in ("bea", "rui") and place_of(row).get("manager_id") == "rui"
    )
    quota = quota_days(
        lambda person, day: (
            place_of({"owner_id": person, "event_on": day}).get("manager_id") == "rui"
        )
    )
    found = values(quotas, "quota_attainment", ["manager"])[("rui",)]
    assert abs(found - sold / quota) < Fraction(1, 10**12)


def test_who_sold_nothing_attained_nothing(facts):
    facts.write("order_lines", random_lines(3, 5, owner_id="cy"))
    facts.target("bea", "bookings", *YEAR, "10")
    assert values(facts.open(), "quota_attainment", ["person"])[("bea",)] == 0


def test_a_value_beside_its_target(quotas):
    answer = ask(Question("bookings", by=("person",), compare=Comparison.TARGET), CATALOGUE, quotas)
    beside = {row.by["person"].id: row for row in answer.rows}
    assert beside["rui"].compared.value == "100000"
    gap = Fraction(Decimal(beside["rui"].compared.difference))
    assert gap == sold_by("rui") - 100_000
    assert beside["cy"].compared.value is None


def test_a_teams_own_target_stands_in_for_its_people(facts):
    facts.write("order_lines", random_lines(4, 30, owner_id="cy", event="booked"))
    facts.target("cy", "bookings", *YEAR, "10")
    facts.target("t2", "bookings", *YEAR, "400", subject_type="team")
    world = facts.open()
    assert values(world, "quota", ["team"]) == {("t2",): 400}
    assert values(world, "quota", ["person"]) == {("cy",): 10}


def test_targets_in_another_currency_are_converted(facts):
    facts.write("order_lines", random_lines(3, 5, owner_id="bea"))
    facts.write(
        "fx_rates",
        [
            {
                "from_currency": "USD",
                "to_currency": "EUR",
                "on_date": YEAR[0],
                "kind": "spot",
                "rate": Decimal("0.5"),
            }
        ],
    )
    facts.target("bea", "bookings", *YEAR, "10", currency="USD")
    assert values(facts.open(), "quota") == {(): 5}


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    amount=st.decimals("0.0001", "99999999", places=4),
    start=st.dates(date(2022, 11, 1), date(2023, 12, 1)),
    days=st.integers(1, 500),
    grain=st.sampled_from(list(Grain)),
    by=st.sampled_from(["person", "manager", "team"]),
)
def test_parts_of_a_quota_add_up_to_it(tmp_path_factory, amount, start, days, grain, by):
    facts = Facts(tmp_path_factory.mktemp("q"), people=PEOPLE, chain=CHAIN, matches=MATCHES)
    facts.write("order_lines", random_lines(1, 3))
    facts.target("bea", "bookings", start, start + timedelta(days=days), str(amount))
    found = values(facts.open(), "quota", [by], grain=grain)
    assert abs(sum(found.values()) - Fraction(amount)) < Fraction(len(found), 10**13)
