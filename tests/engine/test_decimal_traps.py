"""Traps of decimals in Ibis, DuckDB and Parquet, each observed; and that our way avoids them.

The first test of a pair shows that the trap is still there. When one fails, a new version has
mended the trap: read the decision on exact arithmetic again, and take the detour out if it may go.
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

import duckdb
import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from vetta.engine.expressions import Scope, parse
from vetta.engine.schema.types import ColumnType as T
from vetta.kernel.money import round_half_away

SCOPE = Scope({"amount": T.MONEY, "share": T.RATIO, "rate": T.FX_RATE, "other": T.MONEY})
COLUMNS = """
SELECT 12.50::DECIMAL(18,4) AS amount, 0.0725::DECIMAL(18,6) AS share,
       1.0934567891::DECIMAL(20,10) AS rate, 3.00::DECIMAL(18,4) AS other
"""


def one(query: str) -> tuple[object, ...]:
    """The only row of a query."""
    return duckdb.connect().execute(query).fetchall()[0]


@pytest.fixture
def con():
    connection = ibis.duckdb.connect()
    connection.raw_sql(f"CREATE TABLE facts AS {COLUMNS}")
    return connection


def run(con, text: str) -> object:
    """The expression by both ways, which must agree to the last digit."""
    expression = parse(text, SCOPE)
    facts = con.table("facts")
    (by_text,) = con.raw_sql(f"SELECT {expression.to_duckdb()} FROM facts").fetchall()[0]
    (by_ibis,) = facts.select(v=expression.to_ibis(facts)).to_pyarrow()["v"].to_pylist()
    assert by_ibis == by_text
    return by_text


def type_of(con, text: str) -> str:
    expression = parse(text, SCOPE)
    return con.raw_sql(f"SELECT typeof({expression.to_duckdb()}) FROM facts").fetchall()[0][0]


def test_a_bare_decimal_in_ibis_loses_its_fourth_place(con) -> None:
    table = ibis.memtable({"amount": [Decimal("12.50")]}, schema={"amount": "decimal(18, 2)"})
    assert "DECIMAL(18, 3)" in ibis.to_sql(table.amount * Decimal("0.0725"), dialect="duckdb")


def test_our_literals_carry_their_places(con) -> None:
    assert run(con, "amount * 0.0725") == Decimal("0.90625")
    assert run(con, "amount * 0.0000000001") == Decimal("0.0000000013")


def test_ibis_mistakes_the_scale_of_a_product(con) -> None:
    facts = con.table("facts")
    believed = str((facts.amount * facts.share).type())
    real = con.raw_sql("SELECT typeof(amount * share) FROM facts").fetchall()[0][0]
    assert (believed, real) == ("decimal(18, 6)", "DECIMAL(18,10)")
    # Fetching then fails or passes, depending on the data.
    con.raw_sql("UPDATE facts SET share = 0.333333, amount = 0.0001")
    with pytest.raises(pa.ArrowInvalid, match="data loss"):
        facts.select(v=facts.amount * facts.share).to_pyarrow()


def test_our_products_are_typed_as_duckdb_makes_them(con) -> None:
    assert run(con, "amount * share") == Decimal("0.90625")
    assert type_of(con, "amount * share") == "DECIMAL(38,10)"
    assert run(con, "amount * share * rate") == Decimal("0.9909452151")
    assert type_of(con, "amount * share * rate") == "DECIMAL(38,10)"


def test_decimal_divided_by_decimal_is_double_in_duckdb() -> None:
    (name,) = one(f"SELECT typeof(amount / other) FROM ({COLUMNS})")
    assert name == "DOUBLE"


def test_our_quotients_are_decimals(con) -> None:
    assert run(con, "amount / other") == Decimal("4.1666666667")
    assert type_of(con, "amount / other") == "DECIMAL(38,10)"
    # 17 digits: what a double could not hold.
    big = parse("99999999999999.9999 / 0.0001", SCOPE).to_duckdb()
    assert one(f"SELECT {big}")[0] == Decimal("999999999999999999")


def test_division_by_zero_is_an_error_in_duckdb_and_null_here(con) -> None:
    with pytest.raises(duckdb.Error, match=r"[Dd]ivision by zero"):
        one("SELECT 7::HUGEINT // 0::HUGEINT")
    assert run(con, "amount / (other - other)") is None
    assert run(con, "amount % (other - other)") is None


def test_python_rounds_halves_to_even_by_default() -> None:
    assert Decimal("2.345").quantize(Decimal("0.01"), ROUND_HALF_EVEN) == Decimal("2.34")
    assert round(Decimal("2.345"), 2) == Decimal("2.34")
    assert round_half_away(Decimal("2.345"), 2) == Decimal("2.35")


@pytest.mark.parametrize("value", ["2.345", "-2.345", "0.005", "-0.005", "2.3449999999"])
def test_duckdb_and_the_kernel_round_alike(con, value: str) -> None:
    assert run(con, f"ROUND({value}, 2)") == round_half_away(Decimal(value), 2)


def test_too_large_is_an_error_and_never_a_wrong_number(con) -> None:
    digits = "9" * 20
    expression = parse(f"{digits}.0 * {digits}.0 * {digits}.0", SCOPE).to_duckdb()
    with pytest.raises(duckdb.OutOfRangeException):
        one(f"SELECT {expression}")
    integers = parse("9223372036854775807 + 1", SCOPE).to_duckdb()
    with pytest.raises(duckdb.OutOfRangeException):
        one(f"SELECT {integers}")


def test_text_with_a_fraction_does_not_become_a_whole_number() -> None:
    assert one("SELECT CAST('1.5' AS BIGINT)") == (2,)
    lenient = parse("TRY_CAST('1.5' AS INTEGER)", SCOPE).to_duckdb()
    assert one(f"SELECT {lenient}") == (None,)


def test_a_sum_of_integers_becomes_double_in_parquet(tmp_path) -> None:
    """So sums are cast where they are written; a written schema has no doubles."""
    con = duckdb.connect()
    con.execute("CREATE TABLE facts AS SELECT range AS cents FROM range(10)")
    assert con.execute("SELECT typeof(SUM(cents)) FROM facts").fetchone() == ("HUGEINT",)
    path = tmp_path / "sum.parquet"
    con.execute(f"COPY (SELECT SUM(cents) AS cents FROM facts) TO '{path}' (FORMAT parquet)")
    assert pq.read_schema(path).field("cents").type == pa.float64()
    con.execute(
        f"COPY (SELECT CAST(SUM(cents) AS BIGINT) AS cents FROM facts) TO '{path}' (FORMAT parquet)"
    )
    assert pq.read_schema(path).field("cents").type == pa.int64()
