"""Hostile and mistaken input: each is refused with a place and with what to write instead."""

from __future__ import annotations

import contextlib
import time

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.expressions.test_evaluate import both_ways
from tests.engine.expressions.world import SCOPE, by_duckdb
from vetta.engine.expressions import Scope, parse
from vetta.engine.schema.types import ColumnType as T
from vetta.kernel.problem import Problem, ProblemError


def refused(text: str, scope: Scope = SCOPE, expects: T | None = None) -> Problem:
    with pytest.raises(ProblemError) as caught:
        parse(text, scope, expects=expects)
    (problem,) = caught.value.problems
    assert problem.code.startswith("expression.")
    assert problem.message
    assert problem.hint
    return problem


@pytest.mark.parametrize(
    "text",
    [
        "SELECT 1",
        "(SELECT 1)",
        "(SELECT name FROM facts)",
        "amount > (SELECT MAX(amount) FROM facts)",
        "name IN (SELECT name FROM facts)",
        "EXISTS (SELECT 1)",
        "amount > ALL (SELECT 1)",
        "1; DROP TABLE facts",
        "1;",
        ";",
        "DROP TABLE facts",
        "DELETE FROM facts",
        "INSERT INTO facts VALUES (1)",
        "UPDATE facts SET amount = 1",
        "ATTACH 'x.db'",
        "COPY facts TO 'x.csv'",
        "COPY (SELECT 1) TO '/tmp/x'",
        "PRAGMA database_list",
        "SET threads = 1",
        "INSTALL httpfs",
        "LOAD httpfs",
        "CALL pragma_version()",
        "EXPLAIN SELECT 1",
        "WITH x AS (SELECT 1) SELECT * FROM x",
        "VALUES (1)",
        "FROM facts",
        "1 UNION SELECT 2",
        "name FROM facts",
        "name WHERE TRUE",
        "name LIMIT 1",
        "name ORDER BY 1",
        "amount; --",
        "amount -- comment",
        "amount /* comment */",
        "/*",
        "--",
        "read_csv('/etc/passwd')",
        "read_text('/etc/passwd')",
        "read_parquet('s3://x')",
        "getenv('HOME')",
        "current_setting('threads')",
        "glob('*')",
        "query('SELECT 1')",
        "query_table('facts')",
        "pg_sleep(10)",
        "sqlite_scan('a', 'b')",
        "nextval('x')",
        "error('x')",
        "main.lower(name)",
        "system.main.lower(name)",
        "lower(name).x",
        "repeat(name, 1000000000)",
        "lpad(name, 1000000000, 'x')",
        "range(1000000000)",
        "generate_series(1, 1000000000)",
        "list_aggregate([1], 'sum')",
        "unnest([1, 2])",
        "random()",
        "uuid()",
        "SUM(amount)",
        "COUNT(*)",
        "COUNT(DISTINCT name)",
        "MAX(amount)",
        "SUM(amount) OVER ()",
        "ROW_NUMBER() OVER (ORDER BY name)",
        "SUM(amount) FILTER (WHERE is_won)",
        "*",
        "facts.*",
        "COLUMNS('a.*')",
        "lower(*)",
        "?",
        "$1",
        "$name",
        ":name",
        "@name",
        "{{ name }}",
        "%(name)s",
        "[1, 2]",
        "{'a': 1}",
        "name[1]",
        "name[1:2]",
        "x -> x + 1",
        "lambda x: x",
        "name -> '$.a'",
        "name::JSON",
        "name::INTEGER[]",
        "name::STRUCT(a INT)",
        "CAST(name AS DECIMAL(38, 2))",
        "CAST(amount AS DOUBLE)",
        "CAST(amount AS FLOAT)",
        "CAST(name AS BLOB)",
        "name COLLATE nocase",
        "name AS other",
        "name other",
        "'a' 'b'",
        "N'a'",
        "x'41'",
        "b'01'",
        "E'\\n'",
        "$$text$$",
        "`name`",
        "name SIMILAR TO 'a'",
        "name GLOB 'a'",
        "name ~ 'a'",
        "name LIKE 'a' ESCAPE '!'",
        "name LIKE name",
        "amount ** 2",
        "amount ^ 2",
        "amount // 2",
        "quantity & 1",
        "quantity | 1",
        "quantity << 1",
        "~quantity",
        "amount == = 1",
        "1e5",
        "0x1F",
        "1_000",
        "NaN",
        "(1, 2)",
        "(1, 2) = (1, 2)",
        "name IN ()",
        "name IN 'a'",
        "name = ANY(['a'])",
        "amount BETWEEN 1",
        "CASE END",
        "CASE WHEN is_won THEN 1",
        "INTERVAL 1 DAY",
        "closed_on + INTERVAL '1 day 2 hours'",
        "closed_on + INTERVAL 1 FORTNIGHT",
        "closed_on + INTERVAL 999999999999 DAY",
        "changed_at + INTERVAL 1 DAY",
        "DATE '2017-02-30'",
        "TIMESTAMP 'yesterday'",
        "closed_on = '2017-02-30'",
        "CURRENT_DATE",
        "CURRENT_USER",
        "now()",
        "today()",
        "(amount",
        "amount)",
        "amount +",
        "AND",
        "amount > > 1",
        "'open",
        '"open',
        "",
        "   \n ",
        "amount\x00",
        "amount\u202e > 1",
        "name = '\u2066x\u2069'",
        "\ud800",
        "name\u2019s",
        "ａｍｏｕｎｔ > 1",
        "аmount > 1",  # a Cyrillic а
        "amount；1",
        "name = \u2018x\u2019",
    ],
)
def test_what_is_no_expression_is_refused(text: str) -> None:
    refused(text)


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("amuont > 1", "unknown_column", "Did you mean amount?"),
        ("custom.color = 'x'", "unknown_column", "Did you mean custom.colour?"),
        ("deal_stage = 'x'", "unknown_column", 'Did you mean "Deal Stage"?'),
        ('name = "Won"', "unknown_column", "'Won'"),
        ("LWER(name)", "unknown_function", "Did you mean LOWER?"),
        ("SUBSTR(name, 1)", "unknown_function", "Did you mean SUBSTRING?"),
        ("STRPTIME(name, '%Y')", "unknown_function", "PARSE_DATE"),
        ("SUM(amount)", "not_allowed", "aggregate"),
        ("LOWER()", "wrong_arguments", "LOWER(text)"),
        ("LOWER(name, name)", "wrong_arguments", "LOWER('ABC')"),
        ("LOWER(amount)", "wrong_type", "not money"),
        ("ROUND(amount, quantity)", "wrong_arguments", "written out"),
        ("ROUND(amount, 11)", "wrong_arguments", "0 to 10"),
        ("amount + name", "wrong_type", "CAST"),
        ("name + 'x'", "wrong_type", "||"),
        ("amount * cost", "wrong_type", "Money times money"),
        ("quantity / amount", "wrong_type", "divided by money"),
        ("quantity > '5'", "wrong_type", "CAST(… AS INTEGER)"),
        ("closed_on > 5", "wrong_type", "one type"),
        ("closed_on = changed_at", "wrong_type", "DATE(…)"),
        ("name AND is_won", "wrong_type", "AND needs a condition"),
        ("NOT amount", "wrong_type", "NOT needs a condition"),
        ("CASE WHEN is_won THEN 1 ELSE 'x' END", "wrong_type", "text"),
        ("name IN ('a', 5)", "wrong_type", "IN has"),
        ("is_won - 1", "wrong_type", "numbers"),
        ("-name", "wrong_type", "Minus"),
        ("quantity LIKE 'x'", "wrong_type", "LIKE looks at text"),
        ("CAST(is_won AS DATE)", "wrong_type", "cannot become a date"),
        ("CAST(amount AS DOUBLE)", "unknown_type", "money exactly"),
        ("CAST(amount AS STRANGE)", "unknown_type", "fx_rate"),
        ("1.23456789012", "bad_number", "10 after the point"),
        ("REGEXP_MATCHES(name, '(')", "bad_pattern", "cannot be read"),
        ("REGEXP_MATCHES(name, '(?=a)')", "bad_pattern", "Look-around"),
        ("REGEXP_MATCHES(name, '(a)\\1')", "bad_pattern", "back-references"),
        ("REGEXP_EXTRACT(name, '(a)', 2)", "wrong_arguments", "no group 2"),
        ("REGEXP_REPLACE(name, 'a', '\\1')", "wrong_arguments", "has 0"),
        ("REGEXP_REPLACE(name, 'a', 'b', 'x')", "wrong_arguments", "'g'"),
        ("REPLACE(name, '', 'x')", "wrong_arguments", "search"),
        ("SPLIT_PART(name, '-', 0)", "wrong_arguments", "from 1"),
        ("PARSE_DATE(name, 'foo')", "wrong_arguments", "%d/%m/%Y"),
        ("DATE_TRUNC('hour', changed_at)", "wrong_arguments", "quarter"),
        ("DATE_ADD(closed_on, 3)", "bad_interval", "INTERVAL 3 MONTH"),
    ],
)
def test_mistakes_are_answered_with_what_to_write(text: str, code: str, words: str) -> None:
    problem = refused(text)
    assert problem.code == f"expression.{code}"
    assert words in f"{problem.message} {problem.hint}"


