"""Run an import: read, check, prepare, journal, commit, report."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
from django.db import transaction

from vetta.adapters.files import ROW
from vetta.adapters.store import Change, connect
from vetta.adapters.store.upsert import count_upsert, prepare_upsert
from vetta.core import audit, clock
from vetta.core.access import Actor, require
from vetta.engine.schema import COMMON_COLUMNS, EVENT_MONTH, FACT_TABLES, ColumnType
from vetta.engine.schema.physical import literal, quote
from vetta.intake.contracts import ImportResult, TableResult
from vetta.intake.mapping import Mapping, dump_mapping
from vetta.intake.mapping.reading import check_tables
from vetta.intake.models import (
    Batch,
    BatchKind,
    BatchState,
    KeptMapping,
    QuarantinedCell,
    QuarantinedRow,
    RowState,
)
from vetta.intake.permissions import IMPORT
from vetta.intake.registry import ReceiveContext, receivers, schemas
from vetta.intake.services import journal
from vetta.intake.services.locking import writer_lock
from vetta.intake.services.organisation import (
    apply_organisation,
    check_organisation,
    planned_time_zone,
)
from vetta.intake.staging.balancing import COPIED, balance
from vetta.intake.staging.checking import BAD, ODD, RefusedCell, RefusedRow
from vetta.intake.staging.sources import Delivery, open_delivery, read_sources
from vetta.intake.staging.staged import Staged, StagedTable, over_error_share, stage
from vetta.kernel.problem import Problem, ProblemError, Severity

Progress = Callable[[str, int, int | None], None]
LISTED = 1_000
"""A report lists this many refused cells; the quarantine holds them all."""


def no_progress(_step: str, _done: int, _total: int | None) -> None:
    """Tells nobody."""


@dataclass
class Passage:
    """One passage through the door, while it lasts."""

    batch_id: str
    source: str
    actor: Actor
    dry_run: bool
    mapping: Mapping
    connection: duckdb.DuckDBPyConnection
    folder: Path
    progress: Progress
    batch: Batch | None
    context: ReceiveContext


def run_import(
    paths: Iterable[Path | str],
    mapping: Mapping,
    *,
    actor: Actor,
    source: str | None = None,
    dry_run: bool = False,
    progress: Progress | None = None,
    kept: KeptMapping | None = None,
    title: str = "",
    error_share: float | None = None,
) -> ImportResult:
    """Bring files in.

    Args:
        paths: files, folders or archives.
        source: in place of the mapping's own.
        dry_run: check and count only; nothing is written.
        progress: called with (step, done, total) from time to time; what it raises stops the
            import as long as nothing is committed.
        kept: the kept mapping that ``mapping`` was read from.
        error_share: in place of the mapping's own.

    Raises:
        NotAllowed: the actor may not import.
    """
    require(actor, IMPORT)
    if source is not None:
        mapping = mapping.model_copy(update={"source": source})
    if error_share is not None:
        mapping = mapping.model_copy(update={"error_share": error_share})
    told = progress or no_progress
    found = [Path(path) for path in paths]
    problems = [*check_tables(mapping, schemas()), *check_organisation(mapping)]
    if problems:
        return ImportResult(None, {}, tuple(problems), dry_run, landed_nothing=True)
    if dry_run:
        return _passage(found, mapping, actor, True, told, kept, title)
    with writer_lock(waiting=lambda: told("waiting", 0, None)):
        journal.recover()
        return _passage(found, mapping, actor, False, told, kept, title)


def _passage(
    paths: list[Path],
    mapping: Mapping,
    actor: Actor,
    dry_run: bool,
    progress: Progress,
    kept: KeptMapping | None,
    title: str,
) -> ImportResult:
    now = clock.now()
    batch_id = journal.new_batch_id(now)
    batch = None
    if not dry_run:
        batch = Batch.objects.create(
            pk=batch_id,
            source=mapping.source,
            title=title[:200],
            files=[path.name for path in paths],
            mapping=kept,
            mapping_text=dump_mapping(mapping),
            actor=actor.user,
            actor_label=actor.label[:200],
            started_at=now,
        )
    folder = journal.staging_folder(batch_id)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with connect(temporary=folder / "spill") as connection:
            context = ReceiveContext(batch_id, mapping.source, actor.user, now)
            passage = Passage(
                batch_id,
                mapping.source,
                actor,
                dry_run,
                mapping,
                connection,
                folder,
                progress,
                batch,
                context,
            )
            return _run(passage, paths)
    except BaseException as error:
        _leave(batch, error)
        raise
    finally:
        if dry_run:
            shutil.rmtree(folder, ignore_errors=True)


def _leave(batch: Batch | None, error: BaseException) -> None:
    """Clear away after a failure, unless the journal says that the batch is to be finished."""
    if batch is None:
        return
    batch.refresh_from_db()
    if batch.state != BatchState.CHECKING:
        return
    message = str(error) or type(error).__name__
    journal.abandon(
        batch,
        Problem(
            "intake.stopped",
            f"The import stopped before anything was written: {message[:300]}",
            "Start it again.",
        ),
    )


def _run(passage: Passage, paths: list[Path]) -> ImportResult:
    try:
        delivery = open_delivery(paths, passage.folder)
        if not delivery.files:
            raise ProblemError(
                Problem(
                    "intake.nothing_to_read",
                    "There are no files to read.",
                    "Name a file, a folder or an archive that holds some.",
                )
            )
    except ProblemError as error:
        return reject(passage, Staged(problems=list(error.problems)))
    return _check_and_land(passage, delivery)


def _check_and_land(passage: Passage, delivery: Delivery) -> ImportResult:
    sources, problems = read_sources(
        passage.connection, passage.mapping, delivery, passage.folder, passage.progress
    )
    staged = stage(
        passage.connection,
        passage.mapping,
        schemas(),
        sources,
        planned_time_zone(passage.mapping),
        passage.progress,
    )
    staged.problems = [*problems, *staged.problems]
    used = {sources[name].file for name in sources}
    return land(passage, staged, used)


def land(passage: Passage, staged: Staged, files: set[str] | None = None) -> ImportResult:
    """Bring what was checked into the store and the workspace, or say why nothing may land."""
    if staged.failed:
        return reject(passage, staged)
    staged.problems += _conflicts(staged)
    if staged.failed:
        return reject(passage, staged)
    workspace = _check_workspace(passage, staged)
    over = over_error_share(staged, passage.mapping.error_share)
    if over:
        staged.problems = [*over, *staged.problems]
        return reject(passage, staged)
    if not any(table.read for table in staged.tables.values()):
        staged.problems.append(
            Problem(
                "intake.nothing_to_read",
                "The files hold no rows.",
                "Check that the export was not empty, and where: in the mapping.",
            )
        )
        return reject(passage, staged)
    changes, results = _prepare_facts(passage, staged)
    for name in workspace:
        results[name] = TableResult(
            read=staged.tables[name].read, quarantined=staged.tables[name].refused_count
        )
    if passage.dry_run:
        counted = _try_workspace(passage, workspace)
        results |= {name: replace(results[name], **counts) for name, counts in counted.items()}
        return report(None, results, staged, dry_run=True)
    return _commit(passage, staged, changes, results, workspace, files or set())


# -- the workspace's tables -----------------------------------------------------------------


def _check_workspace(passage: Passage, staged: Staged) -> dict[str, list[dict[str, Any]]]:
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


def _try_workspace(
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


# -- the fact tables ------------------------------------------------------------------------


def _prepare_facts(passage: Passage, staged: Staged) -> tuple[list[Change], dict[str, TableResult]]:
    changes, results = [], {}
    tables = [name for name in FACT_TABLES if name in staged.tables]
    _balance(passage, staged)
    for done, name in enumerate(tables):
        passage.progress("writing", done, len(tables))
        change, result = _prepare_table(passage, staged.tables[name])
        if not change.empty:
            changes.append(change)
        results[name] = result
    passage.progress("writing", len(tables), len(tables))
    return changes, results


def _prepare_table(passage: Passage, table: StagedTable) -> tuple[Change, TableResult]:
    facts = journal.store()
    base = facts.version(table.name)
    columns = _columns_of(table)
    view = f"landing {table.name}"
    _make_view(passage, table, columns, view)
    balanced = 0
    if _balance_section(table) is not None:
        balanced = _count(passage.connection, "balancing_lines")
    prepare = count_upsert if passage.dry_run else prepare_upsert
    change = prepare(facts, passage.connection, table.name, base, view, columns, passage.batch_id)
    counts = change.counts
    return change, TableResult(
        read=table.read,
        inserted=counts.inserted,
        updated=counts.updated,
        unchanged=counts.unchanged,
        quarantined=table.refused_count,
        balanced=balanced,
        version=base,
    )


def _columns_of(table: StagedTable) -> dict[str, ColumnType]:
    """The physical columns that the batch speaks of, in the contract's order."""
    mapped: dict[str, ColumnType] = {}
    for section in table.sections:
        for column in section.section.columns:
            mapped[column.name] = column.column.type
    if _balance_section(table) is not None:
        # The balancing lines take these from their heads, whatever the lines' own file holds.
        mapped |= {name: table.schema.column(name).type for name in ("type", *COPIED)}
    common = {column.name: column.type for column in COMMON_COLUMNS}
    ordered = {c.name: c.type for c in table.schema if c.name in mapped}
    custom = {name: kind for name, kind in mapped.items() if name not in ordered}
    return {**ordered, **common, **custom}


