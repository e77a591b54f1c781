"""Exchange rates by date: direct, else inverse, else through a base currency."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from vetta.engine.metrics.question import FxKind

SPOT_DAYS = 10
"""How many days an older spot rate may stand in for that of the day: over long holidays."""

RATE_PLACES = 18
"""Decimal places of a rate in the query engine; quoted rates have ten and stay exact."""

Quote = tuple[str, str, date, str, Decimal]
"""(from, to, on, kind, rate): a unit of ``from`` is worth ``rate`` units of ``to``."""


class RateBook:
    """All quoted rates, asked by day.

    Args:
        base: the currency through which two others are converted when no rate names both.
        today: for what is measured now, the latest rate holds however old it is.
    """

    def __init__(self, quotes: Iterable[Quote], base: str, today: date | None = None) -> None:
        self.base = base
        self.today = today
        collected: dict[tuple[str, str, str], dict[date, Fraction]] = defaultdict(dict)
        for source, target, on, kind, rate in quotes:
            if rate > 0:
                collected[source, target, kind][on] = Fraction(rate)
        self._days = {pair: sorted(rates) for pair, rates in collected.items()}
        self._rates = {
            pair: [rates[day] for day in self._days[pair]] for pair, rates in collected.items()
        }

    def rate(self, source: str, target: str, on: date, kind: str = FxKind.SPOT) -> Fraction | None:
        """What a unit of ``source`` was worth in ``target``; None where no rate says so."""
        found = self._one_step(source, target, on, kind)
        if found is None and self.base not in (source, target):
            first = self._one_step(source, self.base, on, kind)
            second = self._one_step(self.base, target, on, kind)
            found = first * second if first is not None and second is not None else None
        return found

    def span(self, kind: str) -> tuple[date, date] | None:
        """The first day with a rate of that kind, and the last on which one may still hold."""
        days = [
            day
            for (_, _, k), dates in self._days.items()
            if k == kind
            for day in (dates[0], dates[-1])
        ]
        if not days:
            return None
        slack = {FxKind.SPOT.value: SPOT_DAYS, FxKind.MONTH_AVERAGE.value: 31}.get(kind, 366)
        return min(days) - timedelta(days=31), max(days) + timedelta(days=slack)

    def _one_step(self, source: str, target: str, on: date, kind: str) -> Fraction | None:
        if source == target:
            return Fraction(1)
        direct = self._quoted(source, target, on, kind)
        if direct is not None:
            return direct
        inverse = self._quoted(target, source, on, kind)
        return 1 / inverse if inverse else None

    def _quoted(self, source: str, target: str, on: date, kind: str) -> Fraction | None:
        days = self._days.get((source, target, kind))
        if not days:
            return None
        rates = self._rates[source, target, kind]
        if kind == FxKind.MONTH_AVERAGE:
            # An average may be dated on any day of its month.
            for place in range(bisect_right(days, on + timedelta(days=31)) - 1, -1, -1):
                if (days[place].year, days[place].month) == (on.year, on.month):
                    return rates[place]
                if days[place] < on.replace(day=1):
                    break
            return rates[-1] if on == self.today else None
        place = bisect_right(days, on) - 1
        if place < 0:
            return None
        if kind == FxKind.SPOT and on != self.today and (on - days[place]).days > SPOT_DAYS:
            return None
        return rates[place]
