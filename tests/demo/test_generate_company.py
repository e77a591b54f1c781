"""The demo company as a whole: repeatable, of the asked size, sound, and natural to look at."""

from __future__ import annotations

from datetime import date, timedelta

import duckdb
import pytest

from vetta.engine.schema import FACT_TABLES
from vetta.engine.schema.types import ColumnType
from vetta.kernel.problem import ProblemError
from vetta.site.demo.company import content_hash, generate
from vetta.site.demo.scale import LARGEST, MOST_LINES, Scale

from .conftest import ENDS_ON

DUCKDB_FORMS = {
    ColumnType.TEXT: {"VARCHAR"},
    ColumnType.MONEY: {"DECIMAL(18,4)"},
    ColumnType.INTEGER: {"BIGINT", "INTEGER"},
    ColumnType.BOOLEAN: {"BOOLEAN"},
    ColumnType.DATE: {"DATE"},
    ColumnType.TIMESTAMP: {"TIMESTAMP WITH TIME ZONE"},
}


def test_the_same_parameters_make_the_same_company(company, tmp_path):
    again = generate(Scale(ENDS_ON), tmp_path / "again")
    assert again.content_hash == company.content_hash
    assert again.rows == company.rows


def test_another_seed_makes_another_company(tmp_path):
    one, other = (
        generate(Scale(ENDS_ON, people=30, seed=seed), tmp_path / str(seed)) for seed in (1, 2)
    )
    assert one.content_hash != other.content_hash
    assert content_hash(tmp_path / "1") == one.content_hash


def test_another_end_moves_the_three_years(tmp_path):
    made = generate(Scale(date(2025, 2, 28), people=30), tmp_path)
    with duckdb.connect() as con:
        first, last = con.execute(
            "SELECT min(ordered_on), max(ordered_on) FROM read_parquet(?)",
            [str(made.folder / "orders.parquet")],
        ).fetchone()
    assert date(2022, 2, 1) <= first < date(2022, 2, 8)
    assert date(2025, 2, 20) < last <= date(2025, 2, 28)


@pytest.mark.parametrize("wanted", [90_000, 300_000])
def test_the_number_of_order_lines_is_a_parameter(wanted, tmp_path):
    made = generate(Scale(ENDS_ON, people=30, order_lines=wanted), tmp_path)
    assert made.rows["order_lines"] == pytest.approx(wanted, rel=0.01)


@pytest.mark.parametrize(
    ("sizes", "code"),
    [
        ({"people": 29}, "demo.people_out_of_range"),
        ({"people": LARGEST + 1}, "demo.people_out_of_range"),
        ({"order_lines": 0}, "demo.order_lines_out_of_range"),
        ({"order_lines": MOST_LINES + 1}, "demo.order_lines_out_of_range"),
    ],
)
def test_sizes_out_of_range_are_refused(sizes, code):
    with pytest.raises(ProblemError) as refused:
        Scale(ENDS_ON, **sizes)
    assert refused.value.problems[0].code == code
    assert refused.value.problems[0].hint


@pytest.mark.parametrize("people", [30, 61, 200])
def test_as_many_seats_as_asked_for(people, tmp_path):
    made = generate(Scale(ENDS_ON, people=people), tmp_path)
    assert len(made.force.seats) == people
    assert len({person.email for person in made.force.people}) == len(made.force.people)
    assert len({person.name for person in made.force.people}) == len(made.force.people)


@pytest.mark.parametrize("table", sorted(FACT_TABLES))
def test_files_follow_the_data_contract(table, facts):
    schema = FACT_TABLES[table]
    types = {row[0]: row[1] for row in facts.execute(f"DESCRIBE {table}").fetchall()}
    for name, type_ in types.items():
        column = schema.column(name)
        if column.type in DUCKDB_FORMS:
            assert type_ in DUCKDB_FORMS[column.type], (table, name)
        else:
            assert type_.startswith("DECIMAL"), (table, name)
        if column.choices:
            values = {
                row[0] for row in facts.execute(f"SELECT DISTINCT {name} FROM {table}").fetchall()
            }
            assert values - {None} <= set(column.choices), (table, name)
    for column in schema:
        if column.required:
            empty = f"SELECT count(*) FROM {table} WHERE {column.name} IS NULL"
            assert facts.execute(empty).fetchone() == (0,), (table, column.name)
    keys = ", ".join(schema.key)
    doubled = f"SELECT {keys} FROM {table} GROUP BY {keys} HAVING count(*) > 1"
    assert facts.execute(doubled).fetchall() == []


