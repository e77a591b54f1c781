"""Arrow columns from Python values, laid out in Arrow's own memory format.

``pyarrow.array`` imports pandas, where that is installed, to ask whether it was given a Series:
half a second of every short command. What Vetta builds are lists of a few plain types.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from itertools import accumulate
from typing import Any

import pyarrow as pa

_EPOCH = date(1970, 1, 1).toordinal()
_MOST_TEXT = 2**31 - 1


def array_of(values: Sequence[Any], type_: pa.DataType) -> pa.Array:
    """A column of text, days, whole numbers, booleans or decimals; None is null.

    Raises:
        TypeError: for another type.
        ValueError: for a decimal with more places than its column; for texts of over 2 GB.
    """
    count, lacking = len(values), values.count(None)
    buffers: list[pa.Buffer | None] = [
        _bits(value is not None for value in values) if lacking else None
    ]
    if pa.types.is_string(type_):
        buffers += _text(values)
    elif pa.types.is_boolean(type_):
        buffers.append(_bits(bool(value) for value in values))
    elif pa.types.is_decimal128(type_):
        buffers.append(_decimals(values, type_.scale))
    else:
        buffers.append(_numbers(values, type_))
    return pa.Array.from_buffers(type_, count, buffers, null_count=lacking)


def _text(values: Sequence[str | None]) -> list[pa.Buffer]:
    pieces = [b"" if value is None else value.encode() for value in values]
    ends = array("i", [0])
    joined = b"".join(pieces)
    if len(joined) > _MOST_TEXT:
        raise ValueError("a text column holds more than 2 GB; build it in parts")
    ends.extend(accumulate(map(len, pieces)))
    return [pa.py_buffer(ends), pa.py_buffer(joined)]


def _numbers(values: Sequence[Any], type_: pa.DataType) -> pa.Buffer:
    if pa.types.is_date32(type_):
        return pa.py_buffer(
            array("i", [0 if value is None else value.toordinal() - _EPOCH for value in values])
        )
    codes: tuple[tuple[Callable[[Any], bool], str], ...] = (
        (pa.types.is_int32, "i"),
        (pa.types.is_int64, "q"),
    )
    for is_type, code in codes:
        if is_type(type_):
            return pa.py_buffer(array(code, [0 if value is None else value for value in values]))
    raise TypeError(f"no column of {type_} is built here")


def _decimals(values: Sequence[Decimal | None], scale: int) -> pa.Buffer:
    return pa.py_buffer(
        b"".join(_scaled(value, scale).to_bytes(16, "little", signed=True) for value in values)
    )


def _scaled(value: Decimal | None, scale: int) -> int:
    """The whole number of units in the last place."""
    if value is None:
        return 0
    numerator, denominator = value.as_integer_ratio()
    factor: int = 10**scale
    whole, rest = divmod(numerator * factor, denominator)
    if rest:
        raise ValueError(f"{value} has more than {scale} decimal places")
    return whole


def _bits(flags: Iterable[bool]) -> pa.Buffer:
    """Eight to a byte, the first in the lowest bit."""
    text = "".join("1" if flag else "0" for flag in flags)
    whole = int(text[::-1] or "0", 2)
    return pa.py_buffer(whole.to_bytes((len(text) + 7) // 8, "little"))
