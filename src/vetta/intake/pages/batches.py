"""The list of batches, one batch with its quarantine, and taking a batch back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from vetta.core.access import allows, require
from vetta.core.jobs import enqueue
from vetta.intake import selectors, services
from vetta.intake.models import Batch, BatchKind, BatchState
from vetta.intake.pages import quarantine, words
from vetta.intake.permissions import IMPORT, UNDO, VIEW
from vetta.kernel.problem import ProblemError, Severity
from vetta.ui import formatting
from vetta.ui.tables import Column, Empty, Filter, Kind, Table


def _sources(request: HttpRequest) -> list[tuple[str, str]]:
    names = Batch.objects.order_by("source").values_list("source", flat=True).distinct()
    return [(name, name) for name in names]


def _read(batch: Batch) -> int:
    return sum(int(table.get("read") or 0) for table in batch.tables.values())


def _changed(batch: Batch) -> int:
    return sum(
        int(table.get(name) or 0)
        for table in batch.tables.values()
        for name in ("inserted", "updated")
    )


def _actor(batch: Batch) -> str:
    return str(batch.actor) if batch.actor else batch.actor_label


TABLE = Table(
    key="intake.batches",
    title=gettext_lazy("Imports"),
    columns=(
        Column(
            "title",
            gettext_lazy("Import"),
            lead=True,
            value=str,
            sort=("title", "id"),
            search=("title", "source", "id"),
            link=lambda batch: reverse("intake:batch", args=[batch.pk]),
            note=lambda batch: ", ".join(batch.files[:3]),
            nowrap=False,
        ),
        Column("kind", gettext_lazy("Kind"), value=lambda batch: BatchKind(batch.kind).label),
        Column("source", gettext_lazy("Source")),
        Column("started_at", gettext_lazy("Started"), Kind.MOMENT),
        Column("actor", gettext_lazy("By"), value=_actor, sort="actor__name"),
        Column("read", gettext_lazy("Rows read"), Kind.NUMBER, value=_read, sort=None),
        Column("changed", gettext_lazy("Rows changed"), Kind.NUMBER, value=_changed, sort=None),
        Column(
            "state",
            gettext_lazy("State"),
            value=lambda batch: BatchState(batch.state).label,
            cell=lambda batch: words.state_tag(batch.state, getattr(batch, "open_rows", 0)),
        ),
        Column("id", gettext_lazy("Number"), shown=False),
    ),
    filters=(
        Filter("state", gettext_lazy("State"), choices=BatchState.choices),
        Filter("kind", gettext_lazy("Kind"), choices=BatchKind.choices),
        Filter("source", gettext_lazy("Source"), choices=_sources),
        Filter("started_at", gettext_lazy("Started"), dates=True),
    ),
    order="-started_at",
    empty=Empty(
        gettext_lazy("Nothing has been imported yet"),
        gettext_lazy(
            "Bring in an export of your CRM, your order system or your people. Vetta suggests "
            "what each column means, checks every row, and changes nothing until you say so."
        ),
        gettext_lazy("Example: a CSV file with the orders of last month."),
        gettext_lazy("Import the first file"),
        "/data/imports/new/",
    ),
)


@require_GET
@login_required
def batches(request: HttpRequest) -> HttpResponseBase:
    """Everything that came through the door, newest first."""
    rows = selectors.batch_rows(request.actor)
    context = {"may_import": allows(request.actor, IMPORT)}
    return TABLE.respond(request, rows, "intake/batches.html", context)


def _results(batch: Any) -> list[dict[str, Any]]:
    schemas = selectors.importable_tables()
    return [
        {"title": words.table_title(schemas, name), "name": name, "result": result}
        for name, result in batch.tables.items()
    ]


def heading(batch: Any, refused: int) -> str:
    """What became of the batch, as a sentence."""
    counted = words.totals(batch.tables)
    match batch.state:
        case BatchState.REJECTED:
            return _("Nothing landed: the file was refused as a whole")
        case BatchState.FAILED:
            return _("The import failed, and nothing was changed")
        case BatchState.UNDONE:
            return _("This import was taken back")
        case BatchState.CHECKING | BatchState.COMMITTING:
            return _("The import is running")
    if batch.kind == BatchKind.UNDO:
        return _("An import was taken back")
    landed = words.rows_text(counted["ready"])
    if refused:
        return ngettext(
            "%(landed)s landed, %(n)s needs you", "%(landed)s landed, %(n)s need you", refused
        ) % {"landed": landed, "n": formatting.number(refused)}
    return _("%(landed)s landed, none was refused") % {"landed": landed}


@require_GET
@login_required
def batch(request: HttpRequest, batch_id: str) -> HttpResponseBase:
    """One batch: what it did, what it refused and how to repair it."""
    found = selectors.batch(batch_id, actor=request.actor)
    problems = selectors.problems(batch_id, actor=request.actor)
    context = {
        "batch": found,
        "heading": heading(found, found.quarantined_open),
        "results": _results(found),
        "state_tag": words.state_tag(found.state, found.quarantined_open),
        "notices": [p for p in problems if p.severity != Severity.ERROR],
        "errors": [p for p in problems if p.severity == Severity.ERROR and p.row is None],
        "may_import": allows(request.actor, IMPORT),
        "may_undo": found.can_undo and allows(request.actor, UNDO),
        **quarantine.context(request, found),
    }
    return render(request, "intake/batch.html", context)


@login_required
def undo(request: HttpRequest, batch_id: str) -> HttpResponse:
    """The effect of taking a batch back first; by POST the taking back."""
    require(request.actor, UNDO)
    found = selectors.batch(batch_id, actor=request.actor)
    if not found.can_undo:
        messages.error(request, _("This batch cannot be taken back: it has not landed."))
        return redirect("intake:batch", batch_id)
    if request.method == "POST":
        job = enqueue(
            "intake.undo",
            actor=request.actor,
            payload={"batch": found.id},
            title=_("Taking back %(batch)s") % {"batch": found.title},
        )
        return redirect("intake:work", job.id)
    return render(
        request,
        "intake/undo.html",
        {"batch": found, "results": _results(found), "changed": found.rows_changed},
    )


@require_POST
@login_required
def resend(request: HttpRequest, batch_id: str) -> HttpResponse:
    """Send the repaired rows of a batch again, in the background."""
    require(request.actor, IMPORT)
    found = selectors.batch(batch_id, actor=request.actor)
    job = enqueue(
        "intake.resend",
        actor=request.actor,
        payload={"batch": found.id},
        title=_("Sending the repaired rows of %(batch)s") % {"batch": found.title},
    )
    return redirect("intake:work", job.id)


@require_POST
@login_required
def drop(request: HttpRequest, batch_id: str) -> HttpResponse:
    """Give refused rows up, on record: the selected ones, or all that are open."""
    require(request.actor, IMPORT)
    chosen = [int(pk) for pk in request.POST.getlist("row") if pk.isdecimal()]
    if not chosen and "all" not in request.POST:
        messages.error(request, _("Select the rows to give up first."))
        return redirect("intake:batch", batch_id)
    try:
        count = services.drop_rows(batch_id, actor=request.actor, row_ids=chosen or None)
    except ProblemError as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request,
            ngettext("%(n)s row was given up.", "%(n)s rows were given up.", count)
            % {"n": formatting.number(count)},
        )
    return HttpResponseRedirect(reverse("intake:batch", args=[batch_id]))


@require_GET
@login_required
def mappings(request: HttpRequest) -> HttpResponseBase:
    """The kept mappings, each with its newest version."""
    require(request.actor, VIEW)
    rows = selectors.mappings(actor=request.actor)
    return MAPPINGS.respond(request, rows, "intake/mappings.html", {})


@require_GET
@login_required
def mapping(request: HttpRequest, name: str) -> HttpResponse:
    """One kept mapping with all its versions."""
    versions = selectors.mapping_versions(name, actor=request.actor)
    wanted = request.GET.get("version", "")
    kept = selectors.kept_mapping(
        name, actor=request.actor, version=int(wanted) if wanted.isdecimal() else None
    )
    return render(
        request, "intake/mapping_versions.html", {"versions": versions, "kept": kept, "name": name}
    )


MAPPINGS = Table(
    key="intake.mappings",
    title=gettext_lazy("Mappings"),
    columns=(
        Column(
            "name",
            gettext_lazy("Mapping"),
            lead=True,
            search=("name", "source"),
            link=lambda view: reverse("intake:mapping", args=[view.name]),
        ),
        Column("source", gettext_lazy("Source"), search=("source",)),
        Column("version", gettext_lazy("Version"), Kind.NUMBER),
        Column("created_at", gettext_lazy("Kept"), Kind.MOMENT),
        Column("created_by", gettext_lazy("By")),
        Column(
            "use",
            gettext_lazy("Use"),
            sort=None,
            value=lambda view: "",
            cell=lambda view: format_html(
                '<a class="btn btn-s" href="{}?mapping={}">{}</a>',
                reverse("intake:new"),
                view.name,
                _("Import with it"),
            ),
        ),
    ),
    order="name",
    exports=False,
    empty=Empty(
        gettext_lazy("No mapping is kept yet"),
        gettext_lazy("A mapping says what the columns of a file mean. It is kept with an import."),
        "",
        gettext_lazy("Import a file"),
        "/data/imports/new/",
    ),
)
