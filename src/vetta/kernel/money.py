"""Exact money: no float, no silent rounding, no mixing of currencies."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, Context, Decimal, Inexact, InvalidOperation
from fractions import Fraction
from functools import total_ordering
from itertools import accumulate, pairwise

from vetta.kernel.currencies import CURRENCIES, Currency
from vetta.kernel.problem import Problem, ProblemError

__all__ = [
    "CURRENCIES",
    "Currency",
    "Exact",
    "Money",
    "allocate",
    "exact_decimal",
    "minor_units",
    "round_half_away",
    "telescope",
]

MAX_DIGITS = 100  # "1e999999999" is a number too, and one that fills the memory

type_of_exact = (Decimal, Fraction, int)
Exact = Decimal | Fraction | int

# Sums and products of decimals are finite; this context either gives them whole or raises.
_EXACT = Context(
    prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[Inexact, InvalidOperation], capitals=1
)


def exact_decimal(value: object, *, what: str = "number") -> Decimal:
    """``value`` as a finite Decimal, digit for digit.

    Accepts Decimal, int and plain decimal text (``"1234.50"``).

    Raises:
        TypeError: for a float or anything else that is not exact.
        ValueError: for text that is not a number, and for NaN or infinity.
    """
    if isinstance(value, bool) or not isinstance(value, Decimal | int | str):
        raise TypeError(
            f"a {what} must be a Decimal, an int or text, not {type(value).__name__}: "
            "binary floats cannot hold decimal fractions"
        )
    try:
        number = value if isinstance(value, Decimal) else Decimal(value)
    except InvalidOperation:
        raise ValueError(f"{value!r} is not a {what}; write it like 1234.50") from None
    if not number.is_finite():
        raise ValueError(f"a {what} must be finite, not {number}")
    if max(abs(number.adjusted()), len(number.as_tuple().digits)) > MAX_DIGITS:
        raise ValueError(f"a {what} has at most {MAX_DIGITS} digits")
    return number


def round_half_away(value: Exact, places: int) -> Decimal:
    """``value`` rounded to ``places`` decimal places, a half away from zero (2.345 → 2.35).

    The one rounding of money: computed in whole numbers, so no decimal context matters. The result
    has exactly ``places`` places. Negative ``places`` round to tens, hundreds and so on.

    Raises:
        TypeError: for a float.
    """
    if isinstance(value, bool) or not isinstance(value, type_of_exact):
        raise TypeError(f"only exact numbers are rounded, not {type(value).__name__}")
    scaled = Fraction(value) * Fraction(10) ** places
    magnitude = (2 * abs(scaled.numerator) + scaled.denominator) // (2 * scaled.denominator)
    sign = 1 if scaled < 0 and magnitude else 0
    return Decimal((sign, tuple(int(digit) for digit in str(magnitude)), -places))


def telescope(amount: Exact, shares: Sequence[Exact], places: int) -> list[Decimal]:
    """Share ``amount`` so that the parts sum to the rounded whole: R(a·S₁), R(a·S₂)−R(a·S₁), …

    Args:
        shares: fractions of ``amount`` in their fixed order; they need not sum to 1.

    Returns:
        One part per share; their sum is ``round_half_away(amount × Σ shares, places)``.
    """
    whole = Fraction(amount)
    marks = [round_half_away(whole * running, places) for running in _running(shares)]
    return [
        _EXACT.subtract(after, before)
        for before, after in pairwise([round_half_away(0, places), *marks])
    ]


def allocate(total: Decimal, weights: Sequence[Exact], places: int) -> list[Decimal]:
    """Divide ``total`` in proportion to ``weights``; the parts always sum to the whole.

    Args:
        total: what is divided; digits finer than ``places`` are rounded once, on the whole.
        weights: not negative, not all zero; their order decides who carries the odd cent.
        places: decimal places of the parts, such as ``minor_units("EUR")``.

    Raises:
        ValueError: where the weights are empty, negative or all zero.
    """
    total = exact_decimal(total, what="total")
    exact = [_exact_fraction(weight) for weight in weights]
    if any(weight < 0 for weight in exact):
        raise ValueError("weights cannot be negative")
    whole = sum(exact, Fraction(0))
    if not whole:
        raise ValueError("at least one weight must be above zero")
    return telescope(total, [weight / whole for weight in exact], places)


def minor_units(currency: str) -> int:
    """Decimal places of the currency's smallest amount: EUR 2, JPY 0, BHD 3.

    Raises:
        ProblemError: ``money.unknown_currency``.
    """
    return _currency(currency).minor_units


@total_ordering
@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount in one currency.

    The amount may be finer than the minor unit (a unit price, a sum before rounding);
    ``rounded()`` gives what can be paid. Equal amounts are equal whatever their zeros: 1.5 = 1.50.

    Raises:
        TypeError: where the amount is a float, or currencies are mixed by an operator.
        ValueError: where the amount is not finite.
        ProblemError: ``money.unknown_currency``.
    """

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "amount", exact_decimal(self.amount, what="amount of money"))
        _currency(self.currency)

    @classmethod
    def from_minor(cls, units: int, currency: str) -> Money:
        """Money from whole minor units: ``from_minor(1050, "EUR")`` is 10.50 EUR."""
        if isinstance(units, bool) or not isinstance(units, int):
            raise TypeError(f"minor units are whole numbers, not {type(units).__name__}")
        return cls(Decimal(units).scaleb(-minor_units(currency), _EXACT), currency)

    @classmethod
    def zero(cls, currency: str) -> Money:
        """Nothing, in ``currency``."""
        return cls.from_minor(0, currency)

    def rounded(self) -> Money:
        """Rounded to the currency's minor unit, half away from zero."""
        return Money(round_half_away(self.amount, minor_units(self.currency)), self.currency)

    def to_minor(self) -> int:
        """The amount in whole minor units.

        Raises:
            ValueError: where the amount is finer than the minor unit; round it first.
        """
        units = Fraction(self.amount) * 10 ** minor_units(self.currency)
        if units.denominator != 1:
            raise ValueError(f"{self} is finer than the minor unit; call rounded() first")
        return int(units.numerator)

    def allocate(self, weights: Sequence[Exact]) -> list[Money]:
        """Parts in minor units, in proportion to ``weights``, that sum to ``rounded()``."""
        parts = allocate(self.amount, weights, minor_units(self.currency))
        return [Money(part, self.currency) for part in parts]

    def __add__(self, other: Money) -> Money:
        if not isinstance(other, Money):
            return NotImplemented
        self._same_currency(other)
        return Money(_EXACT.add(self.amount, other.amount), self.currency)

    def __sub__(self, other: Money) -> Money:
        if not isinstance(other, Money):
            return NotImplemented
        self._same_currency(other)
        return Money(_EXACT.subtract(self.amount, other.amount), self.currency)

    def __mul__(self, factor: Decimal | int) -> Money:
        if isinstance(factor, bool) or not isinstance(factor, Decimal | int):
            return NotImplemented
        product = _EXACT.multiply(self.amount, exact_decimal(factor, what="factor"))
        return Money(product, self.currency)

    __rmul__ = __mul__

    def __neg__(self) -> Money:
        return Money(self.amount.copy_negate() if self.amount else self.amount, self.currency)

    def __abs__(self) -> Money:
        return Money(self.amount.copy_abs(), self.currency)

    def __bool__(self) -> bool:
        return bool(self.amount)

    def __lt__(self, other: Money) -> bool:
        if not isinstance(other, Money):
            return NotImplemented
        self._same_currency(other)
        return self.amount < other.amount

    def __str__(self) -> str:
        return f"{self.amount:f} {self.currency}"

    def _same_currency(self, other: Money) -> None:
        if self.currency != other.currency:
            raise TypeError(
                f"{self} and {other} are in different currencies; convert one of them first"
            )


def _currency(code: str) -> Currency:
    found = CURRENCIES.get(code) if isinstance(code, str) else None
    if found is None:
        raise ProblemError(
            Problem(
                "money.unknown_currency",
                f"{code!r} is not a currency.",
                "Write the three capital letters of ISO 4217, such as EUR, USD or JPY.",
            )
        )
    return found


def _exact_fraction(value: Exact) -> Fraction:
    if isinstance(value, bool) or not isinstance(value, type_of_exact):
        raise TypeError(f"shares and weights must be exact, not {type(value).__name__}")
    return Fraction(value)


def _running(shares: Iterable[Exact]) -> Iterable[Fraction]:
    return accumulate(_exact_fraction(share) for share in shares)
