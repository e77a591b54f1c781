"""From files to a checked import: upload, columns, check in the background, then the import."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from difflib import SequenceMatcher
from fnmatch import fnmatch
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRedirect
from pydantic import ValidationError

from vetta.core import jobs
from vetta.core.access import allows, require
from vetta.core.files import FileKind, store_upload
from vetta.core.files import discard as discard_file
from vetta.core.models import StoredFile
from vetta.intake import selectors, services
from vetta.intake.contracts import Suggestion, TableResult
from vetta.intake.forms import CUSTOM, CUSTOM_TYPES, DECIMALS, UploadForm, apply_form, read_form
from vetta.intake.jobs import delivered
from vetta.intake.mapping import Mapping, dump_mapping, read_mapping
from vetta.intake.pages import words
from vetta.intake.permissions import IMPORT, VIEW
from vetta.kernel.problem import Problem, ProblemError, Severity
from vetta.ui import formatting

KINDS = (
    FileKind.CSV,
    FileKind.TEXT,
    FileKind.JSON,
    FileKind.JSON_LINES,
    FileKind.EXCEL,
    FileKind.EXCEL_OLD,
    FileKind.PARQUET,
    FileKind.GZIP,
    FileKind.ZIP,
)
MAX_FILES = 20
LISTED = 200  # problems that a checked import lists


# Upload


@login_required
def upload(request: HttpRequest) -> HttpResponseBase:
    """Choose files; each is checked by type and size before anything else happens."""
    require(request.actor, IMPORT)
    context: dict[str, Any] = {"form": UploadForm(request.POST or None), "problems": []}
    context["kept"] = selectors.mappings(actor=request.actor)
    context["chosen"] = request.POST.get("mapping", request.GET.get("mapping", ""))
    if request.method == "POST":
        stored, problems = _store(request, request.FILES.getlist("files"))
        if stored and not problems:
            query = [("file", str(one.pk)) for one in stored]
            for name in ("mapping", "source"):
                if request.POST.get(name, "").strip():
                    query.append((name, request.POST[name].strip()[:100]))
            address = reverse("intake:map") + "?" + urlencode(query)
            return HttpResponseClientRedirect(address) if request.htmx else redirect(address)
        context["problems"] = problems
    return render(request, "intake/upload.html", context)


def _store(
    request: HttpRequest, files: Sequence[UploadedFile]
) -> tuple[list[StoredFile], list[Problem]]:
    """Keep the uploads; all or none."""
    if not files:
        return [], [
            Problem(
                "intake.no_file_chosen",
                _("No file was chosen."),
                _("Choose one or several files: CSV, Excel, Parquet, JSON Lines, or a zip."),
            )
        ]
    if len(files) > MAX_FILES:
        return [], [
            Problem(
                "intake.too_many_files",
                _("At most %(n)s files can be sent at once.") % {"n": MAX_FILES},
                _("Pack them into one zip file."),
            )
        ]
    stored: list[StoredFile] = []
    problems: list[Problem] = []
    for file in files:
        try:
            stored.append(
                store_upload(file, name=file.name or "file", actor=request.actor, kinds=KINDS)
            )
        except ProblemError as error:
            problems += error.problems
    if problems:
        for one in stored:
            discard_file(one)
        stored = []
    return stored, problems


# Columns


def _files(request: HttpRequest, ids: Sequence[str]) -> list[StoredFile]:
    """The uploads that an address names: one's own.

    Raises:
        Http404: where one is not there, or not one's own.
    """
    try:
        wanted = [uuid.UUID(text) for text in dict.fromkeys(ids)]
    except ValueError:
        raise Http404 from None
    found = StoredFile.objects.in_bulk(wanted)
    files = [found.get(key) for key in wanted]
    if not files or any(file is None or file.uploaded_by_id != request.user.pk for file in files):
        raise Http404
    return [file for file in files if file is not None]


def fitted(mapping: Mapping, names: Sequence[str]) -> Mapping:
    """A kept mapping with the paths of the files that arrived this time.

    A file whose pattern matches keeps it; the others get the nearest name that is left.
    """
    left = [n for n in names if not any(fnmatch(n, f.path) for f in mapping.files.values())]
    content = mapping.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    for name, file in mapping.files.items():
        if any(fnmatch(arrived, file.path) for arrived in names) or not left:
            continue
        nearest = max(left, key=lambda other: SequenceMatcher(None, other, file.path).ratio())
        content["files"][name]["path"] = nearest
        left.remove(nearest)
    return Mapping.model_validate(content)


@login_required
def map_columns(request: HttpRequest) -> HttpResponseBase:
    """What each column means: suggested, or as kept last time; edited here; then checked."""
    require(request.actor, IMPORT)
    data = request.POST if request.method == "POST" else request.GET
    files = _files(request, data.getlist("file"))
    problems: list[Problem] = []
    suggestion: Suggestion | None = None
    try:
        with delivered(files) as folder:
            suggestion = services.suggest_mapping(
                sorted(folder.iterdir()), actor=request.actor, source=data.get("source") or None
            )
    except ProblemError as error:
        context = {"files": files, "problems": error.problems}
        return render(request, "intake/unreadable.html", context, status=422)
    text = _start(request, files, suggestion) if request.method == "GET" else data.get("text", "")
    try:
        mapping = read_mapping(text)
        if request.method == "POST" and data.get("mode") == "columns":
            text = apply_form(
                request.POST, mapping, suggestion.columns, selectors.importable_tables()
            )
            mapping = read_mapping(text)
        if request.method == "POST" and data.get("then") == "check":
            return _check(request, files, mapping, text)
    except ProblemError as error:
        problems = list(error.problems)
    except ValidationError as error:
        problems = [
            Problem("intake.mapping_form", str(one["msg"]), column=".".join(map(str, one["loc"])))
            for one in error.errors()
        ]
    if not problems and request.method == "GET":
        problems = list(suggestion.problems)
    context = _mapping_context(request, files, suggestion, text, problems)
    wrong = any(problem.severity == Severity.ERROR for problem in problems)
    return render(request, "intake/mapping.html", context, status=422 if wrong else 200)


def _start(request: HttpRequest, files: list[StoredFile], suggestion: Suggestion) -> str:
    """The mapping to begin with: the kept one that was chosen, else the suggestion."""
    chosen = request.GET.get("mapping", "")
    if not chosen:
        return suggestion.text
    kept = selectors.kept_mapping(chosen, actor=request.actor)
    return dump_mapping(fitted(read_mapping(kept.text), [file.name for file in files]))


def _check(
    request: HttpRequest, files: list[StoredFile], mapping: Mapping, text: str
) -> HttpResponse:
    """Keep the mapping and check all rows in the background; nothing is written."""
    kept = services.keep_mapping(mapping.source, text, actor=request.actor)
    job = jobs.enqueue(
        "intake.check",
        actor=request.actor,
        payload={"files": [str(file.pk) for file in files], "mapping": kept.pk},
        title=_("Checking %(files)s") % {"files": _names(files)},
    )
    return redirect("intake:work", job.id)


def _names(files: Sequence[StoredFile]) -> str:
    names = ", ".join(file.name for file in files[:3])
    return names + (" …" if len(files) > 3 else "")


def _mapping_context(
    request: HttpRequest,
    files: list[StoredFile],
    suggestion: Suggestion,
    text: str,
    problems: list[Problem],
) -> dict[str, Any]:
    schemas = selectors.importable_tables()
    form = None
    try:
        form = read_form(read_mapping(text), suggestion.columns, schemas)
    except ProblemError as error:
        problems = problems or list(error.problems)
    tables = sorted(
        ((name, words.table_title(schemas, name)) for name in schemas), key=lambda pair: pair[1]
    )
    columns = {
        name: [(column.name, _(column.title), column.required) for column in schema]
        for name, schema in schemas.items()
    }
    return {
        "files": files,
        "total_size": sum(file.size for file in files),
        "form": form,
        "text": text,
        "tables": tables,
        "columns": columns,
        "custom": CUSTOM,
        "custom_types": [(kind.value, kind.value) for kind in CUSTOM_TYPES],
        "decimals": DECIMALS,
        "as_text": form is None or request.GET.get("as") == "text",
        "problems": problems,
        "kept": selectors.mappings(actor=request.actor),
    }


# Work in the background


@require_GET
@login_required
def work(request: HttpRequest, job_id: uuid.UUID) -> HttpResponseBase:
    """How far a job of this room is; the partial asks for itself while it runs."""
    job = jobs.get(job_id, actor=request.actor)
    if not job.name.startswith("intake."):
        raise Http404
    view = jobs.view(job)
    shown = words.work_of(view, done_url=_after(view))
    template = "ui/job.html" if request.htmx else "intake/work.html"
    return render(request, template, {"work": shown, "job": view})


def _after(view: jobs.JobView) -> str:
    """Where to go when a job is done."""
    if view.name == "intake.check":
        return reverse("intake:checked", args=[view.id])
    batch = view.result.get("batch")
    return reverse("intake:batch", args=[batch]) if batch else ""


@require_POST
@login_required
def cancel_work(request: HttpRequest, job_id: uuid.UUID) -> HttpResponse:
    """Cancel: at once while it waits, at the next safe point while it runs."""
    try:
        jobs.cancel(job_id, actor=request.actor)
    except ProblemError as error:
        messages.error(request, error.problems[0].message)
    return redirect("intake:work", job_id)


def _checked_job(request: HttpRequest, job_id: uuid.UUID) -> jobs.JobView:
    job = jobs.get(job_id, actor=request.actor)
    if job.name != "intake.check":
        raise Http404
    return jobs.view(job)


@require_GET
@login_required
def checked(request: HttpRequest, job_id: uuid.UUID) -> HttpResponseBase:
    """What the import would do: rows that are ready, rows that need somebody, and why."""
    require(request.actor, VIEW)
    view = _checked_job(request, job_id)
    if not view.is_finished:
        return redirect("intake:work", job_id)
    schemas = selectors.importable_tables()
    tables = {
        name: TableResult(**{"version": None, **counts})
        for name, counts in view.result.get("tables", {}).items()
    }
    problems = [selectors.problem_from_json(one) for one in view.result.get("problems", [])]
    job = jobs.get(job_id, actor=request.actor)
    counted = words.totals(tables)
    return render(
        request,
        "intake/checked.html",
        {
            "job": view,
            "heading": _ready_heading(counted),
            "counted": counted,
            "ready_text": words.rows_text(counted["ready"]),
            "results": [
                {"title": words.table_title(schemas, name), "name": name, "result": result}
                for name, result in tables.items()
            ],
            "reasons": _grouped(problems),
            "whole": [p for p in problems if p.severity == Severity.ERROR and p.row is None],
            "notices": [p for p in problems if p.severity != Severity.ERROR],
            "back": _back(request, job.payload),
            "error": view.error,
            "may_import": allows(request.actor, IMPORT) and counted["ready"] > 0,
        },
    )


def _ready_heading(counted: dict[str, int]) -> str:
    if not counted["ready"]:
        return _("No row is ready")
    if not counted["refused"]:
        return _("All %(rows)s are ready") % {"rows": words.rows_text(counted["ready"])}
    return ngettext(
        "%(ready)s of %(read)s rows are ready, %(n)s needs you",
        "%(ready)s of %(read)s rows are ready, %(n)s need you",
        counted["refused"],
    ) % {
        "ready": formatting.number(counted["ready"]),
        "read": formatting.number(counted["read"]),
        "n": formatting.number(counted["refused"]),
    }


def _grouped(problems: Sequence[Problem]) -> list[dict[str, Any]]:
    """Refused cells by reason: how many, an example, and where the first ones are."""
    groups: dict[tuple[str, str, str], list[Problem]] = {}
    for problem in problems:
        if problem.severity == Severity.ERROR and problem.row is not None:
            key = (problem.file or "", problem.column or "", problem.code)
            groups.setdefault(key, []).append(problem)
    ordered = sorted(groups.values(), key=len, reverse=True)
    return [
        {
            "problem": found[0],
            "count": words.rows_text(len(found)),
            "places": ", ".join(formatting.number(p.row) for p in found[:8]),
            "more": max(0, len(found) - 8),
        }
        for found in ordered[:LISTED]
    ]


def _back(request: HttpRequest, payload: dict[str, Any]) -> str:
    """The address of the columns with the files and the mapping of a check."""
    query = [("file", name) for name in payload.get("files", [])]
    versions = {m.name for m in selectors.mappings(actor=request.actor)}
    name = payload.get("name", "")
    if name in versions:
        query.append(("mapping", name))
    return reverse("intake:map") + "?" + urlencode(query)


@require_POST
@login_required
def run(request: HttpRequest, job_id: uuid.UUID) -> HttpResponse:
    """Import what was checked, with the same files and the same mapping."""
    require(request.actor, IMPORT)
    _checked_job(request, job_id)
    payload = jobs.get(job_id, actor=request.actor).payload
    files = _files(request, payload["files"])
    job = jobs.enqueue(
        "intake.import",
        actor=request.actor,
        payload=payload,
        title=_("Importing %(files)s") % {"files": _names(files)},
    )
    return redirect("intake:work", job.id)


@require_POST
@login_required
def discard(request: HttpRequest, job_id: uuid.UUID) -> HttpResponse:
    """Throw the uploaded files away; nothing was written."""
    require(request.actor, IMPORT)
    _checked_job(request, job_id)
    payload = jobs.get(job_id, actor=request.actor).payload
    for file in StoredFile.objects.filter(pk__in=payload["files"], uploaded_by_id=request.user.pk):
        discard_file(file)
    messages.success(request, _("The upload is discarded. Nothing was written."))
    return redirect("intake:imports")
