"""The journal of a batch: what makes several commits one, whatever dies in between.

checking → (the journal is written) committing → finished. Before the journal nothing of a batch
is visible and a dead one is cleared away; after it everything needed is on disk and a dead batch
is finished. Whoever writes calls ``recover`` first, while it holds the writer's lock.
"""

from __future__ import annotations

import logging
import secrets
import shutil
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
from django.conf import settings
from django.db import transaction

from vetta.adapters.store import Change, FactStore, connect
from vetta.core import audit, clock
from vetta.core.access import Actor, system_actor
from vetta.engine.schema import FACT_TABLES
from vetta.engine.schema.physical import literal
from vetta.intake.models import (
    Batch,
    BatchKind,
    BatchState,
    QuarantinedRow,
    RowState,
    Snapshot,
)
from vetta.intake.registry import ReceiveContext, receivers
from vetta.kernel.problem import Problem, ProblemError

log = logging.getLogger("vetta.intake")

ACTIONS = {
    BatchKind.IMPORT: "intake.imported",
    BatchKind.RESEND: "intake.rows_repaired",
    BatchKind.UNDO: "intake.undone",
    BatchKind.ERASURE: "intake.erased",
}


def store() -> FactStore:
    """The fact store of the data folder."""
    return FactStore(settings.VETTA_HOME.facts)


def staging_folder(batch_id: str) -> Path:
    """The private folder of a batch; gone once the batch has ended."""
    return settings.VETTA_HOME.staging / batch_id


def recover() -> list[str]:
    """Finish or clear away what a dead process left; the caller holds the writer's lock.

    Returns:
        The batches that were finished.
    """
    finished = []
    unfinished = Batch.objects.filter(state__in=[BatchState.CHECKING, BatchState.COMMITTING])
    for batch in unfinished.order_by("started_at", "id"):
        if batch.journal.get("taken_back"):
            changes = [Change.from_json(value) for value in batch.journal["changes"]]
            _take_back(batch, store(), changes)
        elif batch.state == BatchState.COMMITTING:
            log.warning("Finishing the batch %s, whose process died", batch.pk)
            complete(batch, actor=_actor_of(batch))
            finished.append(batch.pk)
        else:
            log.warning("Clearing away the batch %s, whose process died", batch.pk)
            abandon(
                batch,
                Problem(
                    "intake.interrupted",
                    "The process that ran this import ended before anything was written.",
                    "Start the import again.",
                ),
            )
    _clear_staging()
    return finished


def _actor_of(batch: Batch) -> Actor:
    if batch.actor is None:
        return system_actor(batch.actor_label or "vetta")
    return Actor(user=batch.actor)


def abandon(batch: Batch, problem: Problem | None = None) -> None:
    """Forget a batch that has written nothing visible: its files go, its row says why."""
    facts = store()
    for table in FACT_TABLES:
        facts.clear_orphans(table, batch.pk)
    batch.state = BatchState.FAILED
    batch.finished_at = clock.now()
    if problem is not None:
        batch.problems = [*batch.problems, problem.as_json()]
    batch.journal = {}
    batch.save(update_fields=["state", "finished_at", "problems", "journal"])
    shutil.rmtree(staging_folder(batch.pk), ignore_errors=True)


def complete(batch: Batch, *, actor: Actor) -> dict[str, int]:
    """Carry a journalled batch out: commits, then everything of the workspace in one transaction.

    May be called again after a crash at any point.

    Returns:
        The new version of each fact table that changed.

    Raises:
        ProblemError: where the workspace refuses its rows after all; then the commits are taken
            back and the batch has failed.
    """
    facts = store()
    changes = [Change.from_json(value) for value in batch.journal.get("changes", [])]
    versions = {change.table: facts.commit(change) for change in changes}
    try:
        with transaction.atomic():
            _apply_workspace(batch)
            _publish(batch, versions)
            _settle_quarantine(batch)
            _close(batch, versions)
            audit.record(
                ACTIONS[BatchKind(batch.kind)],
                actor=actor,
                subject=audit.Subject("intake.batch", batch.pk, str(batch)),
                changes=_audited(batch),
            )
    except ProblemError as error:
        batch.refresh_from_db()
        batch.problems = [*batch.problems, *(problem.as_json() for problem in error.problems[:200])]
        batch.journal = {**batch.journal, "taken_back": True}
        batch.save(update_fields=["problems", "journal"])
        _take_back(batch, facts, changes)
        raise
    shutil.rmtree(staging_folder(batch.pk), ignore_errors=True)
    return versions


