"""Arithmetic over KPIs: parsed once, checked by a whitelist, evaluated with fractions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, SqlglotError

from vetta.kernel.problem import Problem, ProblemError

Value = Fraction | Decimal | int | None
"""An exact value, or None where it does not exist. Decimals come from the query engine as they
are and become fractions where something is computed with them."""

DAYS = "days"
"""The name by which an expression reads how many days the asked period has."""

MAX_LENGTH = 500
MAX_NODES = 100
_OPERATORS: dict[type[exp.Expr], str] = {exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.Div: "/"}
SYMBOLS = {"+": "+", "-": "−", "*": "×", "/": "÷"}


@dataclass(frozen=True, slots=True)
class Number:
    """A constant."""

    value: Fraction


@dataclass(frozen=True, slots=True)
class Reference:
    """The value of a measure or of another KPI, by name."""

    name: str


@dataclass(frozen=True, slots=True)
class Operation:
    """``left`` operator ``right``; a division by nothing has no value."""

    operator: str
    left: Formula
    right: Formula


Formula = Number | Reference | Operation


def references(formula: Formula) -> Iterator[str]:
    """Every name that the formula reads, in order, repeated where it repeats."""
    if isinstance(formula, Reference):
        yield formula.name
    elif isinstance(formula, Operation):
        yield from references(formula.left)
        yield from references(formula.right)


def evaluate(formula: Formula, values: Mapping[str, Value]) -> Value:
    """The exact value; None where an operand has none or a divisor is zero."""
    if isinstance(formula, Number):
        return formula.value
    if isinstance(formula, Reference):
        return values.get(formula.name)
    left, right = evaluate(formula.left, values), evaluate(formula.right, values)
    if left is None or right is None:
        return None
    left, right = Fraction(left), Fraction(right)
    if formula.operator == "/":
        return left / right if right else None
    if formula.operator == "*":
        return left * right
    return left + right if formula.operator == "+" else left - right


def parse(text: str) -> Formula:
    """Read ``(won - lost) / 2``.

    Raises:
        ProblemError: ``metrics.bad_formula`` with the place and what may be written.
    """
    if len(text) > MAX_LENGTH:
        raise ProblemError(_problem(f"The formula is longer than {MAX_LENGTH} characters."))
    try:
        tree = sqlglot.parse_one(text, read="duckdb")
    except SqlglotError as error:
        detail = error.errors[0] if isinstance(error, ParseError) and error.errors else {}
        raise ProblemError(
            _problem(
                f"The formula cannot be read: {detail.get('description', 'it is incomplete')}.",
                line=detail.get("line"),
                position=detail.get("col"),
            )
        ) from None
    if sum(1 for _ in tree.walk()) > MAX_NODES:
        raise ProblemError(_problem(f"The formula has more than {MAX_NODES} parts."))
    return _read(tree)


def _read(node: exp.Expr) -> Formula:
    if isinstance(node, exp.Paren):
        return _read(node.this)
    if isinstance(node, exp.Neg):
        return Operation("-", Number(Fraction(0)), _read(node.this))
    if isinstance(node, exp.Literal) and not node.is_string:
        return Number(Fraction(Decimal(node.this)))
    if isinstance(node, exp.Column) and not node.table and not node.args.get("join_mark"):
        return Reference(node.name)
    operator = _OPERATORS.get(type(node))
    if operator is not None:
        return Operation(operator, _read(node.this), _read(node.expression))
    raise ProblemError(_problem(f"“{node.sql(dialect='duckdb')[:60]}” may not stand in a formula."))


def _problem(message: str, line: int | None = None, position: int | None = None) -> Problem:
    return Problem(
        code="metrics.bad_formula",
        message=message,
        hint="Write names of KPIs, numbers and + - * / ( ), such as won_revenue / won_deals.",
        line=line,
        position=position,
    )
