"""Functions of numbers."""

from __future__ import annotations

from vetta.engine.expressions.context import Context
from vetta.engine.expressions.functions.model import (
    INT64,
    NUMBER,
    WHOLE,
    Call,
    Function,
    takes,
    wrong_arguments,
)
from vetta.engine.expressions.tree import (
    CastNode,
    LiteralNode,
    Typed,
    at_scale,
    call,
    cast,
    decimal,
)
from vetta.engine.schema.types import ColumnType

_NUMBER = takes("number", NUMBER)


def number_of(context: Context, made: Call) -> Typed:
    value = _number(made.arguments[0])
    physical = INT64 if value.type is ColumnType.INTEGER else decimal(value.scale)
    return Typed(
        call("abs", [(cast(value, physical), physical)], physical), value.type, value.scale
    )


def rounded(context: Context, made: Call) -> Typed:
    value, places = _number(made.arguments[0]), made.whole(1, 0)
    if not 0 <= places <= 10:
        raise wrong_arguments(
            context, made, "Numbers are rounded to 0 to 10 places.", "Write ROUND(x, 2)."
        )
    if places >= value.scale:
        return value
    # A cast to fewer places rounds half away from zero; a literal must not be cut at parsing.
    return Typed(CastNode(value.node, decimal(places)), value.type, places)


def whole(context: Context, made: Call) -> Typed:
    value = _number(made.arguments[0])
    if value.type is ColumnType.INTEGER and made.name != "SIGN":
        return value
    wide = decimal(value.scale)
    result = "int8" if made.name == "SIGN" else decimal(0)
    node = call(made.name.lower(), [(at_scale(value, value.scale), wide)], result)
    return Typed(CastNode(node, INT64), ColumnType.INTEGER)


def _number(value: Typed) -> Typed:
    if value.type is not None:
        return value
    return Typed(LiteralNode(None, INT64), ColumnType.INTEGER)


TABLE = (
    Function("ABS", (_NUMBER,), "its type", "Without its sign.", ("ABS(-5)", "5"), number_of),
    Function(
        "ROUND",
        (_NUMBER, takes("places", WHOLE, written=True)),
        "its type",
        "Rounded half away from zero, to whole numbers or to places (0–10).",
        ("ROUND(-2.345, 2)", "-2.35"),
        rounded,
        required=1,
    ),
    Function("FLOOR", (_NUMBER,), "integer", "Rounded down.", ("FLOOR(-2.1)", "-3"), whole),
    Function("CEIL", (_NUMBER,), "integer", "Rounded up.", ("CEIL(2.1)", "3"), whole),
    Function("SIGN", (_NUMBER,), "integer", "-1, 0 or 1.", ("SIGN(-2.5)", "-1"), whole),
)
