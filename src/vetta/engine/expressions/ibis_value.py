"""A checked expression as an Ibis value over a table.

What Ibis would type or round differently from DuckDB goes through DuckDB's own functions, with the
types that DuckDB really gives: Ibis believes that decimal(38, 4) × decimal(38, 6) has four places,
divides through DOUBLE, and drops casts that it deems needless.
"""

from __future__ import annotations

import inspect
import operator
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

import ibis
import ibis.expr.types as ir

from vetta.engine.expressions.tree import (
    HUGEINT,
    BetweenNode,
    CallNode,
    CaseNode,
    CastNode,
    ColumnNode,
    CompareNode,
    InNode,
    IsNullNode,
    LikeNode,
    LiteralNode,
    LogicNode,
    Node,
    NotNode,
    decimal,
)

_COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def render(node: Node, table: ir.Table, tables: dict[str, ir.Table] | None = None) -> ir.Value:
    """The expression as a column of ``table``; ``tables`` holds those that have an alias."""
    return _Renderer(table, tables or {}).render(node)


class _Renderer:
    def __init__(self, table: ir.Table, tables: dict[str, ir.Table]) -> None:
        self.table = table
        self.tables = tables

    def render(self, node: Node) -> Any:
        return _RULES[type(node)](self, node)

    def column(self, node: ColumnNode) -> Any:
        table = self.table if node.table is None else self.tables[node.table]
        return table[node.name]

    def literal(self, node: LiteralNode) -> Any:
        if node.value is None:
            return ibis.null(_named(node.physical))
        if node.physical == HUGEINT:
            return _hugeint(ibis.literal(Decimal(str(node.value)), decimal(0)))
        if node.physical.startswith("decimal"):
            return ibis.literal(Decimal(str(node.value)), node.physical)
        if isinstance(node.value, datetime):
            return ibis.literal(node.value, node.physical)
        return ibis.literal(node.value, _named(node.physical))

    def cast(self, node: CastNode) -> Any:
        value = self.render(node.operand)
        if node.physical == HUGEINT:
            return _hugeint(value)
        if isinstance(node.operand, CallNode) and node.operand.physical == HUGEINT:
            return _cast_like(value, ibis.literal(Decimal(0), node.physical), node.physical)
        return value.try_cast(node.physical) if node.lenient else value.cast(node.physical)

    def call(self, node: CallNode) -> Any:
        arguments = [self.render(argument) for argument in node.arguments]
        if node.function == "||":
            return _balanced(arguments, operator.add)
        function = _builtin(
            node.function,
            tuple(_named(physical) for physical in node.argument_types),
            _named(node.physical),
        )
        return function(*arguments)

    def compare(self, node: CompareNode) -> Any:
        compared = _COMPARISONS[node.operator]
        return compared(self.render(node.left), self.render(node.right))

    def logic(self, node: LogicNode) -> Any:
        joined = operator.and_ if node.operator == "AND" else operator.or_
        return _balanced([self.render(operand) for operand in node.operands], joined)

    def negation(self, node: NotNode) -> Any:
        return ~self.render(node.operand)

    def is_null(self, node: IsNullNode) -> Any:
        return self.render(node.operand).isnull()

    def between(self, node: BetweenNode) -> Any:
        value = self.render(node.operand)
        return value.between(self.render(node.low), self.render(node.high))

    def membership(self, node: InNode) -> Any:
        return self.render(node.operand).isin([self.render(choice) for choice in node.choices])

    def like(self, node: LikeNode) -> Any:
        value = self.render(node.operand)
        return value.ilike(node.pattern) if node.ignores_case else value.like(node.pattern)

    def case(self, node: CaseNode) -> Any:
        branches = [
            (self.render(condition), self.render(result))
            for condition, result in zip(node.conditions, node.results, strict=True)
        ]
        return ibis.cases(*branches, else_=self.render(node.default))


def _named(physical: str) -> str:
    return decimal(0) if physical == HUGEINT else physical


def _balanced(values: list[Any], joined: Callable[[Any, Any], Any]) -> Any:
    """A tree of even depth, so that a long chain does not exhaust the stack."""
    while len(values) > 1:
        pairs = [values[index : index + 2] for index in range(0, len(values), 2)]
        values = [joined(*pair) if len(pair) == 2 else pair[0] for pair in pairs]
    return values[0]


def _hugeint(value: Any) -> Any:
    """``factorial`` is the shortest thing that DuckDB types as HUGEINT."""
    one = _builtin("factorial", ("int32",), decimal(0))(ibis.literal(1, "int32"))
    return _cast_like(value, one, decimal(0))


def _cast_like(value: Any, example: Any, physical: str) -> Any:
    types = (str(value.type()), str(example.type()))
    return _builtin("cast_to_type", types, physical)(value, example)


@lru_cache(maxsize=512)
def _builtin(name: str, argument_types: tuple[str, ...], physical: str) -> Callable[..., Any]:
    """DuckDB's function of that name for Ibis, with the types that it really has."""

    def stub(*_: Any) -> Any:
        """Never called: Ibis only reads the signature."""

    stub.__name__ = stub.__qualname__ = name
    stub.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            inspect.Parameter(f"argument_{index}", inspect.Parameter.POSITIONAL_ONLY)
            for index, _ in enumerate(argument_types)
        ]
    )
    made: Callable[..., Any] = ibis.udf.scalar.builtin(
        stub, signature=(argument_types, physical), name=name
    )
    return made


_RULES: dict[type[Node], Callable[..., Any]] = {
    ColumnNode: _Renderer.column,
    LiteralNode: _Renderer.literal,
    CastNode: _Renderer.cast,
    CallNode: _Renderer.call,
    CompareNode: _Renderer.compare,
    LogicNode: _Renderer.logic,
    NotNode: _Renderer.negation,
    IsNullNode: _Renderer.is_null,
    BetweenNode: _Renderer.between,
    InNode: _Renderer.membership,
    LikeNode: _Renderer.like,
    CaseNode: _Renderer.case,
}
