"""What this room hands to others: frozen values, never rows of the database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from vetta.engine.metrics.definitions import Definition, Direction, Kind, Unit
from vetta.engine.metrics.explaining import CalculationStep, Explanation
from vetta.engine.metrics.question import (
    Answer,
    Compared,
    Comparison,
    FxKind,
    Member,
    Question,
    Row,
)
from vetta.engine.metrics.world import TargetAmount
from vetta.kernel.problem import Problem

__all__ = [
    "Answer",
    "CalculationStep",
    "CatalogueEntry",
    "Compared",
    "Comparison",
    "Definition",
    "DefinitionVersion",
    "DimensionInfo",
    "Direction",
    "Drill",
    "DrillRow",
    "Explanation",
    "FxKind",
    "Kind",
    "Member",
    "Preview",
    "Question",
    "Row",
    "TargetAmount",
    "TargetRow",
    "Unit",
]


@dataclass(frozen=True, slots=True)
class DimensionInfo:
    """A dimension in the reader's language. ``named``: members have names beside their ids."""

    name: str
    title: str
    named: bool


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """One KPI in the reader's language, with what it can be split and filtered by.

    Args:
        columns: what a filter may name, with the type of each.
        parts: names of the KPIs that it is made of.
        is_own: whether this organisation defined it.
    """

    name: str
    title: str
    description: str
    kind: Kind
    unit: Unit
    direction: Direction
    category: str
    owner: str
    formula: str
    sources: tuple[str, ...]
    caveats: tuple[str, ...]
    version: int
    parts: tuple[str, ...]
    dimensions: tuple[DimensionInfo, ...]
    columns: Mapping[str, str]
    dated_by: str
    is_own: bool


@dataclass(frozen=True, slots=True)
class DrillRow:
    """One fact behind a figure.

    Args:
        values: the fact's columns that are not empty.
        contributions: what the row adds to each part of the figure, as decimal text.
    """

    source: str
    source_id: str
    happened_on: date | None
    person: str | None
    values: Mapping[str, Any]
    contributions: Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Drill:
    """A page of the facts behind a figure of one table.

    Args:
        table: the facts' table; ``tables`` are all that the figure reads.
        total: how many rows there are over all pages.
        sums: what all rows add up to, by part: the parts of the figure, exactly.
        distinct: parts that count different values; a value counts once.
    """

    metric: str
    table: str
    tables: tuple[str, ...]
    parts: tuple[str, ...]
    rows: tuple[DrillRow, ...]
    total: int
    page: int
    size: int
    sums: Mapping[str, str | None]
    distinct: tuple[str, ...]
    currency: str | None


@dataclass(frozen=True, slots=True)
class DefinitionVersion:
    """One version of a KPI: who made it, when, and whether it is the one in use."""

    definition: Definition
    is_active: bool
    created_at: datetime | None
    created_by: str | None


@dataclass(frozen=True, slots=True)
class Preview:
    """What a definition would answer now, or why it cannot."""

    answer: Answer | None
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class TargetRow:
    """One current target. ``amount`` is decimal text."""

    id: int
    subject_type: str
    subject_id: str
    metric: str
    starts_on: date
    ends_on: date
    amount: str
    currency: str | None
    origin: str
