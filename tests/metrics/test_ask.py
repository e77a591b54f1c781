"""One KPI by every dimension and grain, against SQL and fractions written independently."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.metrics.conftest import CHAIN, PEOPLE
from tests.metrics.world import random_lines
from vetta.engine.metrics.asking import ask
from vetta.engine.metrics.catalogue_reader import built_in
from vetta.engine.metrics.question import Comparison, Question
from vetta.kernel.calendar import Calendar, Grain
from vetta.kernel.problem import ProblemError, Severity

CATALOGUE = built_in()
ACCOUNTS = [
    {"account_id": "A1", "name": "Acme", "segment": "Large", "region": "West"},
    {"account_id": "A2", "name": "Brio", "segment": "Small"},
]
PRODUCTS = [
    {"product_id": "P1", "name": "One", "family": "First"},
    {"product_id": "P2", "name": "Two", "family": "Second"},
]
LINES = random_lines(7, 400)


@pytest.fixture
def sold(facts):
    facts.write("order_lines", LINES).write("accounts", ACCOUNTS).write("products", PRODUCTS)
    return facts.open()


def values(world, metric, by=(), **options):
    """{(ids…, period if cut): value as a fraction or None}."""
    answer = ask(Question(metric, by=tuple(by), **options), CATALOGUE, world)
    found = {}
    for row in answer.rows:
        key = tuple(member.id for member in row.by.values())
        if options.get("grain"):
            key = (*key, row.period)
        assert key not in found
        found[key] = None if row.value is None else Fraction(Decimal(row.value))
    return found


def summed(rows, key, value=lambda row: row["net_amount"]):
    found = defaultdict(Fraction)
    for row in rows:
        amount = value(row)
        if amount is not None:
            found[key(row)] += Fraction(amount)
    return dict(found)


def booked():
    return [row for row in LINES if row["event"] == "booked"]


def place_of(row):
    """The person's interval on the row's day, found by hand."""
    for place in PEOPLE:
        if place["person_id"] != row["owner_id"] or row["owner_id"] == "ghost":
            continue
        since = place.get("starts_on", date(1900, 1, 1))
        until = place.get("ends_on", date(9999, 12, 31))
        if since <= row["event_on"] < until:
            return place
    return {}


def above(row):
    return {
        manager
        for person, manager, _, since, until in CHAIN
        if person == row["owner_id"] and since <= row["event_on"] < until
    } or {row["owner_id"]}


def region_of(row):
    return row["region"] or next(
        (a.get("region") for a in ACCOUNTS if a["account_id"] == row["account_id"]), None
    )


def family_of(row):
    return row["product_family"] or next(
        (p["family"] for p in PRODUCTS if p["product_id"] == row["product_id"]), None
    )


def segment_of(row):
    found = (a["segment"] for a in ACCOUNTS if a["account_id"] == row["account_id"])
    return next(found, None)


KEYS = {
    "person": lambda row: row["owner_id"],
    "manager": lambda row: place_of(row).get("manager_id"),
    "team": lambda row: place_of(row).get("team_id"),
    "team_region": lambda row: place_of(row).get("team_region"),
    "product": lambda row: row["product_id"],
    "product_family": family_of,
    "account": lambda row: row["account_id"],
    "segment": segment_of,
    "region": region_of,
    "channel": lambda row: row["channel"],
}


@pytest.mark.parametrize("dimension", KEYS)
def test_bookings_by_each_dimension(sold, dimension):
    key = KEYS[dimension]
    assert values(sold, "bookings", [dimension]) == summed(booked(), lambda row: (key(row),))


@pytest.mark.parametrize("dimension", ["person", "manager", "region", "product_family"])
@pytest.mark.parametrize(
    ("grain", "label"),
    [
        ("day", lambda day: day.isoformat()),
        ("week", lambda day: f"{day.isocalendar().year}-W{day.isocalendar().week:02}"),
        ("month", lambda day: f"{day:%Y-%m}"),
        ("quarter", lambda day: f"{day.year}-Q{(day.month + 2) // 3}"),
        ("year", lambda day: f"{day.year}"),
    ],
)
def test_bookings_by_grain(sold, dimension, grain, label):
    key = KEYS[dimension]
    expected = summed(booked(), lambda row: (key(row), label(row["event_on"])))
    assert values(sold, "bookings", [dimension], grain=Grain(grain)) == expected


def test_managers_above_count_each_sale_once(sold):
    expected = defaultdict(Fraction)
    for row in booked():
        for manager in above(row):
            expected[(manager,)] += Fraction(row["net_amount"])
    assert values(sold, "bookings", ["managers_above"]) == dict(expected)


def test_below_keeps_a_managers_subtree_as_of_the_day(sold):
    expected = sum(Fraction(row["net_amount"]) for row in booked() if "rui" in above(row))
    assert values(sold, "bookings", below="rui") == {(): expected}


def test_an_unknown_owner_is_a_group_of_its_own_and_told_once(sold):
    answer = ask(Question("bookings", by=("person", "channel")), CATALOGUE, sold)
    ghosts = [row for row in answer.rows if row.by["person"].id == "ghost"]
    assert ghosts
    assert {row.by["person"].name for row in ghosts} == {"ghost"}
    told = [one for one in answer.problems if one.code == "metrics.unmatched_people"]
    assert len(told) == 1
    assert "ghost" in told[0].message


def test_facts_without_an_owner_are_an_empty_group(sold):
    answer = ask(Question("bookings", by=("person",)), CATALOGUE, sold)
    last = answer.rows[-1]
    assert (last.by["person"].id, last.by["person"].name) == (None, None)
    assert answer.as_json()["rows"][-1]["by"] == {"person": {"id": None, "name": None}}


def test_ratios_are_divided_exactly(sold):
    lines = [row for row in booked() if row["cost"] is not None]
    margin = summed(lines, lambda row: (row["channel"],), lambda r: r["net_amount"] - r["cost"])
    amount = summed(lines, lambda row: (row["channel"],))
    found = values(sold, "gross_margin_share", ["channel"])
    assert set(found) == set(margin)
    for key, value in found.items():
        assert abs(value - margin[key] / amount[key]) < Fraction(1, 10**14)


def test_orders_count_once_in_each_group(sold):
    expected = defaultdict(set)
    for row in booked():
        expected[(row["product_id"],)].add(row["order_id"])
    counted = {key: Fraction(len(orders)) for key, orders in expected.items()}
    assert values(sold, "order_count", ["product"]) == counted
    assert values(sold, "order_count") == {(): Fraction(len({r["order_id"] for r in booked()}))}


@pytest.mark.parametrize(
    ("where", "holds"),
    [
        ("channel = 'web'", lambda row: row["channel"] == "web"),
        ("manager_name = 'Rui'", lambda row: place_of(row).get("manager_id") == "rui"),
        (
            "team_region = 'South region' AND region = 'North'",
            lambda row: (
                place_of(row).get("team_region") == "South region" and region_of(row) == "North"
            ),
        ),
        (
            "product_family = 'First' OR segment = 'Small'",
            lambda row: family_of(row) == "First" or segment_of(row) == "Small",
        ),
        (
            "net_amount > 5000 AND NOT person_name = 'Bea'",
            lambda row: (
                row["net_amount"] > 5000
                and row["owner_id"] is not None
                and row["owner_id"] != "bea"
            ),
        ),
        ("channel IS NULL", lambda row: row["channel"] is None),
        (
            "product_name IN ('One', 'Two') AND quantity BETWEEN 2 AND 5",
            lambda row: row["product_id"] in ("P1", "P2") and 2 <= row["quantity"] <= 5,
        ),
    ],
)
def test_filters_over_dimensions_and_columns(sold, where, holds):
    expected = summed([row for row in booked() if holds(row)], lambda row: (row["owner_id"],))
    found = values(sold, "bookings", ["person"], where=where)
    assert {k: v for k, v in found.items() if v} == {k: v for k, v in expected.items() if v}


def test_dates_and_as_of(sold):
    def between(first, last):
        rows = [row for row in booked() if first <= row["event_on"] < last]
        return {(): summed(rows, lambda row: ())[()]}

    spring = (date(2023, 3, 1), date(2023, 6, 1))
    found = values(sold, "bookings", starts_on=spring[0], ends_on=spring[1])
    assert found == between(*spring)
    as_of = values(sold, "bookings", starts_on=spring[0], as_of=date(2023, 4, 15))
    assert as_of == between(spring[0], date(2023, 4, 16))


def test_a_moment_falls_on_the_day_it_has_where_the_organisation_is(facts):
    rome = ZoneInfo("Europe/Rome")
    moments = [
        datetime(2023, 1, 31, 22, 30, tzinfo=ZoneInfo("UTC")) + timedelta(hours=n) for n in range(4)
    ]
    facts.calendar = Calendar.standard(time_zone="Europe/Rome")
    facts.write(
        "activities",
        [
            {"activity_id": f"a{n}", "type": "call", "owner_id": "bea", "occurred_at": moment}
            for n, moment in enumerate(moments)
        ],
    )
    expected = defaultdict(Fraction)
    for moment in moments:
        expected[(f"{moment.astimezone(rome):%Y-%m}",)] += 1
    world = facts.open()
    assert values(world, "calls", grain=Grain.MONTH) == dict(expected)
    assert values(world, "calls", starts_on=date(2023, 2, 1)) == {(): expected[("2023-02",)]}


def test_listed_calendar_labels_and_days_outside_of_it(facts):
    starts = [date(2023, 1, 1), date(2023, 3, 15), date(2023, 7, 1)]
    facts.calendar = Calendar.listed(
        list(zip(starts, ["2023-Q1", "2023-Q2", "2023-Q3"], strict=True)), date(2023, 10, 1)
    )
    world = facts.write("order_lines", LINES).open()

    def label(day):
        if day >= date(2023, 10, 1):
            return None
        return f"2023-Q{sum(start <= day for start in starts)}"

    expected = summed(booked(), lambda row: (label(row["event_on"]),))
    assert values(world, "bookings", grain=Grain.QUARTER) == expected
    answer = ask(Question("bookings", grain=Grain.QUARTER), CATALOGUE, world)
    assert "metrics.outside_calendar" in {one.code for one in answer.problems}


def test_four_four_five_weeks_and_fiscal_years(facts):
    facts.calendar = Calendar.four_four_five([date(2023, 1, 30), date(2024, 1, 29)])
    world = facts.write("order_lines", LINES).open()
    calendar = facts.calendar
    inside = [row for row in booked() if row["event_on"] >= date(2023, 1, 30)]
    found = values(world, "bookings", grain=Grain.MONTH, starts_on=date(2023, 1, 30))
    expected = summed(inside, lambda row: (calendar.period("month", row["event_on"]).label,))
    assert found == expected


def test_the_year_to_date_starts_anew_each_fiscal_year(facts):
    facts.calendar = Calendar.standard(start_month=4)
    world = facts.write("order_lines", LINES).open()
    found = values(world, "bookings_to_date", grain=Grain.MONTH)
    for month in range(1, 13):
        first = date(2023, 4, 1) if month >= 4 else date(2022, 4, 1)
        end = date(2024, 1, 1) if month == 12 else date(2023, month + 1, 1)
        rows = [row for row in booked() if first <= row["event_on"] < end]
        assert found[(f"2023-{month:02}",)] == summed(rows, lambda row: ())[()]


def test_comparisons_with_the_period_before_and_the_year_before(sold):
    months = values(sold, "bookings", grain=Grain.MONTH)
    answer = ask(
        Question("bookings", grain=Grain.MONTH, compare=Comparison.PREVIOUS_PERIOD),
        CATALOGUE,
        sold,
    )
    before = None
    for row in answer.rows:
        value = Fraction(Decimal(row.value))
        assert value == months[(row.period,)]
        if before is None:
            assert row.compared.value is None
        else:
            assert Fraction(Decimal(row.compared.value)) == before
            assert Fraction(Decimal(row.compared.difference)) == value - before
        before = value
    quarter = ask(
        Question(
            "bookings",
            starts_on=date(2023, 4, 1),
            ends_on=date(2023, 7, 1),
            compare=Comparison.PREVIOUS_PERIOD,
        ),
        CATALOGUE,
        sold,
    )
    first = sum(months[(f"2023-0{month}",)] for month in (1, 2, 3))
    assert Fraction(Decimal(quarter.rows[0].compared.value)) == first


def test_what_is_not_known_is_null_and_what_did_not_happen_is_zero(facts):
    empty = facts.open()
    nothing = ask(Question("won_deals"), CATALOGUE, empty)
    assert [row.value for row in nothing.rows] == [None]
    assert {one.code for one in nothing.problems} == {"metrics.no_facts"}
    assert values(empty, "won_deals", ["person"]) == {}
    facts.write(
        "opportunities",
        [
            {
                "opportunity_id": "1",
                "owner_id": "bea",
                "stage": "Open",
                "created_on": date(2023, 1, 1),
            },
            {
                "opportunity_id": "2",
                "owner_id": "cy",
                "stage": "Lost",
                "is_won": False,
                "amount": Decimal("10.50"),
                "currency": "EUR",
                "created_on": date(2023, 1, 1),
                "closed_on": date(2023, 2, 1),
            },
        ],
    )
    world = facts.open()
    assert values(world, "won_deals") == {(): 0}
    assert values(world, "win_rate") == {(): 0}
    assert values(world, "average_deal_size") == {(): None}
    assert values(world, "win_rate", ["person"]) == {("cy",): 0}
    # The open deal has no amount: its worth is unknown, not nothing.
    answer = ask(Question("open_pipeline"), CATALOGUE, world)
    assert answer.rows[0].value is None
    assert [one.code for one in answer.problems] == ["metrics.missing_amounts"]


def test_a_group_of_losses_has_a_win_rate_of_zero_and_no_won_deals(facts):
    facts.write(
        "opportunities",
        [
            {
                "opportunity_id": str(n),
                "owner_id": owner,
                "stage": "x",
                "is_won": won,
                "created_on": date(2023, 1, 1),
                "closed_on": date(2023, 1, 1) + timedelta(days=n),
            }
            for n, (owner, won) in enumerate(
                [("bea", True), ("bea", True), ("bea", False), ("cy", False)]
            )
        ],
    )
    world = facts.open()
    assert values(world, "win_rate", ["person"]) == {
        ("bea",): Fraction("0.666666666666667"),
        ("cy",): 0,
    }
    assert values(world, "won_deals", ["person"]) == {("bea",): 2}
    assert values(world, "sales_cycle_days", ["person"]) == {("bea",): Fraction(1, 2)}


def test_open_pipeline_at_the_end_of_each_period(facts):
    day = date(2023, 1, 1)
    deals = [
        {
            "opportunity_id": str(n),
            "owner_id": "bea",
            "stage": "x",
            "amount": Decimal(10**n),
            "currency": "EUR",
            "created_on": day + timedelta(days=20 * n),
            "closed_on": None if n == 4 else day + timedelta(days=20 * n + 35),
            "is_won": None if n == 4 else True,
        }
        for n in range(5)
    ]
    world = facts.write("opportunities", deals).open()

    def open_on(last):
        return sum(
            Fraction(deal["amount"])
            for deal in deals
            if deal["created_on"] <= last
            and (deal["closed_on"] is None or deal["closed_on"] > last)
        )

    found = values(world, "open_pipeline", grain=Grain.MONTH, ends_on=date(2023, 4, 1))
    assert found == {
        (f"2023-0{month}",): open_on(end - timedelta(days=1))
        for month, end in ((1, date(2023, 2, 1)), (2, date(2023, 3, 1)), (3, date(2023, 4, 1)))
    }
    assert values(world, "open_pipeline") == {(): 10_000}
    assert values(world, "open_pipeline", as_of=date(2023, 2, 10)) == {
        (): open_on(date(2023, 2, 10))
    }


def test_actors_see_the_facts_of_whom_they_reach(facts):
    facts.write("order_lines", LINES).write(
        "costs",
        [
            {
                "cost_id": "c",
                "category": "ads",
                "amount": Decimal(5),
                "currency": "EUR",
                "incurred_on": date(2023, 1, 1),
            }
        ],
    )
    facts.reach = frozenset({"bea"})
    world = facts.open()
    mine = [row for row in booked() if row["owner_id"] == "bea"]
    assert values(world, "bookings") == {(): summed(mine, lambda row: ())[()]}
    assert set(values(world, "bookings", ["managers_above"])) == {("bea",)}
    assert set(values(world, "bookings", ["person"])) == {("bea",)}
    costs = ask(Question("sales_costs"), CATALOGUE, world)
    assert costs.rows[0].value is None
    assert "metrics.hidden_facts" in {one.code for one in costs.problems}


@pytest.mark.parametrize(
    ("question", "code", "hint"),
    [
        (Question("bokings"), "metrics.unknown_metric", "bookings"),
        (Question("bookings", by=("persn",)), "metrics.unknown_dimension", "person"),
        (Question("bookings", by=("stage",)), "metrics.unknown_dimension", "person"),
        (Question("bookings", by=("person", "person")), "metrics.repeated_dimension", ""),
        (Question("bookings", where="chanel = 'web'"), "expression.unknown_column", "channel"),
        (Question("bookings", where="channel"), "metrics.not_a_condition", "comparison"),
        (
            Question("bookings", starts_on=date(2023, 2, 1), ends_on=date(2023, 2, 1)),
            "metrics.bad_dates",
            "exclusive",
        ),
        (
            Question("bookings", compare=Comparison.PREVIOUS_PERIOD),
            "metrics.compare_needs_dates",
            "grain",
        ),
        (Question("quota_attainment", by=("channel",)), "metrics.unknown_dimension", "person"),
    ],
)
def test_bad_questions_say_what_to_do(sold, question, code, hint):
    with pytest.raises(ProblemError) as error:
        ask(question, CATALOGUE, sold)
    assert error.value.problems[0].code == code
    assert hint in error.value.problems[0].hint


@pytest.mark.parametrize(
    "where",
    [
        "1 = 1; DROP TABLE order_lines",
        "channel = (SELECT max(source_id) FROM order_lines)",
        "read_csv('/etc/passwd') IS NOT NULL",
        "sum(net_amount) > 1",
    ],
)
def test_hostile_filters_are_refused(sold, where):
    with pytest.raises(ProblemError):
        ask(Question("bookings", where=where), CATALOGUE, sold)
    assert values(sold, "bookings")


ADDITIVE = ["bookings", "gross_margin", "units_sold", "revenue", "net_bookings"]


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    seed=st.integers(0, 10**6),
    metric=st.sampled_from(ADDITIVE),
    by=st.lists(st.sampled_from(sorted(KEYS)), min_size=1, max_size=3, unique=True),
    grain=st.sampled_from([None, *Grain]),
)
def test_groups_of_an_additive_kpi_sum_to_the_total(tmp_path_factory, seed, metric, by, grain):
    from tests.metrics.conftest import MATCHES
    from tests.metrics.world import Facts

    facts = Facts(tmp_path_factory.mktemp("f"), people=PEOPLE, chain=CHAIN, matches=MATCHES)
    facts.write("order_lines", random_lines(seed, 60)).write("accounts", ACCOUNTS)
    world = facts.write("products", PRODUCTS).open()
    total = values(world, metric)[()] or 0
    assert sum(value or 0 for value in values(world, metric, by, grain=grain).values()) == total


def test_every_kpi_can_be_asked_with_and_without_a_grain(sold):
    for name in CATALOGUE:
        for grain in (None, Grain.MONTH):
            answer = ask(Question(name, grain=grain), CATALOGUE, sold)
            assert not [one for one in answer.problems if one.severity is Severity.ERROR], name
