"""What the pure core asks of the outside: stored facts, targets, names, the calendar."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, Protocol

from vetta.engine.metrics.query import StoredTable, TableQuery
from vetta.kernel.calendar import Calendar


@dataclass(frozen=True, slots=True)
class TargetAmount:
    """One target: so much of a KPI by a subject in a stretch of days.

    Args:
        key: identifies it; the same text as ``source_id`` in ``kpi_targets``.
        subject_type: ``person``, ``team`` or ``organisation``.
        currency: of the amount; None where the KPI is not money.
        is_current: whether it holds now, or was replaced.
    """

    key: str
    subject_type: str
    subject_id: str
    metric: str
    starts_on: date
    ends_on: date
    amount: Fraction
    currency: str | None
    is_current: bool = True


class World(Protocol):
    """The facts at one snapshot, as one actor may see them."""

    @property
    def calendar(self) -> Calendar: ...

    @property
    def currency(self) -> str:
        """The organisation's currency."""

    @property
    def today(self) -> date: ...

    @property
    def reach(self) -> frozenset[str] | None:
        """Person keys whose facts may be seen; None for everybody's."""

    def stored(self, table: str) -> StoredTable:
        """What is known about a table."""

    def run(self, query: TableQuery) -> list[dict[str, Any]]:
        """The rows of the compiled query."""

    def names(self, dimension: str, ids: Collection[str]) -> Mapping[str, str]:
        """The names of members by id, as far as known."""

    def targets(self, metric: str, as_of: date | None) -> Sequence[TargetAmount]:
        """The targets on a KPI as known at the end of ``as_of`` (now if None)."""

    def rate(self, from_currency: str, to_currency: str, on: date, kind: str) -> Fraction | None:
        """What a unit of one currency is worth in another; None where unknown."""

    def unconverted(self, query: TableQuery) -> list[tuple[str | None, Any, int]]:
        """Amounts without a rate: (currency, sum, rows)."""

    def versions(self, tables: Collection[str]) -> Mapping[str, int]:
        """The versions of the tables that were read."""
