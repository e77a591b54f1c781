"""A small table with a column of every type, and two ways to run an expression over it."""

from __future__ import annotations

from functools import cache

import ibis

from vetta.engine.expressions import Expression, Scope
from vetta.engine.schema.types import ColumnType as T

COLUMNS = {
    "amount": T.MONEY,
    "cost": T.MONEY,
    "share": T.RATIO,
    "score": T.NUMBER,
    "rate": T.FX_RATE,
    "quantity": T.INTEGER,
    "name": T.TEXT,
    "Deal Stage": T.TEXT,
    "closed_on": T.DATE,
    "created_on": T.DATE,
    "changed_at": T.TIMESTAMP,
    "is_won": T.BOOLEAN,
    "custom__colour": T.TEXT,
}
SCOPE = Scope(COLUMNS, time_zone="Europe/Rome")

_ROWS = """
CREATE TABLE facts AS SELECT
  v.a::DECIMAL(18,4) AS amount, v.b::DECIMAL(18,4) AS cost, v.c::DECIMAL(18,6) AS share,
  v.d::DECIMAL(18,6) AS score, v.e::DECIMAL(20,10) AS rate, v.f::BIGINT AS quantity,
  v.g::VARCHAR AS "name", v.h::VARCHAR AS "Deal Stage", v.i::DATE AS closed_on,
  v.j::DATE AS created_on, v.k::TIMESTAMPTZ AS changed_at, v.l::BOOLEAN AS is_won,
  v.m::VARCHAR AS custom__colour
FROM (VALUES
  ('12.50', '7.25', '0.0725', '3.5', '1.0934567891', 7, 'Zoë', 'Won', '2017-03-31',
   '2017-01-01', '2017-03-31 23:30:00+00', TRUE, 'red'),
  ('-0.0001', '0.0001', '0.333333', '-2.5', '0.0000000001', -3, 'it''s', 'Lost', '2016-02-29',
   '2015-02-28', '2016-10-30 00:30:00+00', FALSE, ''),
  ('99999999999999.9999', '1', '1', '0.000001', '1', 0, '  EMEA-North  ', 'Prospecting',
   '9998-12-31', '0001-01-01', '1970-01-01 00:00:00+00', NULL, 'a,b;c'),
  ('0', '0', '0', '0', '1', 9223372036854775807, '', '', '2017-01-01', '2017-01-01',
   '2017-01-01 00:00:00+00', TRUE, NULL),
  (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)
) AS v(a, b, c, d, e, f, g, h, i, j, k, l, m)
"""


@cache
def connection() -> ibis.BaseBackend:
    con = ibis.duckdb.connect()
    con.raw_sql("SET TimeZone = 'UTC'")
    con.raw_sql(_ROWS)
    return con


def by_duckdb(expression: Expression) -> list[object]:
    """The expression's value in each row, by its DuckDB text."""
    text = f"SELECT {expression.to_duckdb()} FROM facts"
    return [row[0] for row in connection().raw_sql(text).fetchall()]


def duckdb_type(expression: Expression) -> str:
    text = f"SELECT typeof({expression.to_duckdb()}) FROM facts LIMIT 1"
    return connection().raw_sql(text).fetchall()[0][0]


def by_ibis(expression: Expression) -> list[object]:
    """The same by Ibis, fetched through Arrow."""
    facts = connection().table("facts")
    column = facts.select(value=expression.to_ibis(facts)).to_pyarrow().column("value")
    return column.to_pylist()
