"""MavenTech's pipeline: what the product says equals SQL over the raw files, to the cent."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from .conftest import (
    assert_same_money,
    assert_same_shares,
    open_raw,
    shares,
    totals,
)

# On data folders of their own, by processes: the workspace of the suite is not in play.
pytestmark = pytest.mark.sqlite_only

DEALS = """
    WITH deals AS (
        SELECT p.*, replace(p.product, 'GTXPro', 'GTX Pro') AS product_id, c.series,
            t.manager, t.regional_office, close_value::DECIMAL(18,4) AS amount,
            strftime(close_date::DATE, '%Y-%m') AS month,
            close_date[:4] || '-Q' || quarter(close_date::DATE) AS quarter
        FROM sales_pipeline AS p LEFT JOIN sales_teams AS t USING (sales_agent)
        LEFT JOIN products AS c ON c.product = replace(p.product, 'GTXPro', 'GTX Pro')
    )
"""
COLUMNS = {
    "person": "sales_agent",
    "manager": "manager",
    "product": "product_id",
    "product_family": "series",
    "team_region": "regional_office",
    "account": "account",
}


@pytest.fixture(scope="module")
def raw(crm):
    with open_raw(crm.folder) as con:
        yield con


def count(raw, sql):
    return raw.execute(sql).fetchone()[0]


def grouped(select, *keys):
    listed = "".join(f"{key}, " for key in keys)
    return f"{DEALS} SELECT {listed}{select} GROUP BY ALL"


WIN_RATE = (
    "count(*) FILTER (deal_stage = 'Won'), count(*) FROM deals WHERE deal_stage IN ('Won', 'Lost')"
)
WON_REVENUE = "sum(amount) FROM deals WHERE deal_stage = 'Won'"


def test_every_row_lands(crm, raw):
    assert crm.exit_code == 0
    tables = crm.report["tables"]
    for table, rows in (
        ("opportunities", "sales_pipeline"),
        ("accounts", "accounts"),
        ("products", "products"),
    ):
        expected = count(raw, f"SELECT count(*) FROM {rows}")
        assert tables[table] == {
            "read": expected,
            "inserted": expected,
            "updated": 0,
            "unchanged": 0,
            "quarantined": 0,
            "version": tables[table]["version"],
        }
        assert tables[table]["version"] >= 0
    people = count(
        raw,
        "SELECT count(DISTINCT sales_agent) + count(DISTINCT manager) FROM sales_teams",
    )
    assert tables["people"]["inserted"] == tables["people"]["read"] == people
    assert tables["people"]["version"] is None


def test_each_misspelling_is_put_right_and_counted(crm, raw):
    replaced = {
        (problem["details"]["table"], problem["column"]): int(problem["details"]["rows"])
        for problem in crm.report["problems"]
        if problem["code"] == "intake.replaced"
    }
    assert replaced == {
        (table, column): count(raw, f"SELECT count(*) FROM {file} WHERE {cell} = '{wrong}'")
        for table, column, file, cell, wrong in (
            ("opportunities", "product_id", "sales_pipeline", "product", "GTXPro"),
            ("accounts", "industry", "accounts", "sector", "technolgy"),
            ("accounts", "country", "accounts", "office_location", "Philipines"),
        )
    }
    assert min(replaced.values()) > 0


def test_what_the_source_leaves_empty_is_counted(crm, raw):
    told = next(
        problem["details"]
        for problem in crm.report["problems"]
        if problem["code"] == "intake.empty_cells"
        and problem["details"]["table"] == "opportunities"
    )
    for column, cell in (
        ("account_id", "account"),
        ("created_on", "engage_date"),
        ("closed_on", "close_date"),
        ("amount", "close_value"),
    ):
        empty = count(raw, f"SELECT count(*) FROM sales_pipeline WHERE {cell} IS NULL")
        assert int(told[column]) == empty > 0, column


def test_lost_deals_are_worth_nothing_at_the_source(crm, raw):
    assert count(raw, "SELECT count(*) FROM sales_pipeline WHERE close_value = '0'") == count(
        raw, "SELECT count(*) FROM sales_pipeline WHERE deal_stage = 'Lost'"
    )
    assert crm.kpi("lost_revenue") == {(): Decimal(0)}


@pytest.mark.parametrize("by", ["", *COLUMNS])
def test_win_rate(by, crm, raw):
    keys = [COLUMNS[by]] if by else []
    assert_same_shares(crm.kpi("win_rate", by), shares(raw, grouped(WIN_RATE, *keys)))


@pytest.mark.parametrize("by", ["", "manager", "team_region", "product_family"])
def test_win_rate_by_month(by, crm, raw):
    keys = [COLUMNS[by], "month"] if by else ["month"]
    assert_same_shares(
        crm.kpi("win_rate", by, grain="month"), shares(raw, grouped(WIN_RATE, *keys))
    )


def test_win_rate_by_person_and_product_by_quarter(crm, raw):
    assert_same_shares(
        crm.kpi("win_rate", "person,product", grain="quarter"),
        shares(raw, grouped(WIN_RATE, "sales_agent", "product_id", "quarter")),
    )


@pytest.mark.parametrize("by", ["", *COLUMNS])
def test_won_revenue(by, crm, raw):
    keys = [COLUMNS[by]] if by else []
    assert_same_money(crm.kpi("won_revenue", by), totals(raw, grouped(WON_REVENUE, *keys)))


def test_won_revenue_by_month(crm, raw):
    assert_same_money(
        crm.kpi("won_revenue", grain="month"), totals(raw, grouped(WON_REVENUE, "month"))
    )


@pytest.mark.parametrize(("metric", "stage"), [("won_deals", "Won"), ("lost_deals", "Lost")])
def test_won_and_lost_deals_by_manager(metric, stage, crm, raw):
    sql = grouped(f"count(*) FROM deals WHERE deal_stage = '{stage}'", "manager")
    assert_same_money(crm.kpi(metric, "manager"), totals(raw, sql))


def test_average_deal_size_by_team_region(crm, raw):
    sql = grouped("sum(amount), count(*) FROM deals WHERE deal_stage = 'Won'", "regional_office")
    assert_same_shares(crm.kpi("average_deal_size", "team_region"), shares(raw, sql))


def test_sales_cycle_by_product_family(crm, raw):
    sql = grouped(
        "sum(close_date::DATE - engage_date::DATE), count(*) FROM deals "
        "WHERE deal_stage = 'Won' AND engage_date IS NOT NULL",
        "series",
    )
    assert_same_shares(crm.kpi("sales_cycle_days", "product_family"), shares(raw, sql))


def test_the_open_pipeline_has_no_amounts_and_is_not_made_up(crm, raw):
    assert count(raw, f"{DEALS} SELECT count(amount) FROM deals WHERE close_date IS NULL") == 0
    assert not any(crm.kpi("open_pipeline").values())


def test_filters_and_dates(crm, raw):
    assert_same_money(
        crm.kpi(
            "won_revenue",
            "person",
            from_="2017-04-01",
            until="2017-07-01",
            where="team_region = 'West' AND product_family = 'GTX'",
        ),
        totals(
            raw,
            grouped(
                WON_REVENUE + " AND regional_office = 'West' AND series = 'GTX' "
                "AND close_date >= '2017-04-01' AND close_date < '2017-07-01'",
                "sales_agent",
            ),
        ),
    )


def test_managers_roll_up_their_agents(crm, raw):
    sql = f"""{DEALS}, seen AS (
        SELECT sales_agent AS person, amount FROM deals WHERE deal_stage = 'Won'
        UNION ALL SELECT manager, amount FROM deals WHERE deal_stage = 'Won')
        SELECT person, sum(amount) FROM seen GROUP BY ALL"""
    assert_same_money(crm.kpi("won_revenue", "managers_above"), totals(raw, sql))


def test_the_command_started_by_hand_answers_as_promised(crm, raw):
    """A process of its own; ``--home`` before the subcommand; names beside ids."""
    code, answer = crm.vetta("kpi", "win_rate", "--by", "manager", "--grain", "month")
    assert code == 0
    assert {name: answer[name] for name in ("metric", "unit", "currency", "problems")} == {
        "metric": "win_rate",
        "unit": "ratio",
        "currency": None,
        "problems": [],
    }
    assert answer["facts"] == {"opportunities": crm.report["tables"]["opportunities"]["version"]}
    assert {row["by"]["manager"]["name"] for row in answer["rows"]} == {
        name for (name,) in raw.execute("SELECT DISTINCT manager FROM sales_teams").fetchall()
    }
    assert {len(row["period"]) for row in answer["rows"]} == {7}


def test_a_bad_question_ends_with_two_and_a_hint(crm):
    for asked in (["kpi", "win_rat"], ["kpi", "win_rate", "--by", "colour"]):
        code, answer = crm.quick(*asked)
        assert code == 2
        assert answer["problems"][0]["hint"]


def test_the_published_figures(crm):
    """What the data's own README says of it."""
    if not crm.is_shared:
        pytest.skip("speaks of the public data only")
    assert crm.kpi("won_revenue") == {(): Decimal(10_005_534)}
    assert crm.kpi("won_deals") == {(): Decimal(4238)}
    assert crm.kpi("lost_deals") == {(): Decimal(2473)}
    assert crm.report["tables"]["opportunities"]["read"] == 8800