def test_the_place_is_named() -> None:
    problem = refused("amount > 1\n  AND regoin = 'East'")
    assert (problem.line, problem.position) == (2, 7)
    problem = refused("amount > 1 AND\namount ~ 3")
    assert (problem.line, problem.position) == (2, 8)
    problem = refused("is_won AND LOWER(quantity) = 'x'")
    assert (problem.line, problem.position) == (1, 18)


def test_a_condition_can_be_demanded() -> None:
    assert refused("amount", expects=T.BOOLEAN).code == "expression.wrong_type"
    assert parse("NULL", SCOPE, expects=T.BOOLEAN).columns == ()
    assert parse("quantity", SCOPE, expects=T.NUMBER).type is T.INTEGER


def test_a_scope_may_forbid_division_and_functions() -> None:
    strict = Scope({"amount": T.MONEY}, functions=frozenset({"ROUND"}), division=False)
    assert "rounded" in refused("amount / 3", strict).message
    assert refused("ABS(amount)", strict).code == "expression.unknown_function"
    assert parse("ROUND(amount, 2)", strict).type is T.MONEY


def test_names_that_differ_only_in_capitals_must_be_exact() -> None:
    scope = Scope({"Name": T.TEXT, "NAME": T.TEXT})
    assert parse("\"Name\" = 'x'", scope).columns == ("Name",)
    assert refused("name = 'x'", scope).code == "expression.unknown_column"


