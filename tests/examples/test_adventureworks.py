"""AdventureWorks: orders, quotas, hierarchy; equal to SQL over the raw files, to the cent."""

from __future__ import annotations

import sqlite3
from contextlib import closing
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

QUARTERS = """
    WITH starts(day, label) AS (VALUES
        (DATE '2011-05-31', '2011-Q2'), (DATE '2011-08-31', '2011-Q3'),
        (DATE '2011-12-01', '2011-Q4'), (DATE '2012-02-29', '2012-Q1'),
        (DATE '2012-05-30', '2012-Q2'), (DATE '2012-08-30', '2012-Q3'),
        (DATE '2012-11-30', '2012-Q4'), (DATE '2013-02-28', '2013-Q1'),
        (DATE '2013-05-30', '2013-Q2'), (DATE '2013-08-30', '2013-Q3'),
        (DATE '2013-11-30', '2013-Q4'), (DATE '2014-03-01', '2014-Q1'),
        (DATE '2014-05-31', '2014-Q2')),
    quarters AS (
        SELECT day, label, coalesce(lead(day) OVER (ORDER BY day), DATE '2014-08-31') AS until
        FROM starts),
    heads AS (
        SELECT h.*, SubTotal::DECIMAL(18,4) AS amount, OrderDate::DATE AS day,
            q.label AS quarter, t.Name AS territory,
            CASE OnlineOrderFlag WHEN '1' THEN 'internet' ELSE 'reseller' END AS channel
        FROM SalesOrderHeader AS h
        JOIN quarters AS q ON h.OrderDate::DATE >= q.day AND h.OrderDate::DATE < q.until
        JOIN SalesTerritory AS t USING (TerritoryID)),
    lines AS (
        SELECT l.*, round(LineTotal::DECIMAL(38,10), 4)::DECIMAL(18,4) AS amount,
            (l.StandardCost::DECIMAL(18,4) * OrderQty::INTEGER)::DECIMAL(18,4) AS cost,
            c.Name AS family, h.SalesPersonID
        FROM SalesOrderLine AS l JOIN heads AS h USING (SalesOrderID)
        LEFT JOIN Product AS p USING (ProductID)
        LEFT JOIN ProductSubcategory AS s USING (ProductSubcategoryID)
        LEFT JOIN ProductCategory AS c ON c.ProductCategoryID = s.ProductCategoryID),
    gaps AS (
        SELECT SalesOrderID, any_value(h.amount) - coalesce(sum(l.amount), 0) AS gap
        FROM heads AS h LEFT JOIN lines AS l USING (SalesOrderID) GROUP BY ALL),
    bosses AS (
        SELECT e.BusinessEntityID AS person, b.BusinessEntityID AS boss
        FROM Employee AS e JOIN Employee AS b
          ON coalesce(b.OrganizationNode, '/') = regexp_replace(e.OrganizationNode, '[0-9]+/$', '')
    )
"""


@pytest.fixture(scope="module")
def raw(adventureworks):
    with open_raw(adventureworks.folder) as con:
        yield con


def row(raw, select):
    found = raw.execute(f"{QUARTERS} {select}").fetchone()
    return found[0] if len(found) == 1 else found


def money(raw, select):
    return totals(raw, f"{QUARTERS} {select}")


def details(example, code, **wanted):
    """The details of the one problem of that code."""
    found = [
        problem["details"]
        for problem in example.report["problems"]
        if problem["code"] == code
        and all(problem["details"].get(name) == value for name, value in wanted.items())
    ]
    assert len(found) == 1, (code, found)
    return found[0]


def test_every_row_lands(adventureworks, raw):
    assert adventureworks.exit_code == 0, adventureworks.report["problems"][:5]
    tables = adventureworks.report["tables"]
    for table, select in {
        "people": "SELECT count(*) FROM Employee",
        "person_attributes": "SELECT (SELECT count(*) FROM SalesTerritoryHistory) + "
        "(SELECT count(*) FROM EmployeeDepartmentHistory) + (SELECT count(*) FROM SalesPerson)",
        "products": "SELECT count(*) FROM Product",
        "accounts": "SELECT (SELECT count(*) FROM Store) + (SELECT count(*) FROM Customer)",
        "fx_rates": "SELECT count(*) FROM CurrencyRate",
        "orders": "SELECT count(*) FROM SalesOrderHeader",
        "order_lines": "SELECT count(*) FROM SalesOrderLine",
        "targets": "SELECT count(*) FROM SalesPersonQuotaHistory",
    }.items():
        assert tables[table]["read"] == row(raw, select), table
        assert tables[table]["quarantined"] == 0, table