@pytest.mark.parametrize(
    ("table", "column", "target", "key"),
    [
        (table.name, column.name, column.references, FACT_TABLES[column.references].key[0])
        for table in FACT_TABLES.values()
        for column in table
        if column.references in FACT_TABLES
    ],
)
def test_every_reference_leads_somewhere(table, column, target, key, facts):
    names = {row[0] for row in facts.execute(f"DESCRIBE {table}").fetchall()}
    if column not in names:
        assert (table, column) == ("opportunities", "product_id")
        return
    lost = f"""SELECT count(*) FROM {table} WHERE {column} IS NOT NULL
        AND {column} NOT IN (SELECT {key} FROM {target})"""
    assert facts.execute(lost).fetchone() == (0,)


def test_orders_equal_their_booked_lines(ask):
    assert (
        ask(
            """SELECT count(*) FROM orders AS o LEFT JOIN (
            SELECT order_id, sum(net_amount) AS booked FROM order_lines
            WHERE event = 'booked' GROUP BY ALL) AS l USING (order_id)
        WHERE booked IS DISTINCT FROM net_amount"""
        )
        == 0
    )


def test_a_won_deal_is_worth_its_order(ask):
    assert (
        ask(
            """SELECT count(*) FROM opportunities AS d FULL JOIN (
            SELECT * FROM orders WHERE opportunity_id IS NOT NULL) AS o USING (opportunity_id)
        WHERE d.is_won AND o.net_amount IS DISTINCT FROM d.amount
           OR (o.order_id IS NOT NULL AND d.is_won IS NOT TRUE)"""
        )
        == 0
    )


def test_cancellations_are_negative_and_no_more_is_invoiced_than_is_left(ask):
    assert ask(
        "SELECT max(net_amount) < 0 AND max(quantity) < 0 FROM order_lines "
        "WHERE event = 'cancelled'"
    )
    assert (
        ask(
            """SELECT count(*) FROM (
            SELECT coalesce(cancels_id, relates_to_id, order_line_id) AS line,
                sum(net_amount) FILTER (event IN ('booked', 'cancelled')) AS due,
                sum(net_amount) FILTER (event = 'invoiced') AS invoiced,
                sum(net_amount) FILTER (event = 'paid') AS paid
            FROM order_lines GROUP BY ALL)
        WHERE due < 0 OR invoiced <> due OR paid <> invoiced"""
        )
        == 0
    )


def test_primary_shares_add_up_to_one(ask):
    assert (
        ask(
            """SELECT count(*) FROM (SELECT object_id, sum(share) AS whole FROM splits
        WHERE kind = 'primary' GROUP BY ALL) WHERE whole <> 1"""
        )
        == 0
    )
    assert ask("SELECT count(*) FROM splits WHERE kind = 'overlay'") > 20


def test_nothing_is_known_of_the_days_after_the_end(ask):
    for table, column in (
        ("orders", "ordered_on"),
        ("order_lines", "event_on"),
        ("opportunities", "created_on"),
        ("opportunities", "closed_on"),
        ("stage_changes", "changed_at"),
        ("leads", "created_at"),
        ("activities", "occurred_at"),
        ("outreach_events", "occurred_at"),
        ("survey_responses", "answered_at"),
        ("costs", "incurred_on"),
    ):
        assert ask(f"SELECT max({column})::DATE FROM {table}") <= ENDS_ON, (table, column)
    assert ask("SELECT count(*) FROM opportunities WHERE closed_on < created_on") == 0
    assert ask("SELECT max(event_on) FROM order_lines") >= ENDS_ON - timedelta(days=3)


def test_deals_belong_to_people_who_worked_here_on_that_day(ask):
    assert (
        ask(
            """SELECT count(*) FROM opportunities JOIN people ON person_id = owner_id
        WHERE is_won AND (closed_on < hired_on OR closed_on >= left_on)"""
        )
        == 0
    )


