"""One demo company of the default size, made once, with a view over each of its files."""

from __future__ import annotations

from datetime import date

import duckdb
import pytest

from vetta.site.demo.company import generate
from vetta.site.demo.scale import Scale

ENDS_ON = date(2026, 11, 23)


@pytest.fixture(scope="session")
def company(tmp_path_factory):
    return generate(Scale(ENDS_ON), tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="session")
def facts(company):
    """DuckDB over the files; ``eur(amount, currency)`` at the price lists' fixed rates."""
    con = duckdb.connect()
    con.execute("SET TimeZone = 'UTC'")
    con.execute(
        "CREATE MACRO eur(amount, currency) AS amount::DOUBLE / "
        "CASE currency WHEN 'SEK' THEN 11.3 WHEN 'GBP' THEN 0.86 ELSE 1 END"
    )
    con.execute(
        f"CREATE MACRO months_ago(n) AS date_trunc('month', DATE '{ENDS_ON}') "
        "- to_months(n::INTEGER)"
    )
    for path in sorted(company.folder.glob("*.parquet")):
        con.execute(f"CREATE VIEW {path.stem} AS SELECT * FROM read_parquet('{path}')")
    yield con
    con.close()


@pytest.fixture(scope="session")
def ask(facts):
    """The first row of a query; a single value where it has one column."""

    def first(sql):
        row = facts.execute(sql).fetchone()
        return row[0] if row is not None and len(row) == 1 else row

    return first