def test_balancing_lines_are_counted_and_their_amount_told(adventureworks, raw):
    count, amount = row(raw, "SELECT count(*), sum(gap) FROM gaps WHERE gap <> 0")
    tables = adventureworks.report["tables"]
    assert tables["order_lines"]["balanced"] == count > 0
    assert tables["order_lines"]["inserted"] == tables["order_lines"]["read"] + count
    told = details(adventureworks, "intake.balanced")
    assert int(told["rows"]) == count
    assert Decimal(told["amount"]) == amount


def test_digits_that_money_does_not_hold_are_rounded_and_told(adventureworks, raw):
    rounded = row(
        raw,
        "SELECT count(*) FROM SalesOrderLine "
        "WHERE round(LineTotal::DECIMAL(38,10), 4) <> LineTotal::DECIMAL(38,10)",
    )
    told = [
        problem
        for problem in adventureworks.report["problems"]
        if problem["code"] == "intake.rounded" and problem["column"] == "net_amount"
    ]
    assert sum(int(problem["details"]["rows"]) for problem in told) == rounded
    assert bool(rounded) is not adventureworks.is_shared


def test_bookings_equal_the_heads(adventureworks, raw):
    expected = money(raw, "SELECT sum(amount) FROM heads")
    assert_same_money(adventureworks.kpi("bookings"), expected)
    if adventureworks.is_shared:
        assert expected == {(): Decimal("109846381.4039")}


@pytest.mark.parametrize(
    ("by", "column"),
    [("person", "SalesPersonID"), ("channel", "channel"), ("region", "territory")],
)
def test_bookings_by_quarter_and(by, column, adventureworks, raw):
    assert_same_money(
        adventureworks.kpi("bookings", by, grain="quarter"),
        money(raw, f"SELECT {column}, quarter, sum(amount) FROM heads GROUP BY ALL"),
    )


def test_bookings_by_product_family(adventureworks, raw):
    """Balancing lines have no product: they stand in the empty family."""
    assert_same_money(
        adventureworks.kpi("bookings", "product_family"),
        money(
            raw,
            """SELECT family, sum(amount) FROM (
                SELECT family, amount FROM lines
                UNION ALL SELECT NULL, gap FROM gaps WHERE gap <> 0) GROUP BY ALL""",
        ),
    )


def test_bookings_by_year_and_month(adventureworks, raw):
    assert_same_money(
        adventureworks.kpi("bookings", grain="year"),
        money(raw, "SELECT quarter[:4], sum(amount) FROM heads GROUP BY ALL"),
    )
    assert_same_money(
        adventureworks.kpi("bookings", grain="month"),
        money(raw, "SELECT strftime(day, '%Y-%m'), sum(amount) FROM heads GROUP BY ALL"),
    )


def test_bookings_by_manager(adventureworks, raw):
    assert_same_money(
        adventureworks.kpi("bookings", "manager", grain="quarter"),
        money(
            raw,
            """SELECT boss, quarter, sum(amount) FROM heads
            LEFT JOIN bosses ON person = SalesPersonID GROUP BY ALL""",
        ),
    )


def test_managers_roll_up_everybody_below_them(adventureworks, raw):
    select = """
        SELECT above, sum(amount) FROM heads JOIN (
            SELECT person, person AS above FROM bosses
            UNION SELECT person, boss FROM bosses
            UNION SELECT a.person, b.boss FROM bosses AS a JOIN bosses AS b ON b.person = a.boss
            UNION SELECT a.person, c.boss FROM bosses AS a JOIN bosses AS b ON b.person = a.boss
                JOIN bosses AS c ON c.person = b.boss
        ) AS chain ON person = SalesPersonID GROUP BY ALL"""
    told = adventureworks.kpi("bookings", "managers_above")
    told.pop((None,), None)  # what was sold online belongs to nobody
    assert_same_money(told, money(raw, select))


