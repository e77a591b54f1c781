"""What is not part of an expression, said so that a person knows what to write instead."""

from __future__ import annotations

from sqlglot import exp

from vetta.engine.expressions.problems import Source
from vetta.kernel.problem import ProblemError

_ONE_ROW = "An expression looks at one row at a time."

_REASONS: tuple[tuple[tuple[type[exp.Expr], ...], str, str], ...] = (
    (
        (exp.Query, exp.Subquery, exp.Exists, exp.All, exp.Any),
        "A sub-query is not part of an expression.",
        _ONE_ROW,
    ),
    (
        (exp.Window, exp.Distinct, exp.Filter, exp.Order),
        "Aggregates and windows are not part of an expression.",
        _ONE_ROW,
    ),
    ((exp.Star,), "* does not name a value.", "Name one column."),
    (
        (exp.Alias, exp.Aliases),
        "Two values stand side by side.",
        "Put an operator between them, such as = or AND; text stands in single quotes.",
    ),
    (
        (exp.Parameter, exp.Placeholder, exp.SessionParameter),
        "Parameters are not part of an expression.",
        "Write the value itself.",
    ),
    (
        (exp.Escape,),
        "LIKE … ESCAPE is not supported.",
        "Use CONTAINS, STARTS_WITH or REGEXP_MATCHES.",
    ),
    (
        (exp.NullSafeEQ, exp.NullSafeNEQ),
        "IS DISTINCT FROM is not supported.",
        "Compare with = or <>, and ask for missing values with IS NULL.",
    ),
    (
        (exp.Interval,),
        "An interval stands only after a date and + or -.",
        "Write created_on + INTERVAL 30 DAY.",
    ),
    ((exp.Tuple,), "A list of values stands only after IN.", "Write stage IN ('won', 'lost')."),
    (
        (exp.Concat,),
        "Two texts stand side by side.",
        "Join them with ||, or put a comma between them.",
    ),
    (
        (exp.IntDiv, exp.Pow, exp.BitwiseAnd, exp.BitwiseOr, exp.BitwiseXor),
        "This operator is not supported.",
        "Numbers have +, -, *, / and %.",
    ),
    (
        (exp.Dot,),
        "A name has at most two parts.",
        "Write column, or alias.column; odd names stand in double quotes.",
    ),
)


def refuse_part(source: Source, part: exp.Expr) -> ProblemError:
    """The error for a part that the whitelist does not know."""
    for kinds, message, hint in _REASONS:
        if isinstance(part, kinds):
            return source.refuse("not_allowed", message, hint, at=part)
    if isinstance(part, exp.Column):
        return source.refuse(
            "not_allowed",
            "This does not name one column.",
            "Write column, or alias.column.",
            at=part,
        )
    words = type(part).__name__
    return source.refuse(
        "not_allowed",
        f"{words} is not part of an expression.",
        "Use columns, values, comparisons, AND, OR, NOT, CASE and the listed functions.",
        at=part,
    )