def _conflicts(staged: Staged) -> list[Problem]:
    facts = journal.store()
    return [
        problem
        for name, table in staged.tables.items()
        if name in FACT_TABLES
        for problem in _custom_conflicts(
            facts.columns(name, facts.version(name)), _columns_of(table), table
        )
    ]


def _custom_conflicts(
    stored: dict[str, ColumnType], columns: dict[str, ColumnType], table: StagedTable
) -> list[Problem]:
    same = {ColumnType.RATIO: ColumnType.NUMBER}
    return [
        Problem(
            "intake.custom_type",
            f"{table.name}: the custom attribute {name.removeprefix('custom__')!r} holds "
            f"{stored[name].value}, not {kind.value}.",
            "Give it the type that it has, or another name.",
            column=name,
        )
        for name, kind in columns.items()
        if name in stored and same.get(stored[name], stored[name]) != same.get(kind, kind)
    ]


def _make_view(
    passage: Passage, table: StagedTable, columns: dict[str, ColumnType], view: str
) -> None:
    good = table.good_rows()
    if _balance_section(table) is not None:
        good = (
            f"SELECT * FROM ({good}) WHERE source_id NOT IN "
            f"(SELECT source_id FROM balancing_lines) "
            f"UNION ALL BY NAME SELECT * FROM balancing_lines"
        )
    given = {
        "source": literal(passage.source),
        "batch_id": literal(passage.batch_id),
        "ingested_at": f"TIMESTAMPTZ {literal(passage.context.known_at.isoformat())}",
    }
    listed = ", ".join(
        f"{given[name]} AS {quote(name)}" if name in given else quote(name) for name in columns
    )
    passage.connection.execute(
        f"CREATE OR REPLACE TEMP VIEW {quote(view)} AS SELECT {listed}, {EVENT_MONTH} FROM ({good})"
    )