def test_orders_and_their_average_by_channel(adventureworks, raw):
    assert_same_money(
        adventureworks.kpi("order_count", "channel", grain="quarter"),
        money(raw, "SELECT channel, quarter, count(*) FROM heads GROUP BY ALL"),
    )
    assert_same_shares(
        adventureworks.kpi("average_order_value", "channel"),
        shares(raw, f"{QUARTERS} SELECT channel, sum(amount), count(*) FROM heads GROUP BY ALL"),
    )


def test_gross_margin_of_the_lines_whose_cost_is_known(adventureworks, raw):
    assert_same_money(
        adventureworks.kpi("gross_margin", "product_family"),
        money(raw, "SELECT family, sum(amount - cost) FROM lines GROUP BY ALL"),
    )
    assert_same_shares(
        adventureworks.kpi("gross_margin_share", "person"),
        shares(
            raw,
            f"""{QUARTERS} SELECT SalesPersonID, sum(amount - cost), sum(amount)
            FROM lines GROUP BY ALL""",
        ),
    )


QUOTAS = """SELECT BusinessEntityID AS person, label AS quarter,
        SalesQuota::DECIMAL(18,4) AS quota
    FROM SalesPersonQuotaHistory JOIN quarters ON day = QuotaDate::DATE"""
SOLD = """SELECT SalesPersonID AS person, quarter, sum(amount) AS sold
    FROM heads WHERE SalesPersonID IS NOT NULL GROUP BY ALL"""


def test_quota_by_person_and_quarter(adventureworks, raw):
    assert_same_money(adventureworks.kpi("quota", "person", grain="quarter"), money(raw, QUOTAS))


def test_attainment_by_person_and_quarter(adventureworks, raw):
    assert_same_shares(
        adventureworks.kpi("quota_attainment", "person", grain="quarter"),
        shares(
            raw,
            f"""{QUARTERS} SELECT person, quarter, coalesce(sold, 0), quota
            FROM ({QUOTAS}) LEFT JOIN ({SOLD}) USING (person, quarter)""",
        ),
    )


def test_attainment_of_all_by_quarter(adventureworks, raw):
    assert_same_shares(
        adventureworks.kpi("quota_attainment", grain="quarter"),
        shares(
            raw,
            f"""{QUARTERS} SELECT quarter, sum(coalesce(sold, 0)), sum(quota)
            FROM ({QUOTAS}) LEFT JOIN ({SOLD}) USING (person, quarter) GROUP BY ALL""",
        ),
    )


def test_territories_are_dated_attributes_of_people(adventureworks, raw):
    """The last day of an assignment belongs to it: the next one starts on the day after."""
    with closing(sqlite3.connect(adventureworks.home / "workspace.sqlite3")) as workspace:
        kept = workspace.execute(
            """SELECT p.key, v.value, v.starts_on, v.ends_on FROM people_personattribute AS v
            JOIN people_attribute AS a ON a.id = v.attribute_id
            JOIN people_person AS p ON p.id = v.person_id
            WHERE a.key = 'sales_territory' AND v.known_to IS NULL"""
        ).fetchall()
    history = raw.execute(
        """SELECT BusinessEntityID, Name, StartDate, (EndDate::DATE + 1)::VARCHAR
        FROM SalesTerritoryHistory JOIN SalesTerritory USING (TerritoryID)"""
    ).fetchall()
    assert sorted(kept, key=str) == sorted(history, key=str)


def test_the_same_files_again_change_nothing(adventureworks):
    code, again = adventureworks.bring()
    assert code == 0
    for table, first in adventureworks.report["tables"].items():
        told = again["tables"][table]
        assert (told["inserted"], told["updated"], told["quarantined"]) == (0, 0, 0), table
        assert told["unchanged"] == first["inserted"] + first["unchanged"], table
        assert told["version"] == first["version"], table
