"""What expressions give, by DuckDB text and by Ibis alike."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.expressions.world import (
    SCOPE,
    by_duckdb,
    by_ibis,
    connection,
    duckdb_type,
)
from vetta.engine.expressions import FUNCTIONS, Scope, parse
from vetta.engine.schema.types import ColumnType as T
from vetta.kernel.money import round_half_away


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_does_what_its_example_says(name: str) -> None:
    written, expected = FUNCTIONS[name].example
    expression = parse(written, Scope({}))
    (value,) = set(by_duckdb(expression))
    text = {True: "true", False: "false", None: "null"}.get(value) or str(value)  # type: ignore[call-overload]
    assert text == expected
    assert by_ibis(expression) == by_duckdb(expression)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("amount * share", Decimal("0.90625")),
        ("amount * share * rate", Decimal("0.9909452151")),  # 0.90625 × 1.0934567891, half away
        ("amount + cost", Decimal("19.75")),
        ("amount - 1", Decimal("11.5")),
        ("-amount", Decimal("-12.5")),
        ("amount / cost", Decimal("1.7241379310")),
        ("amount / 3", Decimal("4.1666666667")),
        ("quantity / 2", Decimal("3.5")),
        ("quantity % 4", 3),
        ("quantity % 100 * 2 + 1", 15),
        ("amount / 0", None),
        ("amount % 0", None),
        ("ROUND(amount * share, 2)", Decimal("0.91")),
        ("amount > 12.4999", True),
        ("amount > 12.50001", False),
        ("amount = 12.5", True),
        ("quantity >= 6.5", True),
        ("amount BETWEEN 12.5 AND 13", True),
        ("\"Deal Stage\" = 'Won' AND is_won", True),
        ("NOT is_won OR quantity IN (1, 7)", True),
        ("name NOT IN ('x', 'y')", True),
        ("name LIKE 'Z%'", True),
        ("name ILIKE 'z%'", True),
        ("name NOT LIKE 'Z_'", True),
        ("custom.colour IS NOT NULL", True),
        ("CUSTOM.Colour = 'red'", True),
        ("closed_on >= '2017-03-01'", True),
        ("closed_on BETWEEN '2017-01-01' AND '2017-03-31'", True),
        ("closed_on - created_on", 89),
        ("closed_on + INTERVAL 1 MONTH", date(2017, 4, 30)),
        ("DATE(changed_at)", date(2017, 4, 1)),  # half past one in the morning, in Rome
        ("MONTH(changed_at)", 4),
        ("changed_at >= '2017-03-31 23:30:00'", True),
        ("changed_at < TIMESTAMP '2017-04-01 01:30:01+02:00'", True),
        ("CASE WHEN amount > 10 THEN 'big' ELSE 'small' END", "big"),
        ("CASE \"Deal Stage\" WHEN 'Won' THEN 1 ELSE 2.5 END", Decimal("1")),
        ("COALESCE(NULL, amount, 0)", Decimal("12.5")),
        ("NULLIF(name, 'Zoë')", None),
        ("LEAST(amount, cost, 5)", Decimal("5")),
        ("name || '/' || \"Deal Stage\"", "Zoë/Won"),
        ("CAST(quantity AS TEXT)", "7"),
        ("CAST('42' AS INTEGER) + 1", 43),
        ("TRY_CAST('4.5' AS INTEGER)", None),
        ("TRY_CAST(name AS MONEY)", None),
        ("CAST('1.23456' AS MONEY)", Decimal("1.2346")),
        ("CAST(amount AS INTEGER)", 13),
        ("CAST(is_won AS INTEGER)", 1),
        ("CAST(changed_at AS TEXT)", "2017-03-31 23:30:00"),
        ("is_won IS TRUE", True),
        ("is_won IS NOT TRUE", False),
        ("NULL", None),
    ],
)
def test_values(text: str, first: object) -> None:
    expression = parse(text, SCOPE)
    assert by_duckdb(expression)[0] == first
    assert by_ibis(expression) == by_duckdb(expression)


@pytest.mark.parametrize(
    ("text", "type_", "scale"),
    [
        ("amount * share", T.MONEY, 10),
        ("amount + 1", T.MONEY, 4),
        ("amount / cost", T.NUMBER, 10),
        ("amount / 4", T.MONEY, 10),
        ("quantity + 1", T.INTEGER, 0),
        ("quantity + 0.5", T.NUMBER, 1),
        ("share * share", T.NUMBER, 10),
        ("ROUND(amount, 2)", T.MONEY, 2),
        ("amount", T.MONEY, 4),
        ("amount > 1", T.BOOLEAN, 0),
        ("created_on", T.DATE, 0),
        ("NULL", T.TEXT, 0),
    ],
)
def test_types(text: str, type_: T, scale: int) -> None:
    expression = parse(text, SCOPE)
    assert (expression.type, expression.scale) == (type_, scale)
    if scale:
        assert duckdb_type(expression).endswith(f",{scale})")


def test_columns_are_listed_as_the_scope_writes_them() -> None:
    expression = parse("AMOUNT > 1 AND custom.colour = 'x' AND \"deal stage\" = name", SCOPE)
    assert expression.columns == ("amount", "custom__colour", "Deal Stage", "name")


def test_joined_tables_have_aliases() -> None:
    scope = Scope({"agent": T.TEXT}, tables={"t": {"sales agent": T.TEXT}})
    expression = parse('agent = t."Sales Agent"', scope)
    assert expression.columns == ("agent", "t.sales agent")
    assert expression.to_duckdb("m") == '("m"."agent" = "t"."sales agent")'


def test_a_column_name_cannot_break_out_of_its_quotes() -> None:
    name = 'a" = "a" OR 1=1; --'
    expression = parse('"a"" = ""a"" OR 1=1; --" = \'x\'', Scope({name: T.TEXT}))
    assert expression.columns == (name,)
    assert expression.to_duckdb() == '("a"" = ""a"" OR 1=1; --" = \'x\')'


def test_a_literal_takes_the_type_of_the_column_it_is_compared_with() -> None:
    # The column is read as it lies, so that files can be skipped by their statistics.
    assert parse("amount > 12.5", SCOPE).to_duckdb() == (
        "(\"amount\" > CAST('12.5' AS DECIMAL(18,4)))"
    )


def test_a_strict_cast_fails_loudly() -> None:
    for text in ("CAST(name AS INTEGER)", "CAST(name AS DATE)", "CAST(name AS NUMBER)"):
        with pytest.raises(duckdb.Error):
            by_duckdb(parse(text, SCOPE))


def test_moments_do_not_depend_on_the_zone_of_the_session() -> None:
    expression = parse("CAST('2017-03-01 12:00:00' AS TIMESTAMP) = changed_at", SCOPE)
    cast = parse("CAST(name AS TIMESTAMP)", Scope({"name": T.TEXT})).to_duckdb()
    con = duckdb.connect()
    for zone in ("UTC", "Asia/Tokyo"):
        con.execute(f"SET TimeZone = '{zone}'")
        query = f"SELECT epoch({cast}) FROM (SELECT '2017-03-01 12:00:00' AS name)"
        assert con.execute(query).fetchone() == (1488369600,)
    assert expression.type is T.BOOLEAN


# --- properties -----------------------------------------------------------------------------------

numbers = st.recursive(
    st.one_of(
        st.sampled_from(["share", "score", "quantity % 100"]),
        st.integers(-50, 50).map(str),
        st.decimals(-9, 9, places=3, allow_nan=False).map(lambda value: f"{value:f}"),
    ),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*/%"), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        inner.map(lambda value: f"ABS({value})"),
        inner.map(lambda value: f"-({value})"),
        inner.map(lambda value: f"ROUND({value}, 3)"),
        st.tuples(inner, inner).map(lambda t: f"COALESCE({t[0]}, {t[1]})"),
        st.tuples(inner, inner).map(lambda t: f"LEAST({t[0]}, {t[1]})"),
    ),
    max_leaves=6,
)
texts = st.recursive(
    st.one_of(
        st.sampled_from(["name", '"Deal Stage"', "custom.colour"]),
        st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=8).map(
            lambda value: "'" + value.replace("'", "''") + "'"
        ),
    ),
    lambda inner: st.one_of(
        inner.map(lambda value: f"LOWER({value})"),
        inner.map(lambda value: f"TRIM({value})"),
        st.tuples(inner, st.integers(-3, 9)).map(lambda t: f"SUBSTRING({t[0]}, {t[1]}, 3)"),
        st.tuples(inner, inner).map(lambda t: f"({t[0]} || {t[1]})"),
        inner.map(lambda value: f"REPLACE({value}, 'e', 'ee')"),
        inner.map(lambda value: f"SPLIT_PART({value}, '-', 1)"),
        inner.map(lambda value: f"REGEXP_REPLACE({value}, '[A-Z]+', '<\\0>', 'g')"),
        st.tuples(inner, inner).map(lambda t: f"NULLIF({t[0]}, {t[1]})"),
    ),
    max_leaves=5,
)
conditions = st.recursive(
    st.one_of(
        st.tuples(numbers, st.sampled_from(["=", "<>", "<", "<=", ">", ">="]), numbers).map(
            lambda t: f"{t[0]} {t[1]} {t[2]}"
        ),
        st.tuples(texts, texts).map(lambda t: f"{t[0]} IN ({t[1]}, 'Won')"),
        texts.map(lambda value: f"{value} LIKE '%o%'"),
        texts.map(lambda value: f"{value} IS NULL"),
        st.sampled_from(
            ["is_won", "closed_on >= '2017-01-01'", "YEAR(changed_at) = 2017", "TRUE", "NULL"]
        ),
    ),
    lambda inner: st.one_of(
        inner.map(lambda value: f"NOT ({value})"),
        st.lists(inner, min_size=2, max_size=4).map(lambda parts: f"({' AND '.join(parts)})"),
        st.lists(inner, min_size=2, max_size=4).map(lambda parts: f"({' OR '.join(parts)})"),
    ),
    max_leaves=5,
)


def both_ways(text: str) -> None:
    expression = parse(text, SCOPE)
    try:
        expected = by_duckdb(expression)
    except duckdb.OutOfRangeException:
        # Too large for 38 digits: both say so, neither gives a wrong number.
        with pytest.raises(duckdb.Error):
            by_ibis(expression)
        return
    assert by_ibis(expression) == expected


@settings(max_examples=120, deadline=None)
@given(st.one_of(numbers, texts, conditions))
def test_ibis_and_duckdb_agree(text: str) -> None:
    both_ways(text)


@pytest.mark.proof
@settings(max_examples=5_000, deadline=None)
@given(st.one_of(numbers, texts, conditions))
def test_ibis_and_duckdb_agree_at_length(text: str) -> None:
    both_ways(text)


@settings(max_examples=200, deadline=None)
@given(
    a=st.decimals(Decimal("-1e13"), Decimal("1e13"), places=4, allow_nan=False),
    b=st.decimals(Decimal("-1e6"), Decimal("1e6"), places=4, allow_nan=False).filter(bool),
)
def test_division_rounds_half_away_at_ten_places(a: Decimal, b: Decimal) -> None:
    scope = Scope({"a": T.MONEY, "b": T.MONEY})
    text = parse("a / b", scope).to_duckdb()
    query = f"SELECT {text} FROM (SELECT CAST(? AS DECIMAL(18,4)) a, CAST(? AS DECIMAL(18,4)) b)"
    (value,) = connection().con.execute(query, [str(a), str(b)]).fetchone()
    assert value == round_half_away(Fraction(a) / Fraction(b), 10)


@settings(max_examples=100, deadline=None)
@given(
    a=st.decimals(Decimal("-1e9"), Decimal("1e9"), places=4, allow_nan=False),
    divisor=st.sampled_from(["100", "0.25", "-8", "3", "12", "0.0001", "1024", "0.3", "-0.00005"]),
)
def test_written_divisors_give_the_same_as_any_other(a: Decimal, divisor: str) -> None:
    text = parse(f"a / {divisor}", Scope({"a": T.MONEY})).to_duckdb()
    query = f"SELECT {text} FROM (SELECT CAST(? AS DECIMAL(18,4)) a)"
    (value,) = connection().con.execute(query, [str(a)]).fetchone()
    assert value == round_half_away(Fraction(a) / Fraction(divisor), 10)
