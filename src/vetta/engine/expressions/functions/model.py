"""What a function is, and a call of one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlglot import exp

from vetta.engine.expressions.context import Context
from vetta.engine.expressions.tree import NUMERIC, CallNode, LiteralNode, Node, Typed, call, cast
from vetta.engine.schema.physical import IBIS_TYPES
from vetta.engine.schema.types import ColumnType

STRING, INT64 = IBIS_TYPES[ColumnType.TEXT], IBIS_TYPES[ColumnType.INTEGER]
BOOL, DATE = IBIS_TYPES[ColumnType.BOOLEAN], IBIS_TYPES[ColumnType.DATE]

TEXT = frozenset({ColumnType.TEXT})
WHOLE = frozenset({ColumnType.INTEGER})
NUMBER = NUMERIC
CONDITION = frozenset({ColumnType.BOOLEAN})
DAY = frozenset({ColumnType.DATE})
DAY_OR_MOMENT = frozenset({ColumnType.DATE, ColumnType.TIMESTAMP})
ANY = frozenset(ColumnType)


@dataclass(frozen=True)
class Parameter:
    """One parameter.

    Args:
        accepts: the contract types that it takes.
        written: it must be written out, not read from a column.
    """

    name: str
    accepts: frozenset[ColumnType]
    written: bool = False


@dataclass(frozen=True)
class Function:
    """A function of the expression language.

    Args:
        required: how many parameters must be given; all of them by default.
        repeats: whether the last parameter may be given again and again.
        result: what it gives, in words.
        example: an expression over constants, and what it gives; tests run it.
    """

    name: str
    parameters: tuple[Parameter, ...]
    result: str
    summary: str
    example: tuple[str, str]
    build: Callable[[Context, Call], Typed]
    required: int | None = None
    repeats: bool = False

    @property
    def signature(self) -> str:
        """``SUBSTRING(text, start [, length])``."""
        least = len(self.parameters) if self.required is None else self.required
        names = [parameter.name for parameter in self.parameters]
        text = ", ".join(names[:least])
        optional = "".join(f" [, {name}]" for name in names[least:])
        return f"{self.name}({text}{optional}{', …' if self.repeats else ''})"


def takes(name: str, accepts: frozenset[ColumnType], *, written: bool = False) -> Parameter:
    """A parameter, shortly."""
    return Parameter(name, accepts, written)


@dataclass(frozen=True)
class Call:
    """A call whose arguments have been checked against the table."""

    name: str
    arguments: list[Typed]
    part: exp.Expr

    def text(self, index: int) -> str:
        """A written text argument."""
        known = self.arguments[index].literal
        return known.value if known is not None and isinstance(known.value, str) else ""

    def whole(self, index: int, default: int) -> int:
        """A written whole-number argument."""
        if index >= len(self.arguments):
            return default
        known = self.arguments[index].literal
        return known.value if known is not None and isinstance(known.value, int) else default


def as_text(value: Typed) -> Node:
    """The value as text."""
    return cast(value, STRING)


def as_whole(value: Typed) -> Node:
    """The value as a whole number."""
    return cast(value, INT64)


def int32(number: int) -> tuple[Node, str]:
    """A small constant, with its type, as some of DuckDB's functions want it."""
    return LiteralNode(number, "int32"), "int32"


def null_if_empty(node: Node) -> CallNode:
    """NULL where DuckDB says "nothing found" by an empty text."""
    return call("nullif", [(node, STRING), (LiteralNode("", STRING), STRING)], STRING)


def as_long(node: Node, made: Call) -> Typed:
    """A text that cannot be longer than the first argument."""
    return Typed(node, ColumnType.TEXT, growth=made.arguments[0].growth)


def wrong_arguments(context: Context, made: Call, message: str, hint: str) -> Exception:
    """The error for arguments that do not fit together."""
    return context.source.refuse("wrong_arguments", message, hint, at=made.part)
