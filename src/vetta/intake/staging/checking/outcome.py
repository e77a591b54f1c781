"""What checking a section gives: rows that may land, and why others may not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from vetta.intake.staging.reasons import refusal
from vetta.intake.staging.section import CompiledSection
from vetta.kernel.problem import Problem

BAD = "__bad"
ODD = "__odd"


@dataclass(frozen=True)
class RefusedCell:
    """One cell that may not land, in the contract's column, with its raw value."""

    column: str
    value: str | None
    code: str


@dataclass(frozen=True)
class RefusedRow:
    """One row that may not land: all its raw cells, so that it can be repaired and sent again."""

    file: str
    row: int
    cells: dict[str, str | None]
    reasons: tuple[RefusedCell, ...]
    whole: Problem | None = None  # where the line could not be read, or a receiver refused it
    key: str = ""

    def problems(self) -> Iterator[Problem]:
        if self.whole is not None:
            yield self.whole
            return
        for cell in self.reasons:
            yield refusal(cell.code, self.file, self.row, cell.column, cell.value)


@dataclass
class CheckedSection:
    """The outcome of one section.

    Args:
        rows: name of a DuckDB table: ``__row``, ``source_id``, columns, ``event_month``, ``__bad``.
        read: rows that belong to the table (after ``where`` and ``distinct``).
    """

    section: CompiledSection
    rows: str
    read: int
    refused: list[RefusedRow] = field(default_factory=list)
    notices: list[Problem] = field(default_factory=list)

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.section.columns]
