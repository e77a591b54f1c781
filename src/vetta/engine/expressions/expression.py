"""A checked expression and the one way to make it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vetta.engine.expressions import duckdb_text
from vetta.engine.expressions.checker import check
from vetta.engine.expressions.grammar import read
from vetta.engine.expressions.problems import Source
from vetta.engine.expressions.scope import Scope
from vetta.engine.expressions.tree import ColumnNode, Node
from vetta.engine.schema.types import ColumnType

if TYPE_CHECKING:
    import ibis.expr.types as ir


@dataclass(frozen=True)
class Expression:
    """An expression that may be run.

    Args:
        text: as it was written.
        type: the contract type of its values (TEXT for a bare NULL).
        scale: decimal places of its values, for numbers; products and quotients may have more
            than their contract type, up to ten. Round or cast where the value is stored.
        columns: the names that it reads, as in the scope; ``alias.column`` for joined tables.
    """

    text: str
    type: ColumnType
    scale: int
    columns: tuple[str, ...]
    node: Node

    def to_duckdb(self, table: str | None = None) -> str:
        """DuckDB text, every name quoted and every literal typed.

        Args:
            table: an alias put before the columns that have none.
        """
        return duckdb_text.render(self.node, table)

    def to_ibis(self, table: ir.Table, tables: Mapping[str, ir.Table] | None = None) -> ir.Value:
        """An Ibis value over ``table``, for the DuckDB backend.

        Args:
            tables: alias → table, where the scope has aliases.
        """
        from vetta.engine.expressions import ibis_value  # Ibis: large, and an import needs none

        return ibis_value.render(self.node, table, dict(tables or {}))


def parse(text: str, scope: Scope, *, expects: ColumnType | None = None) -> Expression:
    """Read and check ``text``.

    Args:
        expects: the type that it must have, such as BOOLEAN for a condition; None for any.

    Raises:
        ProblemError: with ``expression.*``, line and position, and what to write instead.
    """
    source = Source(text)
    typed = check(read(source), scope, source, expects)
    return Expression(
        text, typed.type or ColumnType.TEXT, typed.scale, _columns(typed.node), typed.node
    )


def _columns(root: Node) -> tuple[str, ...]:
    found: dict[str, None] = {}
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ColumnNode):
            found[node.name if node.table is None else f"{node.table}.{node.name}"] = None
        waiting.extend(reversed(list(node.children())))
    return tuple(found)
