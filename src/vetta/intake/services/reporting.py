"""What a passage leaves behind for people: the report and the quarantine."""

from __future__ import annotations

from dataclasses import replace

from vetta.intake.contracts import ImportResult, TableResult
from vetta.intake.models import (
    Batch,
    QuarantinedCell,
    QuarantinedRow,
)
from vetta.intake.staging.checking import RefusedRow
from vetta.intake.staging.staged import Staged
from vetta.kernel.problem import Problem, Severity

LISTED = 1_000
"""A report lists this many refused cells; the quarantine holds them all."""


def quarantine(batch: Batch, staged: Staged) -> None:
    """Keep every refused row with its cells and reasons."""
    rows: list[QuarantinedRow] = []
    reasons: list[tuple[QuarantinedRow, RefusedRow]] = []
    for name, table in staged.tables.items():
        for section, refused in table.refused:
            row = QuarantinedRow(
                batch=batch,
                table=name,
                section=staged.numbers[name][section],
                file=refused.file[:255],
                row=refused.row,
                key=(refused.key or "")[:300],
                cells=refused.cells,
            )
            rows.append(row)
            reasons.append((row, refused))
    QuarantinedRow.objects.bulk_create(rows, batch_size=500)
    QuarantinedCell.objects.bulk_create(
        [cell for row, refused in reasons for cell in cells_of(row, refused)], batch_size=500
    )


def cells_of(row: QuarantinedRow, refused: RefusedRow) -> list[QuarantinedCell]:
    """The reasons of a refused row as they are kept."""
    whole = refused.whole
    return [
        QuarantinedCell(
            refused=row,
            column=cell.column[:100],
            value=(cell.value or "")[:500],
            code=cell.code,
            message="" if whole is None else whole.message[:1000],
            hint="" if whole is None else whole.hint[:1000],
        )
        for cell in refused.reasons
    ]


def listed(staged: Staged) -> list[Problem]:
    """The problems of a report: what concerns everything first, then single cells, bounded."""
    problems = list(staged.problems)
    total = sum(table.refused_count for table in staged.tables.values())
    shown = 0
    for table in staged.tables.values():
        for _, refused in table.refused:
            if shown >= LISTED:
                break
            for problem in refused.problems():
                problems.append(problem)
                shown += 1
    if shown >= LISTED and total > LISTED:
        problems.append(
            Problem(
                "intake.more_problems",
                f"{total} rows are refused in all; the first {LISTED} reasons are listed.",
                "The quarantine of the batch holds every row with its reason.",
                Severity.NOTICE,
                details={"rows": total},
            )
        )
    return problems


def report(
    batch_id: str | None,
    results: dict[str, TableResult],
    staged: Staged,
    dry_run: bool = False,
    *,
    landed_nothing: bool = False,
) -> ImportResult:
    """The result of a passage. Where nothing landed, no table counts rows as landed."""
    if landed_nothing:
        results = {
            name: replace(result, inserted=0, updated=0, unchanged=0)
            for name, result in results.items()
        }
    return ImportResult(batch_id, results, tuple(listed(staged)), dry_run, landed_nothing)
