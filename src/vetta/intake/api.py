"""The operations of the import door."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, File, Form, Query, Router, Schema, Status, UploadedFile
from ninja.pagination import paginate

from vetta.core import jobs
from vetta.core.access import require
from vetta.core.api import REFUSALS, Page, Shown
from vetta.core.files import store_upload
from vetta.core.files.kinds import FileKind
from vetta.core.models import Job, StoredFile
from vetta.intake import selectors, services
from vetta.intake.contracts import BatchView, MappingView, RefusedRowView
from vetta.intake.jobs import delivered
from vetta.intake.mapping import read_mapping
from vetta.intake.permissions import IMPORT, UNDO
from vetta.kernel.problem import Problem, ProblemError

router = Router(tags=["imports"])

KINDS = (
    FileKind.CSV,
    FileKind.TEXT,
    FileKind.JSON_LINES,
    FileKind.JSON,
    FileKind.EXCEL,
    FileKind.EXCEL_OLD,
    FileKind.PARQUET,
    FileKind.GZIP,
    FileKind.ZIP,
)


class Started(Schema):
    """A job that works in the background; ask ``GET /jobs/{id}`` how far it is."""

    job: UUID


class TableOut(Schema):
    read: int
    inserted: int
    updated: int
    unchanged: int
    quarantined: int
    version: int | None = Field(None, description="The Delta version; null for workspace tables.")
    balanced: int = 0


class BatchOut(Schema):
    id: str
    kind: str
    state: str
    source: str
    title: str
    files: list[str]
    started_at: datetime
    finished_at: datetime | None
    actor: str
    tables: dict[str, TableOut]
    quarantined_open: int
    can_undo: bool
    undone_by: str | None
    undoes: str | None


class ProblemOut(Schema):
    code: str
    severity: str
    file: str | None
    row: int | None
    column: str | None
    line: int | None
    position: int | None
    message: str
    hint: str
    details: dict[str, Any]


class ReasonOut(Schema):
    table: str
    column: str
    code: str
    message: str
    hint: str
    rows: int
    values: list[tuple[str, int]] = Field(description="The commonest values and their counts.")


class CellOut(Schema):
    column: str
    value: str
    code: str
    message: str
    hint: str


class RefusedRowOut(Schema):
    id: int
    table: str
    file: str
    row: int
    state: str
    cells: dict[str, str | None]
    fixes: dict[str, str]
    reasons: list[CellOut]
    can_repair: bool


class Fixes(Schema):
    fixes: dict[str, str] = Field(description="Contract column → the value to use instead.")


class FixMany(Schema):
    table: str
    column: str
    code: str
    value: str = Field(description="The refused value.")
    replacement: str


class Counted(Schema):
    rows: int


class MappingOut(Schema):
    name: str
    version: int
    source: str
    text: str
    created_at: datetime
    created_by: str


class MappingIn(Schema):
    text: str = Field(description="The mapping as YAML.")


class SuggestionOut(Schema):
    mapping: str
    problems: list[ProblemOut]


@router.post(
    "/imports", response={202: Started, **REFUSALS}, summary="Upload files and import them"
)
def start_import(
    request: HttpRequest,
    files: File[list[UploadedFile]],
    mapping: Form[str] = "",
    mapping_text: Form[str] = "",
    dry_run: Form[bool] = False,
) -> Status:
    """Multipart: ``files``, and ``mapping`` (the name of a kept one) or ``mapping_text`` (YAML,
    which is kept under its source's name). With ``dry_run`` everything is checked and counted and
    nothing written. Send an ``Idempotency-Key`` to be able to repeat the call safely.
    """
    actor = request.actor
    require(actor, IMPORT)
    if bool(mapping) == bool(mapping_text):
        raise ProblemError(
            Problem(
                "intake.which_mapping",
                _("Say how to read the files: mapping or mapping_text, one of both."),
                _("GET /mappings lists the kept ones."),
                column="mapping",
            )
        )
    if mapping:
        kept = selectors.kept_mapping(mapping, actor=actor)
    else:
        source = read_mapping(mapping_text).source
        kept = services.keep_mapping(source, mapping_text, actor=actor)
    stored = [_store(upload, request) for upload in files]
    job = jobs.enqueue(
        "intake.check" if dry_run else "intake.import",
        actor=actor,
        payload={"files": [str(file.pk) for file in stored], "mapping": kept.pk},
        title=_("Importing %(files)s") % {"files": ", ".join(f.name for f in stored[:3])},
    )
    return _started(job)


def _store(upload: UploadedFile, request: HttpRequest) -> StoredFile:
    return store_upload(upload, name=upload.name or "upload", actor=request.actor, kinds=KINDS)


def _started(job: Job) -> Status:
    return Status(202, {"job": job.pk})


@router.post(
    "/imports/suggestion", response={200: SuggestionOut, **REFUSALS}, summary="Suggest a mapping"
)
def suggest(request: HttpRequest, files: File[list[UploadedFile]]) -> dict[str, Any]:
    """A mapping to start from, guessed from the headers and values of the files."""
    require(request.actor, IMPORT)
    stored = [_store(upload, request) for upload in files]
    with delivered(stored) as folder:
        found = services.suggest_mapping(sorted(folder.iterdir()), actor=request.actor)
    return {
        "mapping": found.text,
        "problems": [problem.as_json() for problem in found.problems],
    }


@router.get("/imports", response={200: list[BatchOut], **REFUSALS}, summary="The batches")
@paginate(Page)
def list_batches(request: HttpRequest, source: str = "", state: str = "") -> Shown:
    """Newest first; ``source`` and ``state`` narrow the list."""
    rows = selectors.batch_rows(request.actor)
    if source:
        rows = rows.filter(source=source)
    if state:
        rows = rows.filter(state=state)
    return Shown(rows, lambda found: [_batch(view) for view in selectors.batch_views(found)])


@router.get("/imports/{batch_id}", response={200: BatchOut, **REFUSALS}, summary="One batch")
def read_batch(request: HttpRequest, batch_id: str) -> dict[str, Any]:
    """What a batch did, table by table."""
    return _batch(selectors.batch(batch_id, actor=request.actor))


@router.get(
    "/imports/{batch_id}/problems",
    response={200: list[ProblemOut], **REFUSALS},
    summary="The report of a batch",
)
@paginate(Page)
def list_problems(request: HttpRequest, batch_id: str) -> list[dict[str, Any]]:
    """Notices, warnings and the first refused cells."""
    return [p.as_json() for p in selectors.problems(batch_id, actor=request.actor)]


@router.get(
    "/imports/{batch_id}/reasons",
    response={200: list[ReasonOut], **REFUSALS},
    summary="The quarantine by reason",
)
def list_reasons(request: HttpRequest, batch_id: str) -> list[Any]:
    """Why rows were refused, the most frequent reason first."""
    selectors.batch(batch_id, actor=request.actor)
    return list(selectors.reasons(batch_id, actor=request.actor))


class RowFilter(Schema):
    table: str | None = None
    column: str | None = None
    code: str | None = None
    state: str | None = Field("open", description="open, landed, cleared or dropped.")


@router.get(
    "/imports/{batch_id}/quarantine",
    response={200: list[RefusedRowOut], **REFUSALS},
    summary="The refused rows",
)
@paginate(Page)
def list_refused(request: HttpRequest, batch_id: str, wanted: Query[RowFilter]) -> Shown:
    """Refused rows with their raw cells and reasons, in file order."""
    selectors.batch(batch_id, actor=request.actor)
    rows = selectors.refused_row_rows(batch_id, actor=request.actor, **wanted.dict())
    return Shown(rows.prefetch_related("reasons"), selectors.refused_views)


@router.patch(
    "/imports/{batch_id}/quarantine/{row_id}",
    response={200: RefusedRowOut, **REFUSALS},
    summary="Repair a refused row",
)
def repair(request: HttpRequest, batch_id: str, row_id: int, given: Fixes) -> RefusedRowView:
    """Note the values to use instead; ``POST …/resend`` sends them."""
    require(request.actor, IMPORT)
    selectors.refused_row(row_id, actor=request.actor, batch_id=batch_id)
    services.repair_row(row_id, given.fixes, actor=request.actor)
    return selectors.refused_row(row_id, actor=request.actor)


@router.post(
    "/imports/{batch_id}/repairs",
    response={200: Counted, **REFUSALS},
    summary="Repair all rows with one reason and value",
)
def repair_many(request: HttpRequest, batch_id: str, given: FixMany) -> dict[str, int]:
    """Give every cell that was refused for the same reason with the same value a new value."""
    selectors.batch(batch_id, actor=request.actor)
    return {"rows": services.repair_cells(batch_id, **given.dict(), actor=request.actor)}


@router.post(
    "/imports/{batch_id}/resend",
    response={202: Started, **REFUSALS},
    summary="Send the repaired rows again",
)
def resend(request: HttpRequest, batch_id: str) -> Status:
    """The open rows of the quarantine go through the door again, with their repairs."""
    require(request.actor, IMPORT)
    selectors.batch(batch_id, actor=request.actor)
    return _started(jobs.enqueue("intake.resend", actor=request.actor, payload={"batch": batch_id}))


@router.delete(
    "/imports/{batch_id}/quarantine",
    response={200: Counted, **REFUSALS},
    summary="Drop the refused rows",
)
def drop(request: HttpRequest, batch_id: str) -> dict[str, int]:
    """Give the open rows of the quarantine up, on purpose and on record."""
    selectors.batch(batch_id, actor=request.actor)
    return {"rows": services.drop_rows(batch_id, actor=request.actor)}


@router.post(
    "/imports/{batch_id}/undo", response={202: Started, **REFUSALS}, summary="Undo a batch"
)
def undo(request: HttpRequest, batch_id: str) -> Status:
    """Inserted rows go, updated rows get their former values back; refused, with the list, where
    a later batch changed the same rows."""
    require(request.actor, UNDO)
    selectors.batch(batch_id, actor=request.actor)
    return _started(jobs.enqueue("intake.undo", actor=request.actor, payload={"batch": batch_id}))


@router.get("/mappings", response={200: list[MappingOut], **REFUSALS}, summary="Kept mappings")
@paginate(Page)
def list_mappings(request: HttpRequest) -> list[MappingView]:
    """The newest version of every kept mapping."""
    return selectors.mappings(actor=request.actor)


@router.put("/mappings/{name}", response={200: MappingOut, **REFUSALS}, summary="Keep a mapping")
def put_mapping(request: HttpRequest, name: str, given: MappingIn) -> MappingView:
    """A changed text becomes a new version; the same text changes nothing."""
    services.keep_mapping(name, given.text, actor=request.actor)
    return selectors.mapping_versions(name, actor=request.actor)[0]


def _batch(view: BatchView) -> dict[str, Any]:
    shown = {name: getattr(view, name) for name in BatchOut.model_fields if name != "tables"}
    return {
        **shown,
        "files": list(view.files),
        "tables": {name: table.as_json() for name, table in view.tables.items()},
    }
