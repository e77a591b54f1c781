"""A checked expression as DuckDB text. Every name is quoted, every literal typed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

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
)
from vetta.engine.schema.physical import DUCKDB_TYPES, IBIS_TYPES, literal, quote

_TYPES = {IBIS_TYPES[type_]: text for type_, text in DUCKDB_TYPES.items()} | {
    HUGEINT: "HUGEINT",
    "timestamp": "TIMESTAMP",
}
_SIGNS = {"add": "+", "subtract": "-", "multiply": "*", "mod": "%", "divide": "//"}


def type_text(physical: str) -> str:
    """``decimal(38, 4)`` → ``DECIMAL(38,4)``."""
    return _TYPES.get(physical) or physical.upper().replace(" ", "")


def render(node: Node, table: str | None = None) -> str:
    """DuckDB text.

    Args:
        table: an alias for the columns that have none.
    """
    return _Renderer(table).render(node)


class _Renderer:
    def __init__(self, table: str | None) -> None:
        self.table = table

    def render(self, node: Node) -> str:
        return _RULES[type(node)](self, node)

    def column(self, node: ColumnNode) -> str:
        table = node.table or self.table
        return quote(node.name) if table is None else f"{quote(table)}.{quote(node.name)}"

    def literal(self, node: LiteralNode) -> str:
        if isinstance(node.value, bool):
            return "TRUE" if node.value else "FALSE"
        if isinstance(node.value, str):
            return literal(node.value)
        return f"CAST({_written(node.value)} AS {type_text(node.physical)})"

    def cast(self, node: CastNode) -> str:
        word = "TRY_CAST" if node.lenient else "CAST"
        return f"{word}({self.render(node.operand)} AS {type_text(node.physical)})"

    def call(self, node: CallNode) -> str:
        arguments = [self.render(argument) for argument in node.arguments]
        if node.function == "||":
            return f"({' || '.join(arguments)})"
        if node.function in _SIGNS:
            return f"({arguments[0]} {_SIGNS[node.function]} {arguments[1]})"
        return f"{node.function}({', '.join(arguments)})"

    def compare(self, node: CompareNode) -> str:
        return f"({self.render(node.left)} {node.operator} {self.render(node.right)})"

    def logic(self, node: LogicNode) -> str:
        parts = f" {node.operator} ".join(self.render(operand) for operand in node.operands)
        return f"({parts})"

    def negation(self, node: NotNode) -> str:
        return f"(NOT {self.render(node.operand)})"

    def is_null(self, node: IsNullNode) -> str:
        return f"({self.render(node.operand)} IS NULL)"

    def between(self, node: BetweenNode) -> str:
        parts = [self.render(part) for part in (node.operand, node.low, node.high)]
        return f"({parts[0]} BETWEEN {parts[1]} AND {parts[2]})"

    def membership(self, node: InNode) -> str:
        choices = ", ".join(self.render(choice) for choice in node.choices)
        return f"({self.render(node.operand)} IN ({choices}))"

    def like(self, node: LikeNode) -> str:
        word = "ILIKE" if node.ignores_case else "LIKE"
        return f"({self.render(node.operand)} {word} {literal(node.pattern)})"

    def case(self, node: CaseNode) -> str:
        branches = " ".join(
            f"WHEN {self.render(condition)} THEN {self.render(result)}"
            for condition, result in zip(node.conditions, node.results, strict=True)
        )
        return f"(CASE {branches} ELSE {self.render(node.default)} END)"


def _written(value: object) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, Decimal):
        return literal(f"{value:f}")
    if isinstance(value, datetime):
        return literal(value.strftime("%Y-%m-%d %H:%M:%S.%f+00"))
    if isinstance(value, date | int):
        return literal(str(value))
    raise TypeError(f"no literal for {type(value).__name__}")


_RULES: dict[type[Node], Callable[..., str]] = {
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
