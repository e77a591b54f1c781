"""Exact arithmetic: how numbers of each type combine, and at which scale.

Sums keep the finer scale, products add the scales and are rounded to ten places where there would
be more, quotients have ten places. Rounding is half away from zero. Doubles never appear.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from vetta.engine.expressions.tree import (
    HUGEINT,
    WORKING_SCALE,
    CastNode,
    LiteralNode,
    Node,
    Typed,
    at_scale,
    call,
    cast,
    decimal,
)
from vetta.engine.schema.physical import IBIS_TYPES
from vetta.engine.schema.types import ColumnType

INTEGER, MONEY, NUMBER = ColumnType.INTEGER, ColumnType.MONEY, ColumnType.NUMBER
_INT64 = IBIS_TYPES[INTEGER]


def combined_type(left: ColumnType, right: ColumnType) -> ColumnType:
    """The type of a sum, a choice or a maximum of both."""
    if left is right:
        return left
    return MONEY if MONEY in (left, right) else NUMBER


def product_type(left: ColumnType, right: ColumnType) -> ColumnType | None:
    """The type of a product; None for money times money, which is no amount."""
    if left is MONEY and right is MONEY:
        return None
    if MONEY in (left, right):
        return MONEY
    return INTEGER if left is INTEGER and right is INTEGER else NUMBER


def quotient_type(left: ColumnType, right: ColumnType) -> ColumnType | None:
    """The type of a quotient; None for a number divided by money."""
    if right is MONEY:
        return NUMBER if left is MONEY else None
    return MONEY if left is MONEY else NUMBER


def add(left: Typed, right: Typed, *, subtract: bool = False) -> Typed:
    """Sum or difference at the finer of both scales."""
    assert left.type is not None
    assert right.type is not None
    type_ = combined_type(left.type, right.type)
    function = "subtract" if subtract else "add"
    if type_ is INTEGER:
        return Typed(_whole(function, left, right), INTEGER)
    scale = max(left.scale, right.scale)
    wide = decimal(scale)
    arguments = [(at_scale(left, scale), wide), (at_scale(right, scale), wide)]
    return Typed(call(function, arguments, wide), type_, scale)


def multiply(left: Typed, right: Typed, type_: ColumnType) -> Typed:
    """Product, rounded to ten places where it has more."""
    if type_ is INTEGER:
        return Typed(_whole("multiply", left, right), INTEGER)
    scale = left.scale + right.scale
    product = call(
        "multiply",
        [
            (at_scale(left, left.scale), decimal(left.scale)),
            (at_scale(right, right.scale), decimal(right.scale)),
        ],
        decimal(scale),
    )
    kept = min(scale, WORKING_SCALE)
    node: Node = product if kept == scale else CastNode(product, decimal(kept))
    return Typed(node, type_, kept)


def divide(left: Typed, right: Typed, type_: ColumnType) -> Typed:
    """Quotient with ten places; NULL where the divisor is zero.

    A divisor whose reciprocal ends, such as 100, is multiplied by that: the same result, and a
    hundred times faster. Otherwise whole numbers are divided: the dividend is scaled so that the
    truncated quotient has one digit more than is kept, and that digit decides the rounding, which
    is exact because truncation never crosses a half.
    """
    reciprocal = _short_reciprocal(right)
    if reciprocal is not None:
        product = multiply(left, reciprocal, ColumnType.MONEY)
        return Typed(cast(product, decimal(WORKING_SCALE)), type_, WORKING_SCALE)
    guarded = WORKING_SCALE + 1
    shift = guarded + right.scale - left.scale
    dividend = call(
        "multiply",
        [(_scaled(left), HUGEINT), (LiteralNode(10**shift, HUGEINT), HUGEINT)],
        HUGEINT,
    )
    divisor = call(
        "nullif", [(_scaled(right), HUGEINT), (LiteralNode(0, HUGEINT), HUGEINT)], HUGEINT
    )
    truncated = CastNode(
        call("divide", [(dividend, HUGEINT), (divisor, HUGEINT)], HUGEINT), decimal(0)
    )
    unit = LiteralNode(Decimal(1).scaleb(-guarded), decimal(guarded))
    exact = call("multiply", [(truncated, decimal(0)), (unit, decimal(guarded))], decimal(guarded))
    return Typed(CastNode(exact, decimal(WORKING_SCALE)), type_, WORKING_SCALE)


def _short_reciprocal(divisor: Typed) -> Typed | None:
    """One divided by a written number, where that has at most ten places."""
    known = divisor.literal
    if known is None or not isinstance(known.value, int | Decimal) or not known.value:
        return None
    scaled = 10**WORKING_SCALE / Fraction(known.value)
    if scaled.denominator != 1:
        return None
    value = Decimal(scaled.numerator).scaleb(-WORKING_SCALE)
    places = max(0, -int(value.normalize().as_tuple().exponent))
    return Typed(LiteralNode(value, decimal(places)), NUMBER, places)


def _scaled(operand: Typed) -> Node:
    """The number times ten to its scale, as a whole number of up to 38 digits."""
    if operand.type is INTEGER:
        return CastNode(cast(operand, _INT64), HUGEINT)
    wide = decimal(operand.scale)
    power = (LiteralNode(10**operand.scale, decimal(0)), decimal(0))
    whole = call("multiply", [(at_scale(operand, operand.scale), wide), power], wide)
    node = CastNode(whole, decimal(0)) if operand.scale else whole
    return CastNode(node, HUGEINT)


def remainder(left: Typed, right: Typed) -> Typed:
    """What truncated division leaves, with the sign of the dividend; NULL for divisor zero."""
    assert left.type is not None
    assert right.type is not None
    type_ = combined_type(left.type, right.type)
    scale = max(left.scale, right.scale)
    wide = _INT64 if type_ is INTEGER else decimal(scale)
    divisor = call("nullif", [(cast(right, wide), wide), (LiteralNode(0, wide), wide)], wide)
    node = call("mod", [(cast(left, wide), wide), (divisor, wide)], wide)
    return Typed(node, type_, scale)


def negate(operand: Typed) -> Typed:
    """Minus; a literal stays a literal."""
    known = operand.literal
    if known is not None and isinstance(known.value, int | Decimal):
        return Typed(LiteralNode(-known.value, known.physical), operand.type, operand.scale)
    return add(Typed(LiteralNode(0, _INT64), INTEGER), operand, subtract=True)


def _whole(function: str, left: Typed, right: Typed) -> Node:
    arguments = [(cast(left, _INT64), _INT64), (cast(right, _INT64), _INT64)]
    return call(function, arguments, _INT64)
