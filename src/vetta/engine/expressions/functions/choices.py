"""Functions that choose between values."""

from __future__ import annotations

from vetta.engine.expressions.context import Context
from vetta.engine.expressions.functions.model import (
    ANY,
    BOOL,
    CONDITION,
    Call,
    Function,
    takes,
)
from vetta.engine.expressions.tree import (
    Typed,
    call,
    cast,
)
from vetta.engine.expressions.unify import aligned, common_type

_VALUE = takes("value", ANY)


def common(context: Context, made: Call) -> Typed:
    values = context.alike(made.arguments, made.name, made.part)
    nodes, physical, scale = aligned(values)
    node = call(made.name.lower(), [(each, physical) for each in nodes], physical)
    return Typed(node, common_type(values), scale, max(value.growth for value in values))


def choices(context: Context, made: Call) -> Typed:
    if len(made.arguments) == 1:
        return made.arguments[0]
    return common(context, made)


def null_if(context: Context, made: Call) -> Typed:
    values = context.alike(made.arguments, made.name, made.part)
    nodes, physical, scale = aligned(values)
    node = call("nullif", [(each, physical) for each in nodes], physical)
    type_ = values[0].type or common_type(values)
    return Typed(node, type_, scale, values[0].growth)


def conditional(context: Context, made: Call) -> Typed:
    condition, then, otherwise = made.arguments
    return context.choice([cast(condition, BOOL)], [then, otherwise], made.part)


TABLE = (
    Function(
        "COALESCE",
        (_VALUE,),
        "the common type",
        "The first value that is not NULL.",
        ("COALESCE(NULL, 'x')", "x"),
        common,
        repeats=True,
    ),
    Function(
        "NULLIF",
        (_VALUE, takes("other", ANY)),
        "its type",
        "NULL where both are equal.",
        ("NULLIF('x', 'x')", "null"),
        null_if,
    ),
    Function(
        "IF",
        (takes("condition", CONDITION), takes("then", ANY), takes("else", ANY)),
        "the common type",
        "One of two values.",
        ("IF(1 > 2, 'a', 'b')", "b"),
        conditional,
    ),
    Function(
        "LEAST",
        (_VALUE,),
        "the common type",
        "The smallest; NULLs are passed over.",
        ("LEAST(3, 1.5, NULL)", "1.5"),
        choices,
        repeats=True,
    ),
    Function(
        "GREATEST",
        (_VALUE,),
        "the common type",
        "The largest; NULLs are passed over.",
        ("GREATEST('a', 'b')", "b"),
        choices,
        repeats=True,
    ),
)
