"""Exact values as text: the one place where a fraction becomes decimal digits."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from vetta.kernel.money import round_half_away

DIGITS = 15
"""Decimal places of a value that has no finite decimal form, at least; small ones get more."""


def as_exact(value: object) -> Decimal | int | None:
    """A value of the query engine, unchanged; None stays None.

    Raises:
        TypeError: for a float, which no exact column may hold.
    """
    kind = type(value)
    if value is None or kind is Decimal or kind is int:
        return value  # type: ignore[return-value]
    raise TypeError(f"an exact aggregate must be a decimal or an integer, not {type(value)}")


def as_text(value: Fraction | Decimal | int | None, places: int | None = None) -> str | None:
    """The decimal text of a value: exact where it is finite, else rounded half away from zero.

    Args:
        places: at least so many decimals for a finite value (money keeps its two to four).
    """
    # By exact type, the commonest first: Fraction is an abstract class's child, for which
    # isinstance() takes longer than all the rest, and an answer may have tens of thousands of rows.
    if type(value) is Decimal:
        text = format(value, "f")
    elif value is None:
        return None
    elif type(value) is Fraction:
        finite = _finite(value)
        text = format(round_half_away(value, _digits(value)) if finite is None else finite, "f")
    else:
        text = str(value)
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    if places:
        whole, _, rest = text.partition(".")
        text = f"{whole}.{rest.ljust(places, '0')}"
    return "0" if text == "-0" else text


def _finite(value: Fraction) -> Decimal | None:
    """The exact decimal, where it has at most 30 places."""
    denominator, twos, fives = value.denominator, 0, 0
    while denominator % 2 == 0:
        denominator //= 2
        twos += 1
    while denominator % 5 == 0:
        denominator //= 5
        fives += 1
    places = max(twos, fives)
    if denominator != 1 or places > 30:
        return None
    scaled = value.numerator * 10**places // value.denominator
    sign, digits = (1, -scaled) if scaled < 0 else (0, scaled)
    return Decimal((sign, tuple(int(digit) for digit in str(digits)), -places))


def _digits(value: Fraction) -> int:
    """Places that leave at least ``DIGITS`` significant digits after the leading zeros."""
    size, zeros = abs(value), 0
    while size and size < Fraction(1, 10) and zeros < 30:
        size *= 10
        zeros += 1
    return DIGITS + zeros