def test_four_levels_three_countries_and_currencies(facts, company):
    depth = facts.execute(
        """WITH RECURSIVE tree AS (
            SELECT position_id, 1 AS level FROM positions WHERE manager_position_id IS NULL
            UNION SELECT p.position_id, level + 1 FROM positions AS p
            JOIN tree ON tree.position_id = p.manager_position_id)
        SELECT max(level), count(*) FILTER (level = 1) FROM tree"""
    ).fetchone()
    assert depth == (4, 1)
    regions = facts.execute(
        "SELECT region, any_value(country), any_value(currency), count(DISTINCT currency) "
        "FROM accounts GROUP BY region ORDER BY region"
    ).fetchall()
    assert regions == [
        ("North", "SE", "SEK", 1),
        ("South", "IT", "EUR", 1),
        ("West", "GB", "GBP", 1),
    ]
    assert len(company.force.seats) == 60


def test_a_vacant_and_a_shared_position_a_new_manager_and_a_moved_seat(ask):
    assert (
        ask(
            """SELECT count(*) FROM positions WHERE position_id NOT IN (
            SELECT position_id FROM assignments WHERE ends_on IS NULL)"""
        )
        >= 1
    )
    assert (
        ask(
            """SELECT count(*) FROM (SELECT position_id FROM assignments WHERE share = 0.5
        GROUP BY position_id HAVING count(DISTINCT person_id) = 2)"""
        )
        == 1
    )
    assert (
        ask(
            """SELECT count(*) FROM (SELECT position_id FROM assignments JOIN positions
        USING (position_id) WHERE title = 'Team Manager'
        GROUP BY position_id HAVING count(*) > 1)"""
        )
        >= 1
    )
    assert (
        ask(
            "SELECT count(*) FROM (SELECT position_id FROM positions "
            "GROUP BY position_id HAVING count(DISTINCT manager_position_id) = 2)"
        )
        == 1
    )


def test_people_come_and_go(ask):
    assert ask("SELECT count(*) FROM people WHERE left_on IS NOT NULL") >= 5
    assert ask("SELECT count(*) FROM people WHERE hired_on >= months_ago(36)") >= 15


def test_attainment_spreads_as_it_does_in_life(facts):
    """Of the whole quarters: the company near its target, most people between 40 and 160 %."""
    rows = facts.execute(
        """WITH sold AS (
            SELECT owner_id AS person_id, date_trunc('quarter', event_on)::DATE AS starts_on,
                sum(eur(net_amount, currency)) AS sold
            FROM order_lines WHERE event IN ('booked', 'cancelled') GROUP BY ALL)
        SELECT coalesce(sold, 0), amount::DOUBLE FROM targets LEFT JOIN sold
        USING (person_id, starts_on)
        WHERE starts_on >= months_ago(36) AND ends_on <= months_ago(0)"""
    ).fetchall()
    total = sum(sold for sold, _ in rows) / sum(quota for _, quota in rows)
    shares = sorted(sold / quota for sold, quota in rows)
    assert 0.85 < total < 1.05
    assert sum(0.4 <= share <= 1.6 for share in shares) / len(shares) > 0.85
    assert 0.8 < shares[len(shares) // 2] < 1.05


def test_the_pipeline_is_worth_two_to_four_months_of_bookings(ask):
    open_worth, year = ask(
        """SELECT sum(eur(amount, currency)) FILTER (is_won IS NULL),
            sum(eur(amount, currency)) FILTER (is_won AND closed_on >= months_ago(12))
        FROM opportunities"""
    )
    assert 1.5 < open_worth / (year / 4) < 4.5


def test_august_rests_and_people_take_holidays(ask):
    august, october = ask(
        """SELECT count(*) FILTER (month(created_on) = 8), count(*) FILTER (month(created_on) = 10)
        FROM opportunities WHERE type <> 'renewal'"""
    )
    assert august < 0.7 * october
    weekend = "SELECT count(*) FROM activities WHERE isodow(occurred_at) > 5"
    assert ask(weekend) < 0.01 * ask("SELECT count(*) FROM activities")