def _balance_section(table: StagedTable) -> Any:
    for section in table.sections:
        if section.section.mapping.balance is not None:
            return section.section
    return None


def _balance(passage: Passage, staged: Staged) -> None:
    lines = staged.tables.get("order_lines")
    section = None if lines is None else _balance_section(lines)
    if lines is None or section is None:
        return
    connection = passage.connection
    views = {}
    for name in ("orders", "order_lines"):
        table = staged.tables.get(name)
        if table is not None:
            connection.execute(
                f"CREATE OR REPLACE TEMP TABLE {quote('arriving ' + name)} AS {table.good_rows()}"
            )
            views[name] = f"arriving {name}"
    facts = journal.store()
    outcome = balance(
        connection,
        facts,
        passage.source,
        (facts.version("orders"), facts.version("order_lines")),
        views.get("orders"),
        views.get("order_lines"),
        section.mapping.balance.events,
        section.file,
    )
    staged.problems += outcome.problems


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM {quote(table)}").fetchone()
    assert row is not None
    return int(row[0])


# -- the end --------------------------------------------------------------------------------


def _commit(
    passage: Passage,
    staged: Staged,
    changes: list[Change],
    results: dict[str, TableResult],
    workspace: dict[str, list[dict[str, Any]]],
    files: set[str],
) -> ImportResult:
    batch = passage.batch
    assert batch is not None
    saved = _save_workspace(passage, staged, workspace)
    settled = _settled(passage, staged, files)
    passage.progress("committing", 0, None)
    with transaction.atomic():
        if batch.kind != BatchKind.RESEND:
            quarantine(batch, staged)
        batch.tables = {name: result.as_json() for name, result in results.items()}
        batch.problems = [p.as_json() for p in listed(staged)]
        batch.journal = {
            "changes": [change.as_json() for change in changes],
            "workspace": saved,
            "settled": settled,
        }
        batch.state = BatchState.COMMITTING
        batch.save(update_fields=["tables", "problems", "journal", "state"])
        # The organisation's settings come first: they are what the rows are read against.
        staged.problems += apply_organisation(passage.mapping, actor=passage.actor)
    try:
        journal.complete(batch, actor=passage.actor)
    except ProblemError as error:
        staged.problems = [*error.problems, *staged.problems]
        return report(batch.pk, results, staged, landed_nothing=True)
    final = {
        name: TableResult(**{"version": None, **counts}) for name, counts in batch.tables.items()
    }
    return report(batch.pk, final, staged)


