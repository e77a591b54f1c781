"""The chart kit: a chart as a value. The server says what is shown, ``js/charts.js`` draws it.

The page carries the table from the start; the drawing is made of a ``data-chart`` attribute,
so no script stands in the page. Exact values and their written forms come from the server; only
the drawing itself uses floats.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils.translation import get_language, gettext, pgettext

from vetta.ui import formatting
from vetta.ui.formatting import Value, exact


@dataclass(frozen=True)
class Series:
    """One line or one set of bars.

    Args:
        values: one for each label; None where there is none.
        subject: drawn in the accent; the others are grey and differ by dash.
        dashed: for forecasts and comparisons.
        explains: the address that explains each value, for the table's doors; may be empty.
    """

    name: Any
    values: Sequence[Value]
    subject: bool = False
    dashed: bool = False
    explains: Sequence[str] = ()


@dataclass(frozen=True)
class Band:
    """An interval around the subject, such as 95%."""

    low: Sequence[Value]
    high: Sequence[Value]


@dataclass(frozen=True)
class Chart:
    """A chart of values over labels.

    Args:
        key: unique in the page.
        title: the finding, or that there is none.
        subtitle: measure, unit, period, and what bands mean.
        kind: ``line``, ``bar`` (upright, over time) or ``rank`` (lying, one bar a label).
        unit: of the values: ``ratio``, ``money``, ``days``, ``count``, … as metrics name them.
        target: a value and its word, drawn as a dashed line.
        events: (label, word) pairs, drawn as dashed upright lines.
        csv_url: where the exact rows are; without it the CSV is made from the table.
        definition_url: the page that defines the measure.
    """

    key: str
    title: Any
    subtitle: Any
    labels: Sequence[str]
    series: Sequence[Series]
    label_title: Any = ""
    kind: str = "line"
    unit: str = "count"
    currency: str | None = None
    band: Band | None = None
    target: tuple[Value, Any] | None = None
    events: Sequence[tuple[str, Any]] = field(default_factory=tuple)
    footer: Any = ""
    csv_url: str = ""
    definition_url: str = ""

    def written(self, value: Value) -> str:
        """A value as tables and tooltips write it."""
        return formatting.measure(value, self.unit, self.currency)

    @cached_property
    def _scale(self) -> tuple[Decimal, str]:
        """By how much values are divided for the axis, and the axis' unit."""
        if self.unit in ("ratio", "percent", "share"):
            return Decimal("0.01"), "%"
        if self.unit in ("money", "currency", "amount"):
            known = [abs(number) for s in self.series for v in s.values if (number := exact(v))]
            top = max(known, default=Decimal(0))
            currency = {"EUR": "€", "USD": "$", "GBP": "£"}.get(
                self.currency or "", self.currency or ""
            )
            if top >= 2_000_000:
                return Decimal(1_000_000), pgettext("axis", "%(currency)s M") % {
                    "currency": currency
                }
            if top >= 2_000:
                return Decimal(1_000), pgettext("axis", "%(currency)s k") % {"currency": currency}
            return Decimal(1), currency
        if self.unit in ("days", "day"):
            return Decimal(1), gettext("days")
        return Decimal(1), ""

    def _drawn(self, values: Sequence[Value]) -> list[float | None]:
        divisor, _unit = self._scale
        return [
            None if (number := exact(value)) is None else float(number / divisor)
            for value in values
        ]

    @property
    def spec(self) -> str:
        """What ``charts.js`` draws, as JSON for the ``data-chart`` attribute."""
        value: dict[str, Any] = {
            "kind": self.kind,
            "labels": [str(label) for label in self.labels],
            "axis": self._scale[1],
            "language": get_language() or "en",
            "percent": self._scale[1] == "%",
            "series": [
                {
                    "name": str(series.name),
                    "data": self._drawn(series.values),
                    "texts": [self.written(value) for value in series.values],
                    "subject": series.subject or len(self.series) == 1,
                    "dashed": series.dashed,
                }
                for series in self.series
            ],
            "events": [[label, str(word)] for label, word in self.events],
        }
        if self.band:
            value["band"] = [self._drawn(self.band.low), self._drawn(self.band.high)]
        if self.target and exact(self.target[0]) is not None:
            value["target"] = [self._drawn([self.target[0]])[0], str(self.target[1])]
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    @property
    def rows(self) -> list[tuple[str, list[tuple[str, Value, str]]]]:
        """The table: a label, then (written, exact, explain address) for every series."""
        return [
            (
                str(label),
                [
                    (
                        self.written(series.values[place]),
                        _plain(series.values[place]),
                        series.explains[place] if place < len(series.explains) else "",
                    )
                    for series in self.series
                ],
            )
            for place, label in enumerate(self.labels)
        ]


def _plain(value: Value) -> str:
    number = exact(value)
    return "" if number is None else format(number, "f")
