"""The workspace's tables of a batch: checked by their receivers, tried, refused rows kept."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import duckdb
from django.db import transaction

from vetta.adapters.files import ROW
from vetta.engine.schema import EVENT_MONTH
from vetta.engine.schema.physical import literal, quote
from vetta.intake.registry import receivers
from vetta.intake.services import journal
from vetta.intake.services.passage import Passage
from vetta.intake.staging.checking import BAD, ODD, RefusedCell, RefusedRow
from vetta.intake.staging.staged import Staged, StagedTable
from vetta.kernel.problem import Problem, Severity


def check_workspace(passage: Passage, staged: Staged) -> dict[str, list[dict[str, Any]]]:
    """Ask each receiver about its rows; those that it refuses go to the quarantine."""
    rows_by_table = {}
    for name, receiver in receivers().items():
        table = staged.tables.get(name)
        if table is None:
            continue
        rows = _typed_rows(passage.connection, table)
        problems = receiver.check(rows, context=passage.context)
        refused = {p.row for p in problems if p.severity is Severity.ERROR and p.row is not None}
        _quarantine_refused(passage, table, rows, problems)
        staged.problems += [
            replace(
                p,
                row=None if p.row is None else int(rows[p.row]["__row"]),
                file=p.file or table.sections[0].section.file,
            )
            for p in problems
            if p.severity is not Severity.ERROR or p.row is None
        ]
        rows_by_table[name] = [row for i, row in enumerate(rows) if i not in refused]
    return rows_by_table


def _typed_rows(connection: duckdb.DuckDBPyConnection, table: StagedTable) -> list[dict[str, Any]]:
    parts = [
        f"SELECT {number} AS __section, * EXCLUDE ({BAD}, {ODD}, {EVENT_MONTH}, source_id) "
        f"FROM {quote(section.rows)} WHERE NOT {BAD}"
        for number, section in enumerate(table.sections)
    ]
    query = " UNION ALL BY NAME ".join(parts)
    return journal.dictionaries(connection, f"SELECT * FROM ({query}) ORDER BY __section, {ROW}")


def _quarantine_refused(
    passage: Passage,
    table: StagedTable,
    rows: list[dict[str, Any]],
    problems: list[Problem],
) -> None:
    by_section: dict[int, dict[int, list[Problem]]] = {}
    for problem in problems:
        if problem.severity is Severity.ERROR and problem.row is not None:
            row = rows[problem.row]
            found = by_section.setdefault(row["__section"], {})
            found.setdefault(int(row[ROW]), []).append(problem)
    for number, found in by_section.items():
        checked = table.sections[number]
        section = checked.section
        numbers = ", ".join(str(row) for row in found)
        names = ", ".join(
            f"{literal(n)}, CAST({section.cell_sql(n)} AS VARCHAR)" for n in section.cell_names
        )
        passage.connection.execute(
            f"UPDATE {quote(checked.rows)} SET {BAD} = true WHERE {ROW} IN ({numbers})"
        )
        raw = passage.connection.execute(
            f"SELECT row, any_value(cells) FROM (SELECT __base.{ROW} AS row, "
            f"json_object({names}) AS cells {section.from_sql}) WHERE row IN ({numbers}) "
            f"GROUP BY row ORDER BY row"
        ).fetchall()
        for row, cells in raw:
            checked.refused.append(_refused(section.file, row, json.loads(cells), found[row]))


def _refused(
    file: str, row: int, cells: dict[str, str | None], problems: list[Problem]
) -> RefusedRow:
    first = replace(problems[0], file=file, row=row)
    reasons = tuple(RefusedCell(p.column or "", None, p.code) for p in problems[:1])
    return RefusedRow(file, row, cells, reasons, first)


class _RolledBack(Exception):
    """Ends a trial."""


def try_workspace(
    passage: Passage, workspace: dict[str, list[dict[str, Any]]]
) -> dict[str, dict[str, int]]:
    """What the receivers would do: done in a transaction that is rolled back."""
    counted = {}
    known = receivers()
    try:
        with transaction.atomic():
            for name, rows in workspace.items():
                counted[name] = known[name].apply(_plain(rows), context=passage.context)
            raise _RolledBack
    except _RolledBack:
        pass
    return counted


def _plain(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: v for name, v in row.items() if name != "__section"} for row in rows]
