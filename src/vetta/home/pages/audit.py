"""The audit trail: search, one entry, verification."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from vetta.core import audit
from vetta.core.access import NotVisible, require
from vetta.core.jobs import enqueue
from vetta.core.models import AuditEntry, Job, JobState, User
from vetta.core.permissions import AUDIT_VIEW
from vetta.home.jobs import VERIFY
from vetta.ui.tables import Column, Empty, Filter, Kind, QuerySetSource, Table


def _actors(request: HttpRequest) -> Iterable[tuple[str, str]]:
    """Who has ever done anything, by name."""
    numbers = AuditEntry.objects.order_by().values("actor_id").distinct()
    found = User.objects.filter(pk__in=numbers).order_by("name", "email")
    return [(str(user.pk), str(user)) for user in found]


def _actions(request: HttpRequest) -> Iterable[tuple[str, str]]:
    """The actions that occur, by title."""
    codes = AuditEntry.objects.order_by("action").values_list("action", flat=True).distinct()
    return sorted(((code, audit.action_title(code)) for code in codes), key=lambda pair: pair[1])


_MOST_FIELDS = 4  # named in the list; the entry's own page shows all


def _subject(entry: audit.Entry) -> str:
    if entry.subject is None:
        return _("(not readable)")
    return entry.subject or f"{entry.subject_type} {entry.subject_id}".strip()


def _who(entry: audit.Entry) -> str:
    return _("(sealed)") if entry.is_actor_sealed else entry.actor


def _changed(entry: audit.Entry) -> str:
    names = [change.field.replace("_", " ") for change in entry.changes]
    shown = ", ".join(names[:_MOST_FIELDS])
    more = len(names) - _MOST_FIELDS
    return shown if more <= 0 else _("%(names)s and %(n)s more") % {"names": shown, "n": more}


def _of_actor(rows: QuerySet[AuditEntry], value: str) -> QuerySet[AuditEntry]:
    return rows.filter(actor_id=int(value)) if value.isdecimal() else rows.none()


TRAIL = Table(
    key="home.audit",
    title=gettext_lazy("Audit trail"),
    search_title=gettext_lazy("Search actions, subjects, requests"),
    columns=(
        Column(
            "title",
            gettext_lazy("What"),
            lead=True,
            sort="action",
            search=("action",),
            link=lambda entry: reverse("home:audit-entry", args=[entry.sequence]),
        ),
        Column("actor", gettext_lazy("Who"), value=_who, sort=None),
        Column(
            "subject",
            gettext_lazy("On what"),
            value=_subject,
            sort=None,
            search=("subject_type", "subject_id"),
        ),
        Column("changes", gettext_lazy("Changed"), value=_changed, sort=None),
        Column("occurred_at", gettext_lazy("When"), Kind.MOMENT, sort="sequence"),
        Column("channel", gettext_lazy("By way of"), shown=False),
        Column(
            "request_id",
            gettext_lazy("Request"),
            shown=False,
            sort=None,
            nowrap=False,
            search=("request_id",),
        ),
        Column("sequence", gettext_lazy("Number"), Kind.NUMBER, shown=False),
        Column("hash", gettext_lazy("Hash"), shown=False, sort=None, nowrap=False),
    ),
    filters=(
        Filter("action", gettext_lazy("What"), choices=_actions),
        Filter("actor", gettext_lazy("Who"), choices=_actors, apply=_of_actor),
        Filter("occurred_at", gettext_lazy("When"), dates=True),
    ),
    order="-occurred_at",
    empty=Empty(
        gettext_lazy("Nothing has happened yet"),
        gettext_lazy("Every change is noted here: who did what to what, and when."),
    ),
)


@require_GET
@login_required
def trail(request: HttpRequest) -> HttpResponseBase:
    actor = request.actor
    require(actor, AUDIT_VIEW)
    rows = QuerySetSource(audit.search(), show=lambda found: audit.read(found, actor=actor))
    return TRAIL.respond(request, rows, "home/audit.html", {"verified": _last_verification()})


def _last_verification() -> dict[str, Any] | None:
    """What the last finished verification found."""
    job = Job.objects.filter(name=VERIFY, state=JobState.DONE).order_by("-finished_at").first()
    if job is None:
        return None
    entries = job.result["entries"]
    return {
        **job.result,
        "at": job.finished_at,
        "text": ngettext("%(n)s entry is sound", "%(n)s entries are sound", entries)
        % {"n": entries},
    }


@require_GET
@login_required
def entry(request: HttpRequest, sequence: int) -> HttpResponse:
    require(request.actor, AUDIT_VIEW)
    found = AuditEntry.objects.filter(sequence=sequence).first()
    if found is None:
        raise NotVisible
    opened = audit.read([found], actor=request.actor)[0]
    context = {
        "entry": opened,
        "subject": _subject(opened),
        "who": _who(opened),
        "previous_hash": found.previous_hash,
        "same_request": audit.search(request_id=found.request_id).exclude(pk=found.pk).count()
        if found.request_id
        else 0,
    }
    return render(request, "home/audit_entry.html", context)


@require_POST
@login_required
def verify(request: HttpRequest) -> HttpResponse:
    """Start recomputing the chain, from the noted head if one is given."""
    require(request.actor, AUDIT_VIEW)
    anchor = request.POST.get("anchor", "").strip()[:64]
    job = enqueue(VERIFY, actor=request.actor, payload={"anchor": anchor})
    return redirect("home:job", pk=job.pk)
