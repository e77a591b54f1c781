"""Background jobs: what runs, how far it is, what came of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from vetta.core import jobs as running
from vetta.core.access import allows, require
from vetta.core.models import Job, JobState
from vetta.core.permissions import JOBS_ALL, JOBS_OWN
from vetta.home.work import state_tag, work_of
from vetta.kernel.problem import ProblemError
from vetta.ui.progress import Work
from vetta.ui.tables import Column, Empty, Filter, Kind, Table

JOBS = Table(
    key="home.jobs",
    title=gettext_lazy("Jobs"),
    columns=(
        Column(
            "title",
            gettext_lazy("Job"),
            lead=True,
            nowrap=False,
            search=("title", "name"),
            link=lambda job: reverse("home:job", args=[job.pk]),
        ),
        Column(
            "state",
            gettext_lazy("State"),
            value=lambda job: str(JobState(job.state).label),
            cell=lambda job: state_tag(JobState(job.state)),
        ),
        Column(
            "actor",
            gettext_lazy("Asked by"),
            value=lambda job: str(job.actor or "Vetta"),
            sort="actor__name",
            search=("actor__name",),
        ),
        Column("created_at", gettext_lazy("Asked for"), Kind.MOMENT),
        Column("started_at", gettext_lazy("Started"), Kind.MOMENT, shown=False),
        Column("finished_at", gettext_lazy("Ended"), Kind.MOMENT),
        Column("attempt", gettext_lazy("Attempts"), Kind.NUMBER, shown=False),
    ),
    filters=(
        Filter("state", gettext_lazy("State"), choices=JobState.choices),
        Filter("created_at", gettext_lazy("Asked for"), dates=True),
    ),
    order="-created_at",
    empty=Empty(
        gettext_lazy("No jobs yet"),
        gettext_lazy("Long work, such as imports, runs here while you do something else."),
        gettext_lazy("A job shows its steps and the time left, and can be cancelled."),
    ),
)


@require_GET
@login_required
def jobs(request: HttpRequest) -> HttpResponseBase:
    require(request.actor, JOBS_OWN)
    context = {"is_everybodys": allows(request.actor, JOBS_ALL)}
    return JOBS.respond(request, running.visible(request.actor), "home/jobs.html", context)


@require_GET
@login_required
def job(request: HttpRequest, pk: UUID) -> HttpResponse:
    kept = running.get(pk, actor=request.actor)
    shown = running.view(kept)
    context = {
        "job": shown,
        "state": state_tag(shown.state),
        "work": _work(shown),
        "problems": _problems(shown),
        "result": _result(kept),
    }
    return render(request, "home/job.html", context)


def _work(job: running.JobView) -> Work:
    return work_of(
        job,
        poll_url=reverse("home:job-progress", args=[job.id]),
        cancel_url=reverse("home:cancel-job", args=[job.id]),
        done_url=reverse("home:job", args=[job.id]),
    )


def _problems(job: running.JobView) -> list[dict[str, Any]]:
    if not job.error:
        return []
    return job.error.get("problems") or [job.error]


def _result(job: Job) -> list[tuple[str, Any]]:
    """The plain values of a result; what has structure belongs to its room's own page."""
    words = {True: _("yes"), False: _("no")}
    return [
        (name.replace("_", " "), words[value] if isinstance(value, bool) else value)
        for name, value in job.result.items()
        if isinstance(value, str | int | bool)
    ]


@require_GET
@login_required
def progress(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The progress alone; once the job has ended the page opens anew with its outcome."""
    shown = running.view(running.get(pk, actor=request.actor))
    if shown.is_finished:
        response = HttpResponse(status=200)
        response["HX-Redirect"] = reverse("home:job", args=[pk])
        return response
    return render(request, "home/progress.html", {"work": _work(shown)})


@require_POST
@login_required
def cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    try:
        job = running.cancel(pk, actor=request.actor)
    except ProblemError as error:
        messages.error(request, str(error))
    else:
        done = job.state == JobState.CANCELLED
        messages.success(
            request,
            _("The job is cancelled.") if done else _("The job stops at its next safe point."),
        )
    return redirect("home:job", pk=pk)


@require_POST
@login_required
def retry(request: HttpRequest, pk: UUID) -> HttpResponse:
    try:
        running.retry(pk, actor=request.actor)
    except ProblemError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The job starts again."))
    return redirect("home:job", pk=pk)
