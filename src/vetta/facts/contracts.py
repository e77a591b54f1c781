"""What this room hands to others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class Snapshot:
    """The published versions of all fact tables after one batch.

    Args:
        id: grows with every publication; 0 before the first.
        versions: Delta version by table; a table that is absent holds nothing yet.
    """

    id: int
    versions: Mapping[str, int]


@dataclass(frozen=True)
class Candidate:
    """A person whom an owner of the source may be, with how near the names are (0..1)."""

    person_id: str
    person_name: str
    reason: str
    certainty: float


@dataclass(frozen=True)
class UnmatchedOwner:
    """Somebody whom the facts name and the workspace does not know."""

    source: str
    owner_id: str
    rows: int
    tables: Mapping[str, int]
    last_on: date | None
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True)
class TableQuality:
    """How sound a table's data is.

    Args:
        rows: in the published version.
        newest_on: the latest event date; None where the table has no dates.
        loaded_at: when its newest row arrived.
        months: (month, rows) from the first to the last month with rows, gaps with 0.
        gaps: months without a single row between the first and the last.
        unusual: months whose volume lies far from that of the months around.
        duplicates: rows that differ from another only in their key and origin.
        missing: share of empty cells by column, in 0..1, where any is empty.
    """

    table: str
    rows: int
    newest_on: date | None
    loaded_at: datetime | None
    months: tuple[tuple[str, int], ...]
    gaps: tuple[str, ...]
    unusual: tuple[tuple[str, int, int], ...]  # month, rows, usual rows
    duplicates: int
    missing: Mapping[str, float]


@dataclass(frozen=True)
class MissingRate:
    """Amounts that cannot be converted: a currency and month without a rate."""

    currency: str
    month: str
    rows: int


@dataclass(frozen=True)
class UnknownCurrency:
    """A currency that rows carry and ISO 4217 does not know, or none at all (empty)."""

    table: str
    currency: str
    rows: int


@dataclass(frozen=True)
class QualityReport:
    """The state of the published facts."""

    snapshot: Snapshot
    tables: tuple[TableQuality, ...]
    unmatched: tuple[UnmatchedOwner, ...]
    unknown_currencies: tuple[UnknownCurrency, ...]
    missing_rates: tuple[MissingRate, ...]
    open_quarantine: int
