"""Bringing values to one type, where they are compared or chosen between."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import reduce

from vetta.engine.expressions.arithmetic import combined_type
from vetta.engine.expressions.tree import (
    LiteralNode,
    Node,
    Typed,
    cast,
    decimal,
    literal,
)
from vetta.engine.schema.physical import IBIS_TYPES
from vetta.engine.schema.types import ColumnType

_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_DECIMAL = re.compile(r"decimal\((\d+), (\d+)\)")


def read_date(text: str) -> Typed | None:
    """A date literal, or None where the text is no ISO date."""
    if not _ISO_DATE.fullmatch(text):
        return None
    try:
        return literal(date.fromisoformat(text), ColumnType.DATE)
    except ValueError:
        return None


def read_timestamp(text: str) -> Typed | None:
    """A moment: ISO date and time, UTC unless it names an offset; None where it is none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return literal(aware.astimezone(UTC), ColumnType.TIMESTAMP)


def coerce_text(values: Sequence[Typed]) -> list[Typed]:
    """Text literals beside dates and moments become such, where they can be read as one."""
    types = {value.type for value in values}
    reader = None
    if ColumnType.DATE in types:
        reader = read_date
    elif ColumnType.TIMESTAMP in types:
        reader = read_timestamp
    if reader is None:
        return list(values)
    return [_reread(value, reader(_text(value))) for value in values]


def common_type(values: Sequence[Typed]) -> ColumnType | None:
    """The type that all can take; None where they cannot, or where all are NULL."""
    types = [value.type for value in values if value.type is not None]
    if not types:
        return None
    if all(value.is_number or value.type is None for value in values):
        return reduce(combined_type, types)
    return types[0] if len(set(types)) == 1 else None


def aligned(values: Sequence[Typed]) -> tuple[list[Node], str, int]:
    """The values in one physical type: (nodes, physical, scale). They have a common type.

    A literal takes the type of a column where it fits, so that the column is read as it lies and
    the filter can skip parts of a file.
    """
    type_ = common_type(values)
    if type_ is None:
        return [value.node for value in values], IBIS_TYPES[ColumnType.TEXT], 0
    known = [value for value in values if value.type is not None]
    if not known[0].is_number:
        physical = IBIS_TYPES[type_]
        return [cast(value, physical) for value in values], physical, 0
    scale = max(value.scale for value in known)
    physicals = {value.physical for value in known if value.literal is None}
    physical = physicals.pop() if len(physicals) == 1 else decimal(scale)
    if not all(_fits(value, physical) for value in known):
        physical = decimal(scale)
    if type_ is ColumnType.INTEGER:
        physical = IBIS_TYPES[ColumnType.INTEGER]
    shape = _DECIMAL.fullmatch(physical)
    return [cast(value, physical) for value in values], physical, int(shape[2]) if shape else 0


def _fits(value: Typed, physical: str) -> bool:
    if value.literal is None or value.literal.value is None:
        return True
    number = value.literal.value
    shape = _DECIMAL.fullmatch(physical)
    if not isinstance(number, int | Decimal):
        return False
    if shape is None:
        return value.scale == 0
    precision, scale = int(shape[1]), int(shape[2])
    return value.scale <= scale and abs(number) < 10 ** (precision - scale)


def _text(value: Typed) -> str:
    known = value.literal
    return known.value if known is not None and isinstance(known.value, str) else ""


def _reread(value: Typed, read: Typed | None) -> Typed:
    is_text = isinstance(value.node, LiteralNode) and isinstance(value.node.value, str)
    return read if read is not None and is_text else value
