"""Facts deleted by key on request, and the files that still hold them cleared away."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pyarrow as pa

from vetta.adapters.store import connect
from vetta.adapters.store.upsert import prepare_delete
from vetta.core import clock
from vetta.core.access import Actor, require
from vetta.intake.models import Batch, BatchKind, BatchState
from vetta.intake.permissions import UNDO
from vetta.intake.services import journal
from vetta.intake.services.locking import writer_lock
from vetta.kernel.problem import Problem, ProblemError


def erase_facts(
    keys: Mapping[str, Sequence[tuple[str, str]]],
    *,
    actor: Actor,
    reason: str,
    waiting: Callable[[], None] | None = None,
) -> dict[str, int]:
    """Delete rows by (source, source_id), table by table; kept versions hold them until vacuum.

    Args:
        reason: why, for the batch list and the audit trail; no personal data.
        waiting: called while another writer is at work; may raise to stop waiting.

    Returns:
        How many rows went, by table.

    Raises:
        ProblemError: where no reason is given.
    """
    require(actor, UNDO)
    if not reason.strip():
        raise ProblemError(
            Problem(
                "intake.no_reason",
                "An erasure needs a reason.",
                "Say on whose request, without naming the person.",
            )
        )
    with writer_lock(waiting):
        journal.recover()
        now = clock.now()
        batch = Batch.objects.create(
            pk=journal.new_batch_id(now),
            kind=BatchKind.ERASURE,
            source="",
            title=reason[:200],
            actor=actor.user,
            actor_label=actor.label[:200],
            started_at=now,
        )
        try:
            return _erase(batch, keys, actor)
        except BaseException:
            batch.refresh_from_db()
            if batch.state == BatchState.CHECKING:
                journal.abandon(batch)
            raise


def _erase(
    batch: Batch, keys: Mapping[str, Sequence[tuple[str, str]]], actor: Actor
) -> dict[str, int]:
    facts = journal.store()
    changes, gone = [], {}
    with connect() as connection:
        for table, wanted in keys.items():
            base = facts.version(table)
            if base is None or not wanted:
                continue
            connection.register(
                "__keys",
                pa.table(
                    {
                        "source": [source for source, _ in wanted],
                        "source_id": [key for _, key in wanted],
                    }
                ),
            )
            change = prepare_delete(facts, connection, table, base, "__keys", batch.pk)
            connection.unregister("__keys")
            gone[table] = change.counts.deleted
            if change.counts.deleted:
                changes.append(change)
    batch.tables = {
        table: {"read": count, "updated": count} for table, count in gone.items() if count
    }
    batch.journal = {"changes": [change.as_json() for change in changes]}
    batch.state = BatchState.COMMITTING
    batch.save(update_fields=["tables", "journal", "state"])
    journal.complete(batch, actor=actor)
    return gone


def clear_old_versions(*, actor: Actor, keep_hours: int) -> dict[str, int]:
    """Delete the data files that no version of the last ``keep_hours`` names.

    Batches older than that can no longer be undone, and past versions no longer be read.
    """
    require(actor, UNDO)
    with writer_lock():
        journal.recover()
        facts = journal.store()
        return {table: len(facts.vacuum(table, keep_hours)) for table in facts.tables()}
