"""Reading batches, quarantines, kept mappings and published snapshots.

Who may see them is asked with ``intake.view`` by the functions that take an actor.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.utils.translation import gettext as _

from vetta.core.access import Actor, NotVisible, require
from vetta.engine.schema import TableSchema
from vetta.intake.contracts import (
    BatchView,
    MappingView,
    ReasonView,
    RefusedCellView,
    RefusedRowView,
    TableResult,
)
from vetta.intake.models import (
    Batch,
    BatchKind,
    BatchState,
    KeptMapping,
    QuarantinedCell,
    QuarantinedRow,
    RowState,
    Snapshot,
)
from vetta.intake.permissions import VIEW
from vetta.intake.registry import schemas
from vetta.intake.staging.reasons import refusal
from vetta.kernel.problem import Problem, Severity


def get_batch(batch_id: str) -> Batch:
    """A batch by its id.

    Raises:
        NotVisible: there is none.
    """
    batch = Batch.objects.select_related("actor", "parent").filter(pk=batch_id).first()
    if batch is None:
        raise NotVisible(_("There is no batch {batch}.").format(batch=batch_id))
    return batch


def batch_rows(actor: Actor) -> QuerySet[Batch]:
    """All batches, newest first, for lists that filter and page; erasures by others included.

    Raises:
        NotAllowed: the actor may not see imports.
    """
    require(actor, VIEW)
    open_rows = Count("quarantine", filter=Q(quarantine__state=RowState.OPEN), distinct=True)
    rows = Batch.objects.select_related("actor", "parent").annotate(open_rows=open_rows)
    # A grouped query forgets the model's own order.
    return rows.order_by("-started_at", "-id")


def batches(*, actor: Actor, limit: int = 100, offset: int = 0) -> list[BatchView]:
    """Batches, newest first. Two queries."""
    found = list(batch_rows(actor)[offset : offset + limit])
    return _views(found)


def batch(batch_id: str, *, actor: Actor) -> BatchView:
    """One batch.

    Raises:
        NotAllowed, NotVisible
    """
    require(actor, VIEW)
    found = batch_rows(actor).filter(pk=batch_id).first()
    if found is None:
        raise NotVisible(_("There is no batch {batch}.").format(batch=batch_id))
    return _views([found])[0]


def batch_views(found: Sequence[Batch]) -> list[BatchView]:
    """Rows of ``batch_rows`` as views."""
    return _views(list(found))


def _views(found: list[Batch]) -> list[BatchView]:
    undone = dict(
        Batch.objects.filter(
            kind=BatchKind.UNDO, state=BatchState.FINISHED, parent__in=[b.pk for b in found]
        ).values_list("parent_id", "pk")
    )
    return [
        BatchView(
            id=b.pk,
            kind=b.kind,
            state=b.state,
            source=b.source,
            title=str(b),
            files=tuple(b.files),
            started_at=b.started_at,
            finished_at=b.finished_at,
            actor=str(b.actor) if b.actor else b.actor_label,
            tables=_results(b.tables),
            quarantined_open=getattr(b, "open_rows", 0),
            can_undo=b.state == BatchState.FINISHED
            and b.kind in (BatchKind.IMPORT, BatchKind.RESEND),
            undone_by=undone.get(b.pk),
            undoes=b.parent_id if b.kind == BatchKind.UNDO else None,
        )
        for b in found
    ]


def _results(tables: Mapping[str, Mapping[str, Any]]) -> dict[str, TableResult]:
    return {name: TableResult(**{"version": None, **counts}) for name, counts in tables.items()}


def problems(batch_id: str, *, actor: Actor) -> list[Problem]:
    """The report of a batch: notices, warnings and the first refused cells."""
    require(actor, VIEW)
    return [problem_from_json(value) for value in get_batch(batch_id).problems]


def problem_from_json(value: Mapping[str, Any]) -> Problem:
    """What ``Problem.as_json`` wrote."""
    known = {name: v for name, v in value.items() if name != "severity"}
    return Problem(**known, severity=Severity(value["severity"]))


def reasons(batch_id: str, *, actor: Actor, values: int = 8) -> list[ReasonView]:
    """The open quarantine of a batch by reason, the most frequent first. Two queries.

    Args:
        values: how many of the commonest values each reason lists.
    """
    require(actor, VIEW)
    cells = QuarantinedCell.objects.filter(refused__batch_id=batch_id, refused__state=RowState.OPEN)
    groups = (
        cells.values("column", "code", table=F("refused__table"))
        .annotate(rows=Count("pk"))
        .order_by("-rows", "table", "column", "code")
    )
    common = (
        cells.values("column", "code", "value", table=F("refused__table"))
        .annotate(rows=Count("pk"))
        .order_by("-rows", "value")[:2_000]
    )
    by_group: dict[tuple[str, str, str], list[tuple[str, int]]] = {}
    for found in common:
        key = (found["table"], found["column"], found["code"])
        listed = by_group.setdefault(key, [])
        if len(listed) < values:
            listed.append((found["value"], found["rows"]))
    result = []
    for group in groups:
        key = (group["table"], group["column"], group["code"])
        examples = by_group.get(key, [])
        message, hint = _words(group["code"], group["column"], examples[0][0] if examples else "")
        if not message:
            message, hint = _kept_words(cells, group)
        result.append(
            ReasonView(
                table=group["table"],
                column=group["column"],
                code=group["code"],
                message=message,
                hint=hint,
                rows=group["rows"],
                values=tuple(examples),
            )
        )
    return result


def _words(code: str, column: str, value: str) -> tuple[str, str]:
    try:
        problem = refusal(code, None, None, column, value)
    except KeyError:
        return "", ""
    return problem.message, problem.hint


def _kept_words(cells: QuerySet[QuarantinedCell], group: Mapping[str, Any]) -> tuple[str, str]:
    first = cells.filter(
        column=group["column"], code=group["code"], refused__table=group["table"]
    ).first()
    return (first.message, first.hint) if first is not None else (group["code"], "")


def refused_rows(
    batch_id: str,
    *,
    actor: Actor,
    table: str | None = None,
    column: str | None = None,
    code: str | None = None,
    state: str | None = RowState.OPEN,
    limit: int = 100,
    offset: int = 0,
) -> list[RefusedRowView]:
    """Rows in quarantine with their cells, by file order. Two queries."""
    rows = refused_row_rows(
        batch_id, actor=actor, table=table, column=column, code=code, state=state
    )
    return [_row_view(row) for row in rows.prefetch_related("reasons")[offset : offset + limit]]


def refused_row_rows(
    batch_id: str,
    *,
    actor: Actor,
    table: str | None = None,
    column: str | None = None,
    code: str | None = None,
    state: str | None = RowState.OPEN,
) -> QuerySet[QuarantinedRow]:
    """The rows behind ``refused_rows``, to be counted and paged."""
    require(actor, VIEW)
    rows = QuarantinedRow.objects.filter(batch_id=batch_id)
    if state is not None:
        rows = rows.filter(state=state)
    if table is not None:
        rows = rows.filter(table=table)
    if column is not None or code is not None:
        wanted = {"column": column, "code": code}
        cells = QuarantinedCell.objects.filter(
            refused__batch_id=batch_id, **{k: v for k, v in wanted.items() if v is not None}
        )
        rows = rows.filter(pk__in=cells.values("refused_id"))
    return rows.order_by("table", "file", "row", "pk")


def refused_row(row_id: int, *, actor: Actor, batch_id: str | None = None) -> RefusedRowView:
    """One row in quarantine, of that batch if one is named.

    Raises:
        NotVisible: there is none.
    """
    require(actor, VIEW)
    found = QuarantinedRow.objects.prefetch_related("reasons").filter(pk=row_id)
    if batch_id is not None:
        found = found.filter(batch_id=batch_id)
    row = found.first()
    if row is None:
        raise NotVisible
    return _row_view(row)


def refused_views(rows: Sequence[QuarantinedRow]) -> list[RefusedRowView]:
    """Rows of ``refused_row_rows`` as views."""
    return [_row_view(row) for row in rows]


def _row_view(row: QuarantinedRow) -> RefusedRowView:
    return RefusedRowView(
        id=row.pk,
        table=row.table,
        file=row.file,
        row=row.row,
        state=row.state,
        cells=row.cells,
        fixes=row.fixes,
        reasons=tuple(_cell_view(cell) for cell in row.reasons.all()),
        can_repair=row.state == RowState.OPEN and bool(row.cells),
    )


def _cell_view(cell: QuarantinedCell) -> RefusedCellView:
    message, hint = cell.message, cell.hint
    if not message:
        message, hint = _words(cell.code, cell.column, cell.value)
    return RefusedCellView(cell.column, cell.value, cell.code, message, hint)


def mappings(*, actor: Actor) -> list[MappingView]:
    """The newest version of every kept mapping, by name. One query."""
    require(actor, VIEW)
    newest: dict[str, KeptMapping] = {}
    for kept in KeptMapping.objects.select_related("created_by").order_by("name", "version"):
        newest[kept.name] = kept
    return [_mapping_view(kept) for kept in newest.values()]


def mapping_versions(name: str, *, actor: Actor) -> list[MappingView]:
    """All versions of a kept mapping, newest first."""
    require(actor, VIEW)
    found = KeptMapping.objects.select_related("created_by").filter(name=name)
    return [_mapping_view(kept) for kept in found.order_by("-version")]


def kept_mapping(name: str, *, actor: Actor, version: int | None = None) -> KeptMapping:
    """A kept mapping, the newest version if None.

    Raises:
        NotVisible: there is none.
    """
    require(actor, VIEW)
    found = KeptMapping.objects.filter(name=name).order_by("-version")
    if version is not None:
        found = found.filter(version=version)
    kept = found.first()
    if kept is None:
        raise NotVisible(_("There is no mapping {name}.").format(name=name))
    return kept


def _mapping_view(kept: KeptMapping) -> MappingView:
    return MappingView(
        name=kept.name,
        version=kept.version,
        source=kept.source,
        text=kept.text,
        created_at=kept.created_at,
        created_by=str(kept.created_by) if kept.created_by else "",
    )


def importable_tables() -> dict[str, TableSchema]:
    """Every table that the door receives, with its columns."""
    return schemas()


def unfinished() -> dict[str, int]:
    """How many batches are ``checking`` or ``committing``: at work, or left by a dead process."""
    states = [BatchState.CHECKING, BatchState.COMMITTING]
    found = Batch.objects.filter(state__in=states).values("state")
    return {row["state"]: row["n"] for row in found.annotate(n=Count("pk")).order_by()}


def snapshot() -> tuple[int, dict[str, int]]:
    """The newest published snapshot: its id (0 before the first) and its versions. One query."""
    found = Snapshot.objects.order_by("-pk").values_list("pk", "versions").first()
    return (0, {}) if found is None else (found[0], dict(found[1]))


def last_published() -> datetime | None:
    """When the facts that readers see were published; None before the first. One query."""
    return Snapshot.objects.order_by("-pk").values_list("published_at", flat=True).first()


def snapshot_versions(snapshot_id: int) -> dict[str, int] | None:
    """The versions of a past snapshot; None where there is none of that id."""
    found = Snapshot.objects.filter(pk=snapshot_id).values_list("versions", flat=True).first()
    return None if found is None else dict(found)


def waiting_rows() -> int:
    """How many refused rows wait for a correction, over all batches."""
    return QuarantinedRow.objects.filter(state=RowState.OPEN).count()
