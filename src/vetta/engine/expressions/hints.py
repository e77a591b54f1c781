"""What to write instead, where types do not go together."""

from __future__ import annotations

from collections.abc import Sequence

from vetta.engine.expressions.tree import Typed
from vetta.engine.schema.types import ColumnType


def two_types(values: Sequence[Typed]) -> tuple[ColumnType, ColumnType]:
    types = list(dict.fromkeys(value.type for value in values if value.type is not None))
    return types[0], types[1]


def hint_for_types(first: ColumnType, other: ColumnType) -> str:
    both = {first, other}
    if ColumnType.TIMESTAMP in both and ColumnType.DATE in both:
        return "Write DATE(…) around the moment to compare days."
    if ColumnType.DATE in both and ColumnType.TEXT in both:
        return "Write days as '2017-03-01', or CAST(… AS DATE) around the text."
    if ColumnType.TIMESTAMP in both and ColumnType.TEXT in both:
        return "Write moments as '2017-03-01 14:30:00', or CAST(… AS TIMESTAMP)."
    if ColumnType.TEXT in both:
        wanted = next(iter(both - {ColumnType.TEXT}))
        return f"Put text in single quotes, or write CAST(… AS {wanted.value.upper()})."
    return "Use values of one type."


def hint_for_operand(type_: ColumnType, sign: str) -> str:
    if type_ is ColumnType.TEXT:
        joined = "Join texts with ||; " if sign == "+" else ""
        return f"{joined}to calculate with a text that holds a number, CAST(… AS NUMBER)."
    if type_ in (ColumnType.DATE, ColumnType.TIMESTAMP):
        return "Move days with ADD_DAYS(day, 30) or day + INTERVAL 30 DAY."
    return "Use a number."
