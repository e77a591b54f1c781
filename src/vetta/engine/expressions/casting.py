"""CAST between contract types, and date and moment literals."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from vetta.engine.expressions.context import Context
from vetta.engine.expressions.dates import as_date, midnight
from vetta.engine.expressions.problems import Source
from vetta.engine.expressions.tree import (
    NUMERIC,
    CastNode,
    LiteralNode,
    Node,
    Typed,
    call,
    cast,
    scale_of,
)
from vetta.engine.expressions.unify import read_date, read_timestamp
from vetta.engine.schema.physical import IBIS_TYPES
from vetta.engine.schema.types import ColumnType

TEXT, INTEGER, DATE = ColumnType.TEXT, ColumnType.INTEGER, ColumnType.DATE
TIMESTAMP, BOOLEAN = ColumnType.TIMESTAMP, ColumnType.BOOLEAN
_STRING = IBIS_TYPES[TEXT]

_NAMES = {
    "TEXT": TEXT,
    "VARCHAR": TEXT,
    "INT": INTEGER,
    "BIGINT": INTEGER,
    "DECIMAL": ColumnType.NUMBER,
    "BOOLEAN": BOOLEAN,
    "DATE": DATE,
    "TIMESTAMP": TIMESTAMP,
    "TIMESTAMPTZ": TIMESTAMP,
    "TIMESTAMPNTZ": TIMESTAMP,
    "MONEY": ColumnType.MONEY,
    "RATIO": ColumnType.RATIO,
    "FX_RATE": ColumnType.FX_RATE,
}
_INEXACT = {"FLOAT", "DOUBLE"}

# NULL stands for "nothing but whole digits": "1.5" would otherwise become 2 without a word.
_WHOLE_NUMBER = r"^\s*([+-]?[0-9]{1,19})\s*$"


def words_of(type_: ColumnType | None) -> str:
    """How messages name a type."""
    return {
        None: "nothing",
        INTEGER: "a whole number",
        ColumnType.MONEY: "money",
        ColumnType.RATIO: "a share",
        ColumnType.FX_RATE: "an exchange rate",
        ColumnType.NUMBER: "a number",
        BOOLEAN: "a condition",
        DATE: "a date",
        TIMESTAMP: "a moment",
        TEXT: "text",
    }[type_]


def type_named(source: Source, written: exp.Expr, part: exp.Expr) -> ColumnType:
    """The contract type that a CAST names."""
    is_plain = isinstance(written, exp.DataType) and not written.expressions
    name = written.this.value if isinstance(written, exp.DataType) else ""
    if written.args.get("kind"):
        name = written.text("kind").upper()
    if is_plain and name in _NAMES:
        return _NAMES[name]
    if name in _INEXACT:
        message = "Floating-point types cannot hold money exactly, so there are none."
    else:
        message = "CAST names a type that there is not."
    raise source.refuse(
        "unknown_type",
        message,
        "Types: text, integer, number, money, ratio, fx_rate, boolean, date, timestamp.",
        at=part,
    )


def cast_value(
    context: Context, value: Typed, target: ColumnType, part: exp.Expr, *, lenient: bool
) -> Typed:
    """``value`` as ``target``. A lenient cast gives NULL where a strict one fails."""
    if value.type is None:
        return Typed(LiteralNode(None, IBIS_TYPES[target]), target, scale_of(target))
    if value.literal is not None and value.type is TEXT and target in (DATE, TIMESTAMP):
        return _day_or_moment(context, str(value.literal.value), target, part)
    rule = _rule(value.type, target)
    if rule is None:
        raise context.source.refuse(
            "wrong_type",
            f"{words_of(value.type).capitalize()} cannot become {words_of(target)}.",
            "Check the column and the type of the CAST.",
            at=part,
        )
    node = rule(context, value, target, lenient)
    return Typed(node, target, scale_of(target), max(1, value.growth))


def _day_or_moment(context: Context, text: str, target: ColumnType, part: exp.Expr) -> Typed:
    read = read_date(text) if target is DATE else read_timestamp(text)
    if read is not None:
        return read
    kind, example = ("day", "2017-03-01") if target is DATE else ("moment", "2017-03-01 14:30:00")
    raise context.source.refuse(
        "bad_date", f"{text[:40]!r} is not a {kind}.", f"Write it as '{example}'.", at=part
    )


def _rule(source: ColumnType, target: ColumnType) -> Callable[..., Node] | None:
    if source is target:
        return _plain
    if target is TEXT:
        return _moment_to_text if source is TIMESTAMP else _plain
    if source is TEXT:
        return {INTEGER: _text_to_integer, TIMESTAMP: _text_to_moment}.get(target, _plain)
    if target in NUMERIC and (source in NUMERIC or (source is BOOLEAN and target is INTEGER)):
        return _plain
    if (source, target) == (TIMESTAMP, DATE):
        return lambda context, value, *_: as_date(context.scope.time_zone, value).node
    if (source, target) == (DATE, TIMESTAMP):
        return lambda context, value, *_: midnight(context.scope.time_zone, value)
    return None


def _plain(context: Context, value: Typed, target: ColumnType, lenient: bool) -> Node:
    return cast(value, IBIS_TYPES[target], lenient=lenient)


def _text_to_integer(context: Context, value: Typed, target: ColumnType, lenient: bool) -> Node:
    digits = call(
        "regexp_extract",
        [
            (value.node, _STRING),
            (LiteralNode(_WHOLE_NUMBER, _STRING), _STRING),
            (LiteralNode(1, "int32"), "int32"),
        ],
        _STRING,
    )
    return CastNode(digits, IBIS_TYPES[INTEGER], lenient)


def _text_to_moment(context: Context, value: Typed, target: ColumnType, lenient: bool) -> Node:
    """Read as UTC unless the text names an offset, whatever zone the session has."""
    naive = CastNode(value.node, "timestamp", lenient)
    utc = LiteralNode("UTC", _STRING)
    return call("timezone", [(utc, _STRING), (naive, "timestamp")], IBIS_TYPES[TIMESTAMP])


def _moment_to_text(context: Context, value: Typed, target: ColumnType, lenient: bool) -> Node:
    utc = LiteralNode("UTC", _STRING)
    moment = [(utc, _STRING), (value.node, IBIS_TYPES[TIMESTAMP])]
    layout = LiteralNode("%Y-%m-%d %H:%M:%S", _STRING)
    naive = call("timezone", moment, "timestamp")
    return call("strftime", [(naive, "timestamp"), (layout, _STRING)], _STRING)
