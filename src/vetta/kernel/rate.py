"""Rates, shares, thresholds and multipliers: exact, with up to six fractional digits."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, Context, Decimal, Inexact
from fractions import Fraction
from functools import total_ordering

from vetta.kernel.money import Money, exact_decimal

FRACTIONAL_DIGITS = 6
_EXACT = Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[Inexact])


@total_ordering
@dataclass(frozen=True, slots=True)
class Rate:
    """An exact rate as a fraction: 7.25 % is ``Rate("0.0725")``.

    Raises:
        TypeError: for a float.
        ValueError: with more than six fractional digits, or where it is not finite.
    """

    value: Decimal

    def __init__(self, value: Decimal | int | str) -> None:
        number = exact_decimal(value, what="rate")
        if (Fraction(number) * 10**FRACTIONAL_DIGITS).denominator != 1:
            raise ValueError(f"a rate has at most {FRACTIONAL_DIGITS} fractional digits: {number}")
        object.__setattr__(self, "value", number)

    @classmethod
    def percent(cls, value: Decimal | int | str) -> Rate:
        """A rate from a percentage: ``percent("7.25")`` is 0.0725."""
        return cls(exact_decimal(value, what="percentage").scaleb(-2, _EXACT))

    def as_percent(self) -> Decimal:
        """The percentage: 0.0725 gives 7.25."""
        return self.value.scaleb(2, _EXACT)

    def of(self, money: Money) -> Money:
        """This share of ``money``, not rounded."""
        return money * self.value

    def __add__(self, other: Rate) -> Rate:
        if not isinstance(other, Rate):
            return NotImplemented
        return Rate(_EXACT.add(self.value, other.value))

    def __sub__(self, other: Rate) -> Rate:
        if not isinstance(other, Rate):
            return NotImplemented
        return Rate(_EXACT.subtract(self.value, other.value))

    def __lt__(self, other: Rate) -> bool:
        if not isinstance(other, Rate):
            return NotImplemented
        return self.value < other.value

    def __str__(self) -> str:
        return f"{self.value:f}"
