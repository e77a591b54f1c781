"""Functions of text."""

from __future__ import annotations

from vetta.engine.expressions.context import Context
from vetta.engine.expressions.functions.model import (
    BOOL,
    INT64,
    STRING,
    TEXT,
    WHOLE,
    Call,
    Function,
    as_long,
    as_text,
    as_whole,
    int32,
    null_if_empty,
    takes,
    wrong_arguments,
)
from vetta.engine.expressions.tree import (
    LiteralNode,
    Typed,
    call,
)
from vetta.engine.schema.types import ColumnType

MAX_REPLACEMENT = 200

_TEXT = takes("text", TEXT)


def plain_text(context: Context, made: Call) -> Typed:
    arguments = [(as_text(value), STRING) for value in made.arguments]
    return as_long(call(made.name.lower(), arguments, STRING), made)


def length(context: Context, made: Call) -> Typed:
    node = call("length", [(as_text(made.arguments[0]), STRING)], INT64)
    return Typed(node, ColumnType.INTEGER)


def part_of_text(context: Context, made: Call) -> Typed:
    text, *numbers = made.arguments
    arguments = [(as_text(text), STRING), *((as_whole(value), INT64) for value in numbers)]
    return as_long(call("substring", arguments, STRING), made)


def taken(context: Context, made: Call) -> Typed:
    text, count = made.arguments
    arguments = [(as_text(text), STRING), (as_whole(count), INT64)]
    return as_long(call(made.name.lower(), arguments, STRING), made)


def tested(context: Context, made: Call) -> Typed:
    arguments = [(as_text(value), STRING) for value in made.arguments]
    return Typed(call(made.name.lower(), arguments, BOOL), ColumnType.BOOLEAN)


def concatenated(context: Context, made: Call) -> Typed:
    # Not DuckDB's CONCAT: Ibis writes that as ||, which gives NULL where one part is NULL.
    empty = (LiteralNode("", STRING), STRING)
    parts = [
        (call("coalesce", [(as_text(value), STRING), empty], STRING), STRING)
        for value in made.arguments
    ]
    growth = sum(value.growth for value in made.arguments)
    return Typed(call("||", parts, STRING), ColumnType.TEXT, growth=growth)


def replaced(context: Context, made: Call) -> Typed:
    search, replacement = made.text(1), made.text(2)
    if not search:
        raise wrong_arguments(
            context, made, "There is nothing to search for.", "Write what to replace."
        )
    check_replacement(context, made, replacement)
    growth = made.arguments[0].growth * max(1, -(-len(replacement) // len(search)))
    arguments = [(as_text(value), STRING) for value in made.arguments]
    return Typed(call("replace", arguments, STRING), ColumnType.TEXT, growth=growth)


def split(context: Context, made: Call) -> Typed:
    number = made.whole(2, 1)
    if number < 1 or not made.text(1):
        raise wrong_arguments(
            context, made, "Parts are counted from 1, between separators.", "Write such a number."
        )
    part = call(
        "split_part",
        [
            (as_text(made.arguments[0]), STRING),
            (made.arguments[1].node, STRING),
            int32(number),
        ],
        STRING,
    )
    return as_long(null_if_empty(part), made)


def check_replacement(context: Context, made: Call, replacement: str) -> None:
    if len(replacement) > MAX_REPLACEMENT:
        raise wrong_arguments(
            context,
            made,
            f"A replacement has at most {MAX_REPLACEMENT} characters.",
            "Shorten it.",
        )


TABLE = (
    Function("LOWER", (_TEXT,), "text", "Small letters.", ("LOWER('ABC')", "abc"), plain_text),
    Function("UPPER", (_TEXT,), "text", "Capital letters.", ("UPPER('abc')", "ABC"), plain_text),
    Function(
        "TRIM",
        (_TEXT, takes("characters", TEXT, written=True)),
        "text",
        "Without spaces, or without the given characters, at both ends.",
        ("TRIM('  a b ')", "a b"),
        plain_text,
        required=1,
    ),
    Function(
        "LTRIM",
        (_TEXT, takes("characters", TEXT, written=True)),
        "text",
        "The same at the start only.",
        ("LTRIM('007', '0')", "7"),
        plain_text,
        required=1,
    ),
    Function(
        "RTRIM",
        (_TEXT, takes("characters", TEXT, written=True)),
        "text",
        "The same at the end only.",
        ("RTRIM('a  ')", "a"),
        plain_text,
        required=1,
    ),
    Function(
        "LENGTH", (_TEXT,), "integer", "How many characters.", ("LENGTH('Zürich')", "6"), length
    ),
    Function(
        "SUBSTRING",
        (_TEXT, takes("start", WHOLE), takes("length", WHOLE)),
        "text",
        "The part from character ``start`` (from 1) on; to the end without a length.",
        ("SUBSTRING('2017-03-01', 6, 2)", "03"),
        part_of_text,
        required=2,
    ),
    Function(
        "LEFT",
        (_TEXT, takes("count", WHOLE)),
        "text",
        "The first characters.",
        ("LEFT('EMEA-North', 4)", "EMEA"),
        taken,
    ),
    Function(
        "RIGHT",
        (_TEXT, takes("count", WHOLE)),
        "text",
        "The last characters.",
        ("RIGHT('EMEA-North', 5)", "North"),
        taken,
    ),
    Function(
        "REPLACE",
        (_TEXT, takes("search", TEXT, written=True), takes("replacement", TEXT, written=True)),
        "text",
        "Every occurrence replaced.",
        ("REPLACE('GTXPro', 'GTX', 'GTX ')", "GTX Pro"),
        replaced,
    ),
    Function(
        "SPLIT_PART",
        (_TEXT, takes("separator", TEXT, written=True), takes("number", WHOLE, written=True)),
        "text",
        "The part with that number, from 1; NULL where there is none.",
        ("SPLIT_PART('a/b/c', '/', 2)", "b"),
        split,
    ),
    Function(
        "CONCAT",
        (_TEXT,),
        "text",
        "Joined; NULL counts as empty (``||`` gives NULL instead).",
        ("CONCAT('a', NULL, 'b')", "ab"),
        concatenated,
        repeats=True,
    ),
    Function(
        "STARTS_WITH",
        (_TEXT, takes("start", TEXT)),
        "boolean",
        "Whether it starts so.",
        ("STARTS_WITH('EMEA-North', 'EMEA')", "true"),
        tested,
    ),
    Function(
        "ENDS_WITH",
        (_TEXT, takes("end", TEXT)),
        "boolean",
        "Whether it ends so.",
        ("ENDS_WITH('EMEA-North', 'North')", "true"),
        tested,
    ),
    Function(
        "CONTAINS",
        (_TEXT, takes("search", TEXT)),
        "boolean",
        "Whether it occurs.",
        ("CONTAINS('EMEA-North', 'A-N')", "true"),
        tested,
    ),
)
