"""A prepared change of one table as plain values, so that a journal can hold and repeat it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

BACK = "-back"
"""Ends the batch name of the commit that takes a batch's commit back."""


@dataclass(frozen=True, slots=True)
class FileAdd:
    """A data file that is written but not yet part of any version. ``path`` is relative."""

    path: str
    size: int
    rows: int
    month: str | None

    def as_json(self) -> list[Any]:
        return [self.path, self.size, self.rows, self.month]


@dataclass(frozen=True, slots=True)
class Counts:
    """What an upsert did to a table, in rows."""

    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    deleted: int = 0


@dataclass(frozen=True, slots=True)
class Change:
    """Files to add and to remove in one commit on top of ``base`` (None: the table is new).

    ``columns`` are the physical columns after the change, as (name, contract type) pairs.
    """

    table: str
    batch: str
    base: int | None
    adds: tuple[FileAdd, ...]
    removes: tuple[FileAdd, ...]
    columns: tuple[tuple[str, str], ...]
    counts: Counts

    @property
    def empty(self) -> bool:
        """Whether there is nothing to commit."""
        return not self.adds and not self.removes

    def as_json(self) -> dict[str, Any]:
        """Plain values for the journal; ``from_json`` reads them back."""
        counts = self.counts
        return {
            "table": self.table,
            "batch": self.batch,
            "base": self.base,
            "adds": [add.as_json() for add in self.adds],
            "removes": [remove.as_json() for remove in self.removes],
            "columns": [list(pair) for pair in self.columns],
            "counts": [counts.inserted, counts.updated, counts.unchanged, counts.deleted],
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Change:
        return cls(
            table=value["table"],
            batch=value["batch"],
            base=value["base"],
            adds=tuple(FileAdd(*add) for add in value["adds"]),
            removes=tuple(FileAdd(*remove) for remove in value["removes"]),
            columns=tuple((name, kind) for name, kind in value["columns"]),
            counts=Counts(*value["counts"]),
        )

    def reversed(self, base: int) -> Change:
        """The change that takes this one back, on top of version ``base``."""
        return Change(
            self.table, f"{self.batch}{BACK}", base, self.removes, self.adds, self.columns, Counts()
        )
