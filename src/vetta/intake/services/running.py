"""Run an import: read, check, prepare, journal, commit, report."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.db import transaction

from vetta.adapters.files import ROW
from vetta.adapters.store import Change, connect
from vetta.core import audit, clock
from vetta.core.access import Actor, require
from vetta.engine.schema import EVENT_MONTH
from vetta.engine.schema.physical import literal
from vetta.intake.contracts import ImportResult, TableResult
from vetta.intake.mapping import Mapping, dump_mapping
from vetta.intake.mapping.reading import check_tables
from vetta.intake.models import (
    Batch,
    BatchKind,
    BatchState,
    KeptMapping,
    QuarantinedRow,
    RowState,
)
from vetta.intake.permissions import IMPORT
from vetta.intake.registry import ReceiveContext, schemas
from vetta.intake.services import journal
from vetta.intake.services.locking import writer_lock
from vetta.intake.services.organisation import (
    apply_organisation,
    check_organisation,
    planned_time_zone,
)
from vetta.intake.services.passage import Passage, Progress, no_progress
from vetta.intake.services.preparing import conflicts, prepare_facts
from vetta.intake.services.receiving import check_workspace, try_workspace
from vetta.intake.services.reporting import listed, quarantine, report
from vetta.intake.staging.sources import Delivery, open_delivery, read_sources
from vetta.intake.staging.staged import Staged, over_error_share, stage
from vetta.kernel.problem import Problem, ProblemError


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


def land(
    passage: Passage,
    staged: Staged,
    files: set[str] | None = None,
    settled: Callable[[], dict[str, list[int]]] | None = None,
) -> ImportResult:
    """Bring what was checked into the store and the workspace, or say why nothing may land.

    Args:
        files: the files that were read, where the passage reads files.
        settled: the quarantined rows that get a new state when the batch becomes visible, by
            state; asked once all refusals are known. By default those of earlier batches that
            this one brings in a sound form.
    """
    if staged.failed:
        return reject(passage, staged)
    staged.problems += conflicts(staged)
    if staged.failed:
        return reject(passage, staged)
    workspace = check_workspace(passage, staged)
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
    changes, results = prepare_facts(passage, staged)
    for name in workspace:
        results[name] = TableResult(
            read=staged.tables[name].read, quarantined=staged.tables[name].refused_count
        )
    if passage.dry_run:
        counted = try_workspace(passage, workspace)
        results |= {name: replace(results[name], **counts) for name, counts in counted.items()}
        return report(None, results, staged, dry_run=True)
    leaving = _settled(passage, staged, files or set()) if settled is None else settled()
    return _commit(passage, staged, changes, results, workspace, leaving)


def _commit(
    passage: Passage,
    staged: Staged,
    changes: list[Change],
    results: dict[str, TableResult],
    workspace: dict[str, list[dict[str, Any]]],
    settled: dict[str, list[int]],
) -> ImportResult:
    batch = passage.batch
    assert batch is not None
    saved = _save_workspace(passage, staged, workspace)
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
