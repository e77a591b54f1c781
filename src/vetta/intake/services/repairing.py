"""Rows in quarantine: corrected by cell or by reason, sent again, or dropped on purpose."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping

import duckdb
import pyarrow as pa
from django.db import transaction

from vetta.adapters.files import ROW, SourceTable
from vetta.adapters.store import connect
from vetta.core import audit, clock
from vetta.core.access import Actor, require
from vetta.engine.schema.arrow import array_of
from vetta.engine.schema.physical import literal, quote
from vetta.intake.contracts import ImportResult
from vetta.intake.mapping import Mapping as MappingFile
from vetta.intake.mapping import read_mapping
from vetta.intake.models import (
    Batch,
    BatchKind,
    BatchState,
    QuarantinedCell,
    QuarantinedRow,
    RowState,
)
from vetta.intake.permissions import IMPORT
from vetta.intake.registry import ReceiveContext, schemas
from vetta.intake.selectors import get_batch
from vetta.intake.services import journal, running
from vetta.intake.services.locking import writer_lock
from vetta.intake.services.organisation import planned_time_zone
from vetta.intake.services.passage import Passage, no_progress
from vetta.intake.services.reporting import cells_of
from vetta.intake.staging.checking import RefusedRow
from vetta.intake.staging.section import FIX
from vetta.intake.staging.staged import Staged, stage
from vetta.kernel.problem import Problem, ProblemError

MAX_CELL = 10_000


def repair_row(row_id: int, fixes: Mapping[str, str], *, actor: Actor) -> QuarantinedRow:
    """Note the values that a person gave for a refused row: contract column → text.

    The row lands with the next ``resend_quarantine``. An empty text empties the cell; a column
    that is absent from ``fixes`` keeps the file's value.

    Raises:
        ProblemError: for a row that is not open, or a column that the mapping does not fill.
    """
    require(actor, IMPORT)
    with transaction.atomic():
        row = QuarantinedRow.objects.select_related("batch").filter(pk=row_id).first()
        if row is None or row.state != RowState.OPEN:
            raise ProblemError(
                Problem(
                    "intake.row_not_open",
                    "This row is not in quarantine any more.",
                    "Reload the page to see what is.",
                )
            )
        known = _columns(row)
        unknown = [name for name in fixes if name not in known]
        if unknown:
            raise ProblemError(
                Problem(
                    "intake.no_such_column",
                    f"{row.table} is not filled by a column {unknown[0]!r}.",
                    f"Its columns here are {', '.join(known)}.",
                    column=unknown[0],
                )
            )
        row.fixes = {name: value[:MAX_CELL] for name, value in fixes.items()}
        row.save(update_fields=["fixes"])
    return row


def repair_cells(
    batch_id: str,
    *,
    table: str,
    column: str,
    code: str,
    value: str,
    replacement: str,
    actor: Actor,
) -> int:
    """Give every open cell that was refused for one reason with one value the same new value.

    Returns:
        How many rows were noted.
    """
    require(actor, IMPORT)
    batch = get_batch(batch_id)
    cells = QuarantinedCell.objects.filter(
        refused__batch=batch,
        refused__state=RowState.OPEN,
        refused__table=table,
        column=column,
        code=code,
        value=value,
    ).select_related("refused")
    with transaction.atomic():
        rows = []
        for cell in cells:
            row = cell.refused
            row.fixes = {**row.fixes, column: replacement[:MAX_CELL]}
            rows.append(row)
        QuarantinedRow.objects.bulk_update(rows, ["fixes"], batch_size=500)
    return len(rows)


def drop_rows(batch_id: str, *, actor: Actor, row_ids: list[int] | None = None) -> int:
    """Give up refused rows of a batch, on purpose and on record; all open ones if None.

    Returns:
        How many were dropped.
    """
    require(actor, IMPORT)
    batch = get_batch(batch_id)
    with transaction.atomic():
        rows = batch.quarantine.filter(state=RowState.OPEN)
        if row_ids is not None:
            rows = rows.filter(pk__in=row_ids)
        count = rows.update(state=RowState.DROPPED)
        if count:
            audit.record(
                "intake.rows_dropped",
                actor=actor,
                subject=audit.Subject("intake.batch", batch.pk, str(batch)),
                changes={"rows": (None, count)},
            )
    return count


def resend_quarantine(
    batch_id: str,
    *,
    actor: Actor,
    row_ids: list[int] | None = None,
    progress: Callable[[str, int, int | None], None] | None = None,
) -> ImportResult:
    """Send the open rows of a batch again, with the values that were given for them.

    Rows that are sound now land as a batch of their own; the others stay in quarantine with the
    reasons that hold now.

    Raises:
        ProblemError: ``intake.nothing_to_resend``.
    """
    require(actor, IMPORT)
    with writer_lock():
        journal.recover()
        batch = get_batch(batch_id)
        rows = batch.quarantine.filter(state=RowState.OPEN).exclude(cells={})
        if row_ids is not None:
            rows = rows.filter(pk__in=row_ids)
        found = list(rows.order_by("pk"))
        if batch.state != BatchState.FINISHED or not found:
            raise ProblemError(
                Problem(
                    "intake.nothing_to_resend",
                    "There are no rows that can be sent again.",
                    "Lines that could not be read come back with the corrected file.",
                )
            )
        return _resend(batch, found, actor, progress or no_progress)


def _resend(
    parent: Batch,
    rows: list[QuarantinedRow],
    actor: Actor,
    progress: Callable[[str, int, int | None], None],
) -> ImportResult:
    now = clock.now()
    mapping = read_mapping(parent.mapping_text)
    batch = Batch.objects.create(
        pk=journal.new_batch_id(now),
        kind=BatchKind.RESEND,
        parent=parent,
        source=parent.source,
        title=str(parent)[:200],
        files=parent.files,
        mapping=parent.mapping,
        mapping_text=parent.mapping_text,
        actor=actor.user,
        actor_label=actor.label[:200],
        started_at=now,
    )
    folder = journal.staging_folder(batch.pk)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with connect(temporary=folder / "spill") as connection:
            passage = Passage(
                batch.pk,
                batch.source,
                actor,
                False,
                mapping.model_copy(update={"error_share": 1.0}),
                connection,
                folder,
                progress,
                batch,
                ReceiveContext(batch.pk, batch.source, actor.user, now),
            )
            return _run(passage, rows)
    except BaseException as error:
        batch.refresh_from_db()
        if batch.state == BatchState.CHECKING:
            found = error.problems[0] if isinstance(error, ProblemError) else None
            journal.abandon(batch, found)
        raise
    finally:
        if Batch.objects.get(pk=batch.pk).state != BatchState.COMMITTING:
            shutil.rmtree(folder, ignore_errors=True)


def _run(passage: Passage, rows: list[QuarantinedRow]) -> ImportResult:
    sources, relations = _relations(passage, rows)
    staged = stage(
        passage.connection,
        passage.mapping,
        schemas(),
        sources,
        planned_time_zone(passage.mapping),
        passage.progress,
        relations,
    )
    by_place = {(row.table, row.section, row.row): row for row in rows}
    return _land(passage, staged, by_place)


def _land(
    passage: Passage,
    staged: Staged,
    by_place: dict[tuple[str, int, int], QuarantinedRow],
) -> ImportResult:
    def landed() -> dict[str, list[int]]:
        # Asked when the receivers have had their say, just before the journal is written: the
        # rows leave the quarantine in the transaction that makes their facts visible.
        refused = _refused(staged)
        numbers = [row.pk for place, row in by_place.items() if place not in refused]
        return {RowState.LANDED.value: sorted(numbers)}

    result = running.land(passage, staged, settled=landed)
    refused = _refused(staged)
    with transaction.atomic():
        for place, row in by_place.items():
            if place in refused:
                row.reasons.all().delete()
                QuarantinedCell.objects.bulk_create(cells_of(row, refused[place]))
    return result


def _refused(staged: Staged) -> dict[tuple[str, int, int], RefusedRow]:
    """The rows that may not land even now, by table, section of the mapping and row."""
    return {
        (name, _section(staged, name, number), row.row): row
        for name, table in staged.tables.items()
        for number, row in table.refused
    }


def _section(staged: Staged, table: str, number: int) -> int:
    """The number of a section in the mapping; sections without repaired rows are not staged."""
    return staged.numbers[table][number]


def _relations(
    passage: Passage, rows: list[QuarantinedRow]
) -> tuple[dict[str, SourceTable], dict[tuple[str, int], str]]:
    """The rows as DuckDB tables in the place of their files, by (table, section)."""
    mapping, connection = passage.mapping, passage.connection
    sources: dict[str, SourceTable] = {}
    relations: dict[tuple[str, int], str] = {}
    grouped: dict[tuple[str, int], list[QuarantinedRow]] = {}
    for row in rows:
        grouped.setdefault((row.table, row.section), []).append(row)
    for (table, number), members in grouped.items():
        section = mapping.tables[table][number]
        aliases = {join.name: join.file for join in section.join}
        names: dict[str, None] = {}
        for row in members:
            names.update(dict.fromkeys(row.cells))
        name = f"repaired {table} {number}"
        _make_table(connection, name, members, list(names), aliases)
        relations[table, number] = quote(name)
        own = tuple(n for n in names if n.partition(".")[0] not in aliases)
        _add_source(sources, section.from_, members[0].file, own)
        for alias, file in aliases.items():
            joined = tuple(n.partition(".")[2] for n in names if n.partition(".")[0] == alias)
            _add_source(sources, file, file, joined)
    return sources, relations


def _add_source(
    sources: dict[str, SourceTable], name: str, file: str, columns: tuple[str, ...]
) -> None:
    before = sources[name].columns if name in sources else ()
    every = tuple(dict.fromkeys((*before, *columns)))
    sources[name] = SourceTable(name, file, "", every, 0)


def _make_table(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    rows: list[QuarantinedRow],
    names: list[str],
    aliases: Mapping[str, str],
) -> None:
    table = pa.table(
        {
            ROW: array_of([row.row for row in rows], pa.int64()),
            FIX: array_of([json.dumps(row.fixes) for row in rows], pa.string()),
            "cells": array_of([json.dumps(row.cells) for row in rows], pa.string()),
        }
    )

    def cell(key: str) -> str:
        pointer = "/" + key.replace("~", "~0").replace("/", "~1")
        return f"json_extract_string(cells, {literal(pointer)})"

    own = [n for n in names if n.partition(".")[0] not in aliases]
    columns = [f"{cell(n)} AS {quote(n)}" for n in own]
    for alias in aliases:
        fields = [n for n in names if n.partition(".")[0] == alias]
        packed = ", ".join(f"{quote(n.partition('.')[2])} := {cell(n)}" for n in fields)
        columns.append(f"struct_pack({packed or 'nothing := NULL'}) AS {quote(alias)}")
    connection.register("__arriving", table)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {quote(name)} AS "
        f"SELECT {ROW}, {FIX}, {', '.join(columns)} FROM __arriving"
    )
    connection.unregister("__arriving")


def _columns(row: QuarantinedRow) -> list[str]:
    mapping: MappingFile = read_mapping(row.batch.mapping_text)
    section = mapping.tables[row.table][row.section]
    return [*section.columns, *(f"custom__{name}" for name in section.custom)]
