"""Undo a batch: a reversing commit for each table, and the workspace's rows as they were."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
from django.db import transaction

from vetta.adapters.store import Change, FactStore, connect
from vetta.adapters.store.upsert import prepare_delete
from vetta.core import clock
from vetta.core.access import Actor, require
from vetta.intake.contracts import ImportResult, TableResult
from vetta.intake.models import Batch, BatchKind, BatchState
from vetta.intake.permissions import UNDO
from vetta.intake.registry import receivers
from vetta.intake.selectors import get_batch
from vetta.intake.services import journal
from vetta.intake.services.locking import writer_lock
from vetta.kernel.problem import Problem, ProblemError

LISTED = 100


def undo_batch(batch_id: str, *, actor: Actor) -> ImportResult:
    """Take a finished batch back: inserted rows go, updated rows get their former values.

    Returns:
        The undoing batch's result; ``updated`` counts rows that went or got their former values.

    Raises:
        ProblemError: ``intake.undo_conflict`` for each key that a later batch has changed, or why
            the batch cannot be undone; nothing has changed then.
    """
    require(actor, UNDO)
    with writer_lock():
        journal.recover()
        batch = get_batch(batch_id)
        _check_state(batch)
        return _undo(batch, actor)


def _check_state(batch: Batch) -> None:
    if batch.state == BatchState.UNDONE:
        raise ProblemError(
            Problem(
                "intake.already_undone",
                f"The batch {batch.pk} is undone already.",
                "Import its file again to bring the rows back.",
            )
        )
    if batch.state != BatchState.FINISHED or batch.kind not in (
        BatchKind.IMPORT,
        BatchKind.RESEND,
    ):
        raise ProblemError(
            Problem(
                "intake.cannot_undo",
                f"The batch {batch.pk} has nothing to be undone.",
                "Only finished imports can be undone.",
            )
        )


def _undo(batch: Batch, actor: Actor) -> ImportResult:
    now = clock.now()
    undoing = Batch.objects.create(
        pk=journal.new_batch_id(now),
        kind=BatchKind.UNDO,
        parent=batch,
        source=batch.source,
        title=str(batch)[:200],
        files=batch.files,
        actor=actor.user,
        actor_label=actor.label[:200],
        started_at=now,
    )
    folder = journal.staging_folder(undoing.pk)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        changes, results = _prepare(batch, undoing, folder)
        tables = _try_workspace(batch)
    except BaseException as error:
        found = error.problems[0] if isinstance(error, ProblemError) else None
        journal.abandon(undoing, found)
        raise
    undoing.tables = {name: result.as_json() for name, result in results.items()}
    undoing.journal = {"changes": [change.as_json() for change in changes], "undo": tables}
    undoing.state = BatchState.COMMITTING
    undoing.save(update_fields=["tables", "journal", "state"])
    journal.complete(undoing, actor=actor)
    final = {name: _result(counts) for name, counts in undoing.tables.items()}
    return ImportResult(undoing.pk, final, ())


def _result(counts: dict[str, Any]) -> TableResult:
    return TableResult(**{"version": None, **counts})


def _prepare(
    batch: Batch, undoing: Batch, folder: Path
) -> tuple[list[Change], dict[str, TableResult]]:
    facts = journal.store()
    changes, results = [], {}
    problems: list[Problem] = []
    with connect(temporary=folder) as connection:
        for value in batch.journal.get("changes", []):
            done = Change.from_json(value)
            version = batch.tables[done.table]["version"]
            change, found = _reverse(connection, facts, batch, undoing, done, version)
            problems += found
            if change is not None:
                changes.append(change)
                results[done.table] = TableResult(
                    read=change.counts.updated + change.counts.deleted,
                    updated=change.counts.updated + change.counts.deleted,
                )
    if problems:
        raise ProblemError(*problems[:LISTED])
    return changes, results


def _reverse(
    connection: duckdb.DuckDBPyConnection,
    facts: FactStore,
    batch: Batch,
    undoing: Batch,
    done: Change,
    version: int,
) -> tuple[Change | None, list[Problem]]:
    current = facts.version(done.table)
    lost = [
        path
        for known in (done.base, version)
        for path in facts.files(done.table, known)
        if not Path(path).exists()
    ]
    if lost:
        return None, [
            Problem(
                "intake.undo_expired",
                f"{done.table}: the former values of the batch have been cleared away.",
                "Import the former file again; its rows replace those of this batch.",
            )
        ]
    mine = (
        f"(SELECT source, source_id FROM {facts.sql_scan(done.table, version)} "
        f"WHERE batch_id = '{batch.pk}')"
    )
    connection.execute(f"CREATE OR REPLACE TEMP TABLE __keys AS FROM {mine}")
    conflicts = connection.execute(
        f"SELECT k.source_id, now.batch_id FROM __keys k "
        f"LEFT JOIN {facts.sql_scan(done.table, current)} now USING (source, source_id) "
        f"WHERE now.batch_id IS DISTINCT FROM '{batch.pk}' ORDER BY k.source_id LIMIT {LISTED}"
    ).fetchall()
    if conflicts:
        return None, [_conflict(done.table, key, later) for key, later in conflicts]
    former = None
    if done.base is not None:
        former = (
            f"(SELECT old.* FROM {facts.sql_scan(done.table, done.base)} old "
            f"SEMI JOIN __keys USING (source, source_id))"
        )
        former = _with_all_columns(facts, done.table, current, done.base, former)
    change = prepare_delete(facts, connection, done.table, current, "__keys", undoing.pk, former)
    return (None if change.empty else change), []


def _with_all_columns(
    facts: FactStore, table: str, current: int | None, base: int, former: str
) -> str:
    """Former rows with the columns that the table has gained since, empty."""
    known = facts.columns(table, base)
    gained = [name for name in facts.columns(table, current) if name not in known]
    if not gained:
        return former
    extra = ", ".join(f'NULL AS "{name}"' for name in gained)
    return f"(SELECT *, {extra} FROM {former})"


def _conflict(table: str, key: str, later: str | None) -> Problem:
    what = "was deleted later" if later is None else f"was changed by the later batch {later}"
    return Problem(
        "intake.undo_conflict",
        f"{table}: the row {key!r} {what}.",
        "Undo the later batch first, or correct the row by a new import.",
        column=table,
        details={"key": key, "batch": later or ""},
    )


class _RolledBack(Exception):
    """Ends a trial."""


def _try_workspace(batch: Batch) -> list[str]:
    """The workspace tables of the batch; their undoing is tried and rolled back.

    Raises:
        ProblemError: what stands against it.
    """
    known = receivers()
    names = [name for name, _ in batch.journal.get("workspace", []) if name in known]
    context = journal.context_of(batch)
    problems: list[Problem] = []
    try:
        with transaction.atomic():
            for name in reversed(names):
                problems += known[name].undo(context=context)
            raise _RolledBack
    except _RolledBack:
        pass
    if problems:
        raise ProblemError(*problems[:LISTED])
    return names
