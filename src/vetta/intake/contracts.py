"""What this room hands to others: frozen values, never rows of the database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from vetta.kernel.problem import Problem, Severity


class Outcome(StrEnum):
    """How an import ended."""

    LANDED = "landed"  # every row landed or was unchanged
    PARTLY = "partly"  # some rows are in quarantine
    NOTHING = "nothing"  # nothing landed, or there was nothing to read


EXIT_CODES = {Outcome.LANDED: 0, Outcome.PARTLY: 3, Outcome.NOTHING: 2}


@dataclass(frozen=True)
class TableResult:
    """What an import did to one table, in rows.

    Args:
        read: rows of the files that belong to the table.
        balanced: lines that the import added so that lines equal their heads; they are among
            ``inserted``, ``updated`` and ``unchanged`` but not among ``read``.
        version: the Delta version that now holds the rows; None for the workspace's tables.
    """

    read: int = 0
    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    quarantined: int = 0
    balanced: int = 0
    version: int | None = None

    @property
    def landed(self) -> int:
        return self.inserted + self.updated + self.unchanged

    def as_json(self) -> dict[str, int | None]:
        """The form of the command line and the API."""
        shown: dict[str, int | None] = {
            "read": self.read,
            "inserted": self.inserted,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "quarantined": self.quarantined,
            "version": self.version,
        }
        if self.balanced:
            shown["balanced"] = self.balanced
        return shown


@dataclass(frozen=True)
class ImportResult:
    """The report of an import or of a dry run."""

    batch: str | None
    tables: Mapping[str, TableResult]
    problems: tuple[Problem, ...]
    dry_run: bool = False
    landed_nothing: bool = False

    @property
    def outcome(self) -> Outcome:
        landed = sum(table.landed for table in self.tables.values())
        if self.landed_nothing or landed == 0:
            return Outcome.NOTHING
        if any(table.quarantined for table in self.tables.values()):
            return Outcome.PARTLY
        return Outcome.LANDED

    @property
    def exit_code(self) -> int:
        """Of the command line: 0 all landed, 3 some in quarantine, 2 nothing landed."""
        return EXIT_CODES[self.outcome]

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(p for p in self.problems if p.severity is Severity.ERROR)

    def as_json(self) -> dict[str, Any]:
        return {
            "batch": self.batch,
            "tables": {name: table.as_json() for name, table in self.tables.items()},
            "problems": [problem.as_json() for problem in self.problems],
        }


@dataclass(frozen=True)
class BatchView:
    """One line of the list of batches."""

    id: str
    kind: str
    state: str
    source: str
    title: str
    files: tuple[str, ...]
    started_at: datetime
    finished_at: datetime | None
    actor: str
    tables: Mapping[str, TableResult]
    quarantined_open: int
    can_undo: bool
    undone_by: str | None
    undoes: str | None

    @property
    def rows_changed(self) -> int:
        return sum(table.inserted + table.updated for table in self.tables.values())


@dataclass(frozen=True)
class ReasonView:
    """Cells in quarantine that share a reason: one line of *repair by reason*."""

    table: str
    column: str
    code: str
    message: str
    hint: str
    rows: int
    values: tuple[tuple[str, int], ...] = field(default=())  # commonest values and their counts


@dataclass(frozen=True)
class RefusedCellView:
    column: str
    value: str
    code: str
    message: str
    hint: str


@dataclass(frozen=True)
class RefusedRowView:
    """One row in quarantine. ``fixes``: contract column → the value that a person gave."""

    id: int
    table: str
    file: str
    row: int
    state: str
    cells: Mapping[str, str | None]
    fixes: Mapping[str, str]
    reasons: tuple[RefusedCellView, ...]
    can_repair: bool


@dataclass(frozen=True)
class Suggestion:
    """A mapping to start from.

    Args:
        text: the mapping as YAML.
        problems: what is still open, such as dates that can be read in two ways.
        columns: per file, its columns with example values, for the page.
    """

    text: str
    problems: tuple[Problem, ...]
    columns: Mapping[str, tuple[SourceColumn, ...]]


@dataclass(frozen=True)
class SourceColumn:
    """A column of a file: its name, some values, and the contract column that it may be."""

    name: str
    examples: tuple[str, ...]
    table: str | None
    column: str | None
    certainty: float  # 0..1


@dataclass(frozen=True)
class MappingView:
    """A mapping kept in the workspace; ``version`` counts from 1."""

    name: str
    version: int
    source: str
    text: str
    created_at: datetime
    created_by: str
