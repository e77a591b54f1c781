"""Which numbers may be added, multiplied and divided, and what the result is."""

from __future__ import annotations

from sqlglot import exp

from vetta.engine.expressions import arithmetic
from vetta.engine.expressions.casting import words_of
from vetta.engine.expressions.context import Context
from vetta.engine.expressions.dates import moved_date
from vetta.engine.expressions.functions import days_between
from vetta.engine.expressions.hints import hint_for_operand
from vetta.engine.expressions.tree import LiteralNode, Typed
from vetta.engine.schema.physical import IBIS_TYPES
from vetta.engine.schema.types import ColumnType


def total(context: Context, part: exp.Expr) -> Typed:
    subtract = isinstance(part, exp.Sub)
    left, right = part.args["this"], part.args["expression"]
    if isinstance(right, exp.Interval):
        return moved_date(context, context.check(left), right, part, backwards=subtract)
    a, b = context.check(left), context.check(right)
    if subtract and a.type is ColumnType.DATE and b.type is ColumnType.DATE:
        return days_between(b, a)
    a, b = _numbers(context, a, b, "-" if subtract else "+", part)
    return arithmetic.add(a, b, subtract=subtract)


def product(context: Context, part: exp.Mul) -> Typed:
    a, b = _numbers(context, context.check(part.left), context.check(part.right), "*", part)
    assert a.type is not None
    assert b.type is not None
    type_ = arithmetic.product_type(a.type, b.type)
    if type_ is None:
        raise context.source.refuse(
            "wrong_type",
            "Money times money is no amount.",
            "Multiply money by a number, a share or a rate.",
            at=part,
        )
    return arithmetic.multiply(a, b, type_)


def quotient(context: Context, part: exp.Div) -> Typed:
    if not context.scope.division:
        raise context.source.refuse(
            "not_allowed",
            "Division is not allowed here: its result would be rounded.",
            "Multiply by the share instead, such as amount * 0.25.",
            at=part,
        )
    a, b = _numbers(context, context.check(part.left), context.check(part.right), "/", part)
    assert a.type is not None
    assert b.type is not None
    type_ = arithmetic.quotient_type(a.type, b.type)
    if type_ is None:
        raise context.source.refuse(
            "wrong_type",
            "A number cannot be divided by money.",
            "Divide money by money for a ratio, or money by a number.",
            at=part,
        )
    return arithmetic.divide(a, b, type_)


def remainder(context: Context, part: exp.Mod) -> Typed:
    a, b = _numbers(context, context.check(part.left), context.check(part.right), "%", part)
    return arithmetic.remainder(a, b)


def minus(context: Context, part: exp.Neg) -> Typed:
    operand = context.check(part.this)
    if operand.type is None:
        return operand
    if not operand.is_number:
        raise context.source.refuse(
            "wrong_type",
            f"Minus stands before a number, not before {words_of(operand.type)}.",
            "Remove it, or CAST the value to a number.",
            at=part,
        )
    return arithmetic.negate(operand)


def _numbers(
    context: Context, a: Typed, b: Typed, sign: str, part: exp.Expr
) -> tuple[Typed, Typed]:
    for value in (a, b):
        if value.type is not None and not value.is_number:
            raise context.source.refuse(
                "wrong_type",
                f"{sign} works on numbers, not on {words_of(value.type)}.",
                hint_for_operand(value.type, sign),
                at=part,
            )
    integer = Typed(LiteralNode(None, IBIS_TYPES[ColumnType.INTEGER]), ColumnType.INTEGER)
    return (a if a.type else integer), (b if b.type else integer)
