"""Days and moments: moments become days in the scope's time zone."""

from __future__ import annotations

from sqlglot import exp

from vetta.engine.expressions.context import Context
from vetta.engine.expressions.tree import CastNode, LiteralNode, Node, Typed, call, cast, literal
from vetta.engine.schema.physical import IBIS_TYPES
from vetta.engine.schema.types import ColumnType

_DATE, _INT64 = IBIS_TYPES[ColumnType.DATE], IBIS_TYPES[ColumnType.INTEGER]
_STRING, _MOMENT = IBIS_TYPES[ColumnType.TEXT], IBIS_TYPES[ColumnType.TIMESTAMP]
_MONTHS = "interval('M')"
MAX_STEPS = 100_000
_UNITS = {"DAY": (True, 1), "WEEK": (True, 7), "MONTH": (False, 1), "QUARTER": (False, 3)}
_UNITS["YEAR"] = (False, 12)


def as_date(time_zone: str, value: Typed) -> Typed:
    """The day itself, or the day of a moment in ``time_zone``."""
    if value.type is ColumnType.DATE:
        return value
    if value.type is None:
        return Typed(LiteralNode(None, _DATE), ColumnType.DATE)
    local = _zoned(time_zone, value.node, _MOMENT, "timestamp")
    return Typed(CastNode(local, _DATE), ColumnType.DATE)


def midnight(time_zone: str, value: Typed) -> Node:
    """The moment at which a day starts in ``time_zone``."""
    return _zoned(time_zone, CastNode(value.node, "timestamp"), "timestamp", _MOMENT)


def add_days(day: Node, days: Node) -> Typed:
    """``day`` moved by whole days; negative goes back."""
    node = call("add", [(day, _DATE), (CastNode(days, "int32"), "int32")], _DATE)
    return Typed(node, ColumnType.DATE)


def add_months(day: Node, months: Node) -> Typed:
    """``day`` moved by months; the 31st becomes the last day of a shorter month."""
    span = call("to_months", [(CastNode(months, "int32"), "int32")], _MONTHS)
    moved = call("add", [(day, _DATE), (span, _MONTHS)], "timestamp")
    return Typed(CastNode(moved, _DATE), ColumnType.DATE)


def moved_date(
    context: Context, day: Typed, interval: exp.Expr, part: exp.Expr, *, backwards: bool
) -> Typed:
    """``day ± INTERVAL 3 MONTH``."""
    if day.type is ColumnType.TIMESTAMP or day.type not in (ColumnType.DATE, None):
        raise context.source.refuse(
            "wrong_type",
            "An interval is added to a date.",
            "Write DATE(…) around a moment to move its day.",
            at=part,
        )
    steps, in_days = _steps(context, interval, part)
    count = literal(-steps if backwards else steps, ColumnType.INTEGER)
    node = cast(day, _DATE)
    return add_days(node, count.node) if in_days else add_months(node, count.node)


def _steps(context: Context, interval: exp.Expr, part: exp.Expr) -> tuple[int, bool]:
    amount = interval.this if isinstance(interval, exp.Interval) else None
    sign = 1
    if isinstance(amount, exp.Neg):
        amount, sign = amount.this, -1
    unit = interval.text("unit").upper().removesuffix("S") if amount is not None else ""
    digits = str(amount.this) if isinstance(amount, exp.Literal) else ""
    number = digits.removeprefix("-")
    if unit in _UNITS and number.isascii() and number.isdecimal() and int(number) <= MAX_STEPS:
        in_days, factor = _UNITS[unit]
        return sign * int(digits) * factor, in_days
    raise context.source.refuse(
        "bad_interval",
        "This is no span of days, weeks, months, quarters or years.",
        "Write INTERVAL 3 MONTH; for a number from a column use ADD_DAYS or ADD_MONTHS.",
        at=part,
    )


def _zoned(time_zone: str, value: Node, given: str, result: str) -> Node:
    zone = LiteralNode(time_zone, _STRING)
    return call("timezone", [(zone, _STRING), (value, given)], result)
