"""The checked expression: few kinds of nodes, every one typed, rendered without looking back.

Numbers are exact throughout. ``scale`` is the count of decimal places that a value carries; a
``physical`` type is written as Ibis writes it (``decimal(38, 4)``, ``int64``, ``string``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal

from vetta.engine.schema.physical import DECIMAL_SHAPES, IBIS_TYPES
from vetta.engine.schema.types import ColumnType

NUMERIC = frozenset(
    {
        ColumnType.INTEGER,
        ColumnType.MONEY,
        ColumnType.RATIO,
        ColumnType.FX_RATE,
        ColumnType.NUMBER,
    }
)
HUGEINT = "hugeint"  # DuckDB's 128-bit integer, which Ibis has no name for
WORKING_SCALE = 10  # decimal places that products and quotients keep


def decimal(scale: int) -> str:
    """The widest decimal with that scale."""
    return f"decimal(38, {scale})"


def scale_of(type_: ColumnType) -> int:
    """Decimal places of a contract type."""
    return DECIMAL_SHAPES[type_][1] if type_ in DECIMAL_SHAPES else 0


@dataclass(frozen=True)
class Node:
    """One part. ``type`` is None for a bare NULL, which fits everywhere."""

    def children(self) -> Iterator[Node]:
        for field in fields(self):
            value = getattr(self, field.name)
            for item in value if isinstance(value, tuple) else (value,):
                if isinstance(item, Node):
                    yield item


@dataclass(frozen=True)
class ColumnNode(Node):
    name: str
    table: str | None
    physical: str


@dataclass(frozen=True)
class LiteralNode(Node):
    value: str | int | Decimal | bool | date | datetime | None
    physical: str


@dataclass(frozen=True)
class CastNode(Node):
    """``lenient`` gives NULL where the value does not fit, instead of an error."""

    operand: Node
    physical: str
    lenient: bool = False


@dataclass(frozen=True)
class CallNode(Node):
    """A DuckDB function, or ``||``, over arguments of the stated physical types."""

    function: str
    arguments: tuple[Node, ...]
    argument_types: tuple[str, ...]
    physical: str


@dataclass(frozen=True)
class CompareNode(Node):
    operator: str  # = <> < <= > >=
    left: Node
    right: Node


@dataclass(frozen=True)
class LogicNode(Node):
    operator: str  # AND OR
    operands: tuple[Node, ...]


@dataclass(frozen=True)
class NotNode(Node):
    operand: Node


@dataclass(frozen=True)
class IsNullNode(Node):
    operand: Node


@dataclass(frozen=True)
class BetweenNode(Node):
    """Both bounds belong to it."""

    operand: Node
    low: Node
    high: Node


@dataclass(frozen=True)
class InNode(Node):
    operand: Node
    choices: tuple[Node, ...]


@dataclass(frozen=True)
class LikeNode(Node):
    operand: Node
    pattern: str
    ignores_case: bool


@dataclass(frozen=True)
class CaseNode(Node):
    conditions: tuple[Node, ...]
    results: tuple[Node, ...]
    default: Node
    physical: str


@dataclass(frozen=True)
class Typed:
    """A node with what the checker knows of it.

    Args:
        type: the contract type; None for NULL.
        scale: decimal places, for numbers.
        growth: how many times longer than its longest cell a text can become.
    """

    node: Node
    type: ColumnType | None
    scale: int = 0
    growth: int = 1

    @property
    def is_number(self) -> bool:
        return self.type in NUMERIC

    @property
    def physical(self) -> str:
        """The physical type of the node as it stands."""
        if isinstance(self.node, ColumnNode | LiteralNode | CastNode | CallNode | CaseNode):
            return self.node.physical
        return IBIS_TYPES[ColumnType.BOOLEAN]

    @property
    def literal(self) -> LiteralNode | None:
        return self.node if isinstance(self.node, LiteralNode) else None


def column(name: str, table: str | None, type_: ColumnType) -> Typed:
    return Typed(ColumnNode(name, table, IBIS_TYPES[type_]), type_, scale_of(type_))


def literal(value: str | int | bool | date | datetime, type_: ColumnType) -> Typed:
    return Typed(LiteralNode(value, IBIS_TYPES[type_]), type_)


def cast(typed: Typed, physical: str, *, lenient: bool = False) -> Node:
    """``typed`` in a physical type; nothing is added where it has it already."""
    if typed.physical == physical:
        return typed.node
    known = typed.literal
    if known is not None and not lenient and _takes(known, physical):
        return LiteralNode(known.value, physical)
    return CastNode(typed.node, physical, lenient)


def _takes(known: LiteralNode, physical: str) -> bool:
    """Whether a literal may be written in that type at once, without a cast."""
    if known.value is None:
        return True
    is_number = isinstance(known.value, int | Decimal) and not isinstance(known.value, bool)
    return is_number and physical != "string" and _places(known.value) <= _places_in(physical)


def _places(value: object) -> int:
    return max(0, -int(value.as_tuple().exponent)) if isinstance(value, Decimal) else 0


def _places_in(physical: str) -> int:
    """Decimal places of a physical type; a whole type has none."""
    return int(physical.partition(", ")[2].removesuffix(")") or 0)


def at_scale(typed: Typed, scale: int) -> Node:
    """A number as the widest decimal with that scale, rounded half away from zero if narrower."""
    return cast(typed, decimal(scale))


def call(function: str, arguments: Sequence[tuple[Node, str]], physical: str) -> CallNode:
    """A function call; each argument is given with its physical type."""
    return CallNode(
        function,
        tuple(node for node, _ in arguments),
        tuple(physical_ for _, physical_ in arguments),
        physical,
    )