def _save_workspace(
    passage: Passage, staged: Staged, workspace: dict[str, list[dict[str, Any]]]
) -> list[tuple[str, str]]:
    saved = []
    for name in workspace:
        path = passage.folder / f"workspace-{name}.parquet"
        good = staged.tables[name].good_rows()
        passage.connection.execute(
            f"COPY (SELECT * EXCLUDE ({EVENT_MONTH}, source_id) FROM ({good}) ORDER BY {ROW}) "
            f"TO {literal(str(path))} (FORMAT parquet)"
        )
        saved.append((name, str(path)))
    return saved


def _settled(passage: Passage, staged: Staged, files: set[str]) -> dict[str, list[int]]:
    """Open rows of earlier batches of the source that this one brings in a sound form."""
    cleared: list[int] = []
    for name, table in staged.tables.items():
        if passage.batch is not None and passage.batch.kind == BatchKind.RESEND:
            continue
        open_rows = QuarantinedRow.objects.filter(
            table=name, state=RowState.OPEN, batch__source=passage.source
        ).exclude(batch__state__in=[BatchState.FAILED, BatchState.REJECTED])
        waiting = list(open_rows.values_list("pk", "key", "file"))
        if not waiting:
            continue
        passage.connection.execute(
            "CREATE OR REPLACE TEMP TABLE __waiting (pk BIGINT, key VARCHAR)"
        )
        passage.connection.executemany(
            "INSERT INTO __waiting VALUES (?, ?)", [(pk, key) for pk, key, _ in waiting]
        )
        found = passage.connection.execute(
            f"SELECT w.pk FROM __waiting w SEMI JOIN ({table.good_rows()}) g "
            f"ON g.source_id = w.key WHERE w.key <> ''"
        ).fetchall()
        cleared += [row[0] for row in found]
        if not table.unreadable:
            # A line that could not be read has no key: the whole file reads soundly now.
            cleared += [pk for pk, key, file in waiting if not key and file in files]
    return {RowState.CLEARED.value: sorted(set(cleared))}


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


def reject(passage: Passage, staged: Staged) -> ImportResult:
    """End a passage in which nothing may land."""
    results = {
        name: TableResult(read=table.read, quarantined=table.refused_count)
        for name, table in staged.tables.items()
    }
    batch = passage.batch
    if batch is not None:
        with transaction.atomic():
            batch.state = BatchState.REJECTED
            batch.finished_at = clock.now()
            batch.tables = {name: result.as_json() for name, result in results.items()}
            batch.problems = [p.as_json() for p in listed(staged)]
            batch.save(update_fields=["state", "finished_at", "tables", "problems"])
            audit.record(
                "intake.import_refused",
                actor=passage.actor,
                subject=audit.Subject("intake.batch", batch.pk, str(batch)),
                changes={"source": (None, batch.source)},
            )
        shutil.rmtree(passage.folder, ignore_errors=True)
    batch_id = None if batch is None else batch.pk
    return report(batch_id, results, staged, passage.dry_run, landed_nothing=True)


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