def _apply_workspace(batch: Batch) -> None:
    known = receivers()
    context = context_of(batch)
    if batch.kind == BatchKind.UNDO:
        assert batch.parent is not None
        for name in reversed(batch.journal.get("undo", [])):
            problems = known[name].undo(context=context_of(batch.parent))
            if problems:
                raise ProblemError(*problems)
        batch.parent.state = BatchState.UNDONE
        batch.parent.save(update_fields=["state"])
        return
    for name, path in batch.journal.get("workspace", []):
        counts = known[name].apply(read_rows(Path(path)), context=context)
        batch.tables[name] = {**batch.tables.get(name, {}), **counts, "version": None}


def context_of(batch: Batch) -> ReceiveContext:
    """What receivers are told of a batch."""
    return ReceiveContext(
        batch_id=batch.pk, source=batch.source, actor=batch.actor, known_at=batch.started_at
    )


def _publish(batch: Batch, versions: Mapping[str, int]) -> None:
    if not versions:
        return
    before = Snapshot.objects.order_by("-pk").values_list("versions", flat=True).first() or {}
    Snapshot.objects.create(batch=batch, versions={**before, **versions}, published_at=clock.now())


def _settle_quarantine(batch: Batch) -> None:
    """Rows that landed with this batch leave the quarantine of earlier ones."""
    settled = batch.journal.get("settled", {})
    for state, numbers in settled.items():
        for start in range(0, len(numbers), 500):
            QuarantinedRow.objects.filter(
                pk__in=numbers[start : start + 500], state=RowState.OPEN
            ).update(state=state, settled_by=batch)


def _close(batch: Batch, versions: Mapping[str, int]) -> None:
    for table, version in versions.items():
        batch.tables[table] = {**batch.tables.get(table, {}), "version": version}
    batch.state = BatchState.FINISHED
    batch.finished_at = clock.now()
    batch.save(update_fields=["state", "finished_at", "tables"])


def _audited(batch: Batch) -> dict[str, tuple[None, Any]]:
    changes: dict[str, tuple[None, Any]] = {"source": (None, batch.source)}
    for table, counts in batch.tables.items():
        done = {k: v for k, v in counts.items() if v and k not in ("version", "read")}
        if done:
            changes[table] = (None, ", ".join(f"{k} {v}" for k, v in done.items()))
    if batch.parent_id:
        changes["batch"] = (None, batch.parent_id)
    return changes


def _take_back(batch: Batch, facts: FactStore, changes: list[Change]) -> None:
    """Reverse the commits of a batch that the workspace refused; may be repeated."""
    for change in reversed(changes):
        facts.commit(change.reversed(facts.commit(change)))
    batch.state = BatchState.FAILED
    batch.finished_at = clock.now()
    batch.save(update_fields=["state", "finished_at"])
    shutil.rmtree(staging_folder(batch.pk), ignore_errors=True)


def _clear_staging() -> None:
    """Remove folders of batches that have ended; those of dry runs once they are a day old."""
    folder = settings.VETTA_HOME.staging
    if not folder.exists():
        return
    now = clock.now().timestamp()
    for path in folder.iterdir():
        if path.is_dir() and not _is_unfinished(path.name):
            is_old = now - path.stat().st_mtime > 86_400
            if is_old or Batch.objects.filter(pk=path.name).exists():
                shutil.rmtree(path, ignore_errors=True)


def _is_unfinished(name: str) -> bool:
    return Batch.objects.filter(
        pk=name, state__in=[BatchState.CHECKING, BatchState.COMMITTING]
    ).exists()


def read_rows(path: Path) -> list[dict[str, Any]]:
    """The staged rows of a workspace table, typed."""
    with connect() as connection:
        return dictionaries(
            connection, f"SELECT * FROM read_parquet({literal(str(path))}) ORDER BY __row"
        )


def dictionaries(connection: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    """The rows of a query as dictionaries of typed values."""
    found = connection.execute(query)
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def new_batch_id(now: datetime) -> str:
    """A batch id that sorts by time."""
    return f"b{now:%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"