# --- size -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "(" * 5_000 + "1" + ")" * 5_000,
        "(" * 5_000,
        "-" * 1 + " -" * 3_000 + "1",
        "NOT " * 2_000 + "is_won",
        "[" * 3_000,
        "{" * 3_000,
        "lower(" * 500 + "name" + ")" * 500,
        "CASE WHEN is_won THEN " * 300 + "1" + " END" * 300,
        "amount + " * 4_000 + "1",
        "amount + " * 200 + "1",
        "name IN (" + ",".join(f"'{n}'" for n in range(4_000)) + ")",
        "'" + "x" * 20_000 + "'",
        "a" * 20_000,
        "1" * 5_000,
        "is_won = " * 200 + "TRUE",
        "REPLACE(" * 12 + "name" + ", 'a', '" + "b" * 100 + "')" * 12,
        "REPLACE(" * 12 + "name" + (", 'a', '" + "b" * 100 + "')") * 12,
        "REGEXP_REPLACE(" * 6 + "name" + (", '', '" + "b" * 100 + "', 'g')") * 6,
        "REGEXP_MATCHES(name, '" + "a" * 500 + "')",
        "REGEXP_MATCHES(name, 'a{99999}')",
        "name LIKE '" + "%a" * 500 + "'",
        "DATE_ADD(" * 100 + "closed_on" + ", INTERVAL 1 DAY)" * 100,
    ],
)
def test_what_is_huge_is_refused_fast(text: str) -> None:
    before = time.perf_counter()
    refused(text)
    assert time.perf_counter() - before < 2


@pytest.mark.parametrize(
    "text",
    [
        " OR ".join(f"quantity = {n}" for n in range(300)),
        " || ".join(["name"] * 300),
        "name IN (" + ",".join(f"'{n}'" for n in range(1_000)) + ")",
        "(" * 40 + "amount" + ")" * 40 + " > 1",
        "amount" + " + 1" * 40,
        "((((amount / 3) / 3) / 3) / 3) / 3",
    ],
)
def test_what_is_long_but_sane_runs_both_ways(text: str) -> None:
    both_ways(text)


def test_nothing_doubles_with_every_level() -> None:
    # Text that is used twice per level would grow a thousandfold in ten levels.
    def length(levels: int) -> int:
        text = "amount"
        for _ in range(levels):
            text = f"(({text}) / 3)"
        return len(parse(text, SCOPE).to_duckdb())

    assert length(16) < 2.2 * length(8)


@pytest.mark.parametrize("pattern", [r"(a+)+$", r"(a|a)*b", r"(.*)*x", r"(a{1,50}){1,15}b"])
def test_patterns_cannot_explode(pattern: str) -> None:
    expression = parse(f"REGEXP_MATCHES(name, '{pattern}')", Scope({"name": T.TEXT}))
    query = f"SELECT {expression.to_duckdb()} FROM (SELECT repeat('a', 20000) AS name)"
    before = time.perf_counter()
    duckdb.sql(query).fetchall()
    assert time.perf_counter() - before < 5


patterns = st.text(st.sampled_from("ab()[]{}*+?|^$.\\d1,-:=!<>P"), max_size=14)


@settings(max_examples=300, deadline=None)
@given(patterns)
def test_a_pattern_that_is_accepted_runs(pattern: str) -> None:
    try:
        expression = parse(f"REGEXP_MATCHES(name, '{pattern}')", SCOPE)
    except ProblemError:
        return
    by_duckdb(expression)


@settings(max_examples=400, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        expression = parse(text, SCOPE)
    except ProblemError:
        return
    expression.to_duckdb()


WORDS = """
amount name 'x' 1 2.5 ( ) , + - * / % = <> < > || AND OR NOT IN IS NULL LIKE BETWEEN CASE WHEN THEN
ELSE END CAST AS DATE INTERVAL DAY SELECT FROM WHERE UNION ; -- /* */ [ ] { } : :: -> . * " '
LOWER( COUNT( OVER ? $1 @ ~ DISTINCT EXISTS FILTER closed_on is_won
"""


@settings(max_examples=600, deadline=None)
@given(st.lists(st.sampled_from(WORDS.split()), max_size=14).map(" ".join))
def test_any_order_of_words_is_read_or_refused(text: str) -> None:
    try:
        expression = parse(text, SCOPE)
    except ProblemError:
        return
    # Whatever was accepted is one value over the table; only the data may still fail it.
    with contextlib.suppress(duckdb.ConversionException, duckdb.OutOfRangeException):
        assert len(by_duckdb(expression)) == 5