def test_the_same_files_again_change_nothing(crm):
    code, again = crm.bring()
    assert code == 0
    for table, first in crm.report["tables"].items():
        told = again["tables"][table]
        assert told["unchanged"] == first["inserted"] + first["unchanged"], table
        assert (told["inserted"], told["updated"], told["quarantined"]) == (0, 0, 0)
        assert told["version"] == first["version"]


def test_an_import_can_be_undone(crm, tmp_path):
    """In a data folder of its own: everything goes, and the same files come in anew."""
    other = replace(crm, home=tmp_path / "home", forker=None)
    code, report = other.bring()
    assert code == 0
    code, undone = other.vetta("import", "--undo", report["batch"])
    assert code == 0, undone
    assert not any(other.kpi("won_deals").values())
    code, again = other.bring()
    assert code == 0
    assert again["tables"]["opportunities"]["inserted"] == report["tables"]["opportunities"]["read"]
    assert again["tables"]["people"]["inserted"] == report["tables"]["people"]["read"]
    assert other.kpi("won_deals") == crm.kpi("won_deals")
    other.close()


def test_a_dry_run_answers_as_the_run_would_and_writes_nothing(crm, tmp_path):
    other = replace(crm, home=tmp_path / "home", forker=None)
    code, report = other.bring("--dry-run")
    assert code == crm.exit_code
    assert report["batch"] is None
    for table, told in report["tables"].items():
        assert told["inserted"] == crm.report["tables"][table]["inserted"], table
    assert other.kpi("won_deals", "person") == {}
    other.close()
