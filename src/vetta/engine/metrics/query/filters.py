"""The filter of a question: read once, cut at its ANDs, each piece applied as low as it can be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from vetta.engine.expressions import Expression, Scope, parse
from vetta.engine.metrics.dimensions import DIMENSIONS, Dimension, Home
from vetta.engine.schema import ColumnType
from vetta.kernel.problem import Problem, ProblemError

NAMES = {
    "person_name": "person",
    "manager_name": "manager",
    "team_name": "team",
    "product_name": "product",
    "account_name": "account",
}
"""Filter columns that hold a member's name, with the dimension whose id it belongs to."""

_NOT_SCALAR = frozenset({"managers_above"})


@dataclass(frozen=True, slots=True)
class Filter:
    """The pieces of a filter; all must hold."""

    pieces: tuple[Expression, ...] = ()

    @property
    def columns(self) -> frozenset[str]:
        return frozenset(name for piece in self.pieces for name in piece.columns)

    def within(self, available: Iterable[str]) -> tuple[Expression, ...]:
        """The pieces that read nothing but ``available`` columns."""
        known = frozenset(available)
        return tuple(piece for piece in self.pieces if known.issuperset(piece.columns))

    def beyond(self, available: Iterable[str]) -> tuple[Expression, ...]:
        """The other pieces."""
        below = self.within(available)
        return tuple(piece for piece in self.pieces if piece not in below)


def filter_scope(
    columns: Mapping[str, ColumnType], dimensions: Mapping[str, Dimension]
) -> dict[str, ColumnType]:
    """Everything that a filter may name: the table's columns, dimensions, members' names."""
    scope = dict(columns)
    for name, dimension in dimensions.items():
        if name not in _NOT_SCALAR and "." not in name:
            scope.setdefault(name, columns.get(dimension.column, ColumnType.TEXT))
    for name, dimension_name in NAMES.items():
        if dimension_name in dimensions:
            scope[name] = ColumnType.TEXT
    return scope


def read_filter(
    text: str | None,
    columns: Mapping[str, ColumnType],
    dimensions: Mapping[str, Dimension],
    time_zone: str = "UTC",
) -> Filter:
    """Read a filter.

    Raises:
        ProblemError: with the place and the nearest names where it is wrong.
    """
    if text is None or not text.strip():
        return Filter()
    scope = Scope(columns=filter_scope(columns, dimensions), time_zone=time_zone)
    whole = condition(text, scope)
    return Filter(_pieces(text, scope) or (whole,))


def condition(text: str, scope: Scope) -> Expression:
    """An expression that is true or false.

    Raises:
        ProblemError: ``metrics.not_a_condition`` for any other.
    """
    expression = parse(text, scope)
    if expression.type is not ColumnType.BOOLEAN:
        raise ProblemError(
            Problem(
                code="metrics.not_a_condition",
                message=f"“{text}” is not a condition: it is not true or false.",
                hint="Write a comparison, such as channel = 'web' or amount > 1000.",
            )
        )
    return expression


def _pieces(text: str, scope: Scope) -> tuple[Expression, ...]:
    """The parts between ANDs, or nothing where the text cannot be taken apart safely."""
    try:
        tree = sqlglot.parse_one(text, read="duckdb")
        found = [condition(part.sql(dialect="duckdb"), scope) for part in _conjuncts(tree.unnest())]
    except (SqlglotError, ProblemError):
        return ()
    return tuple(found)


def _conjuncts(node: exp.Expr) -> list[exp.Expr]:
    if isinstance(node, exp.And):
        return [*_conjuncts(node.this.unnest()), *_conjuncts(node.expression.unnest())]
    return [node]


def applied(table: Any, pieces: Iterable[Expression]) -> Any:
    """The rows of an Ibis table for which every piece is true."""
    predicates = [piece.to_ibis(table) for piece in pieces]
    return table.filter(*predicates) if predicates else table


def is_dated(name: str) -> bool:
    """Whether a filter column or dimension is read from the person's place on the fact's day."""
    dimension = DIMENSIONS.get(NAMES.get(name, name))
    return dimension is not None and dimension.home is Home.DATED


def is_personal(name: str) -> bool:
    """Whether it needs the person behind the owner."""
    dimension = DIMENSIONS.get(NAMES.get(name, name))
    return dimension is not None and dimension.home in (Home.PERSON, Home.DATED, Home.CHAIN)
