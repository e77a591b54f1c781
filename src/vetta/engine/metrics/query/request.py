"""What the query builder is told: the parts, the split, and what is known about the table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from types import MappingProxyType

from vetta.engine.metrics.definitions import Measure
from vetta.engine.metrics.dimensions import Dimension
from vetta.engine.schema import ColumnType
from vetta.kernel.calendar import Calendar, Grain

LOOKUPS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        # Who a source's owner is.
        "kpi_owners": {"source": "string", "owner_id": "string", "person_id": "string"},
        "kpi_people": {"person_id": "string", "person_name": "string"},
        # Where a person stood, without overlaps per person.
        "kpi_intervals": {
            "person_id": "string",
            "starts_on": "date",
            "ends_on": "date",
            "manager_id": "string",
            "manager_name": "string",
            "team_id": "string",
            "team_name": "string",
            "team_region": "string",
            "title": "string",
            "business_unit": "string",
        },
        # Everybody at or above a person, without overlaps per pair.
        "kpi_chain": {
            "person_id": "string",
            "manager_id": "string",
            "starts_on": "date",
            "ends_on": "date",
        },
        "kpi_products": {
            "source": "string",
            "product_id": "string",
            "product_name": "string",
            "family": "string",
        },
        "kpi_accounts": {
            "source": "string",
            "account_id": "string",
            "account_name": "string",
            "segment": "string",
            "industry": "string",
            "country": "string",
            "region": "string",
        },
        "kpi_targets": {
            "source": "string",
            "source_id": "string",
            "owner_id": "string",
            "metric": "string",
            "day": "date",
        },
        "kpi_covered": {
            "metric": "string",
            "person_id": "string",
            "starts_on": "date",
            "ends_on": "date",
        },
    }
)
"""Small tables that stand beside the facts in the query engine, with their Ibis types."""

PERIODS = "kpi_periods"
"""``kpi_periods(grain, starts_on, ends_on)`` and ``kpi_days_<grain>(day, starts_on)``."""


@lru_cache(maxsize=64)
def civil(calendar: Calendar, grain: Grain) -> bool:
    """Whether each period of the calendar starts where a civil one does."""
    first, last = date(1996, 1, 1), date(2032, 1, 1)
    starts = [period.starts_on for period in calendar.periods(grain, first, last)]
    if not starts or starts[0] > first or calendar.periods(grain, last, date(2070, 1, 1)) == []:
        return False
    match grain:
        case Grain.DAY:
            return True
        case Grain.WEEK:
            return all(start.weekday() == 0 for start in starts)
        case Grain.MONTH:
            return all(start.day == 1 for start in starts)
        case Grain.QUARTER:
            return all(start.day == 1 and start.month % 3 == 1 for start in starts)
        case Grain.YEAR:
            return all((start.month, start.day) == (1, 1) for start in starts)


def rates_table(currency: str, kind: str) -> str:
    """The table of rates into a currency: (currency, on_date, rate decimal(38,18))."""
    return f"kpi_rates_{currency.lower()}_{kind}"


@dataclass(frozen=True, slots=True)
class Part:
    """One aggregate of the answer: ``key`` names its columns."""

    key: str
    measure: Measure
    money: bool = False


@dataclass(frozen=True, slots=True)
class StoredTable:
    """What is known about a stored table at its version.

    Args:
        columns: every column, the custom ones included.
        rows: how many rows it has.
        only: columns that hold one value, with it.
        complete: columns without a missing value.
        latest: the last day of date columns, where known.
    """

    columns: Mapping[str, ColumnType]
    rows: int
    only: Mapping[str, str] = field(default_factory=dict)
    complete: frozenset[str] = frozenset()
    latest: Mapping[str, date] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Place:
    """One value that a drill-down is limited to."""

    dimension: Dimension
    member: str | None


@dataclass(frozen=True, slots=True)
class TableQuery:
    """One question to one table.

    Args:
        stored: the table, and ``others`` the tables that it borrows from or is followed by.
        currency: what amounts are converted into; None where nothing is money.
        home_currency: of rows that name none.
        reach: person keys whose facts may be seen; None for everybody's.
        covered_by: count only facts of people and days that have a target on this KPI.
        by_target: split by target as well (for the table of targets).
        today: the day on which an undated state is taken.
    """

    table: str
    parts: tuple[Part, ...]
    stored: StoredTable
    others: Mapping[str, StoredTable]
    calendar: Calendar
    by: tuple[Dimension, ...] = ()
    grain: Grain | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    where: str | None = None
    below: str | None = None
    currency: str | None = None
    home_currency: str = ""
    fx: str = "spot"
    reach: frozenset[str] | None = None
    covered_by: str | None = None
    by_target: bool = False
    today: date | None = None
    places: tuple[Place, ...] = ()
    periods: tuple[date, date] | None = None

    @property
    def is_civil(self) -> bool:
        """Whether the grain's periods are those of the civil calendar, weeks from Monday."""
        return self.grain is not None and civil(self.calendar, self.grain)

    @property
    def converts(self) -> bool:
        """Whether amounts must be converted: not where all are in the wanted currency already."""
        if self.currency is None or not any(part.money for part in self.parts):
            return False
        if "currency" not in self.stored.columns:
            return False
        if self.stored.only.get("currency") != self.currency:
            return True
        return "currency" not in self.stored.complete and self.home_currency != self.currency
