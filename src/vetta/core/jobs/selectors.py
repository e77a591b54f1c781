"""Reading jobs: which one may see, and how far they are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from vetta.core import clock
from vetta.core.access import Actor, NotVisible, allows
from vetta.core.models import Job, JobState
from vetta.core.permissions import JOBS_ALL, JOBS_OWN


@dataclass(frozen=True, slots=True)
class StepView:
    """One step. ``state`` is ``waiting``, ``running`` or ``done``; ``percent`` None if unknown."""

    name: str
    state: str
    done: int
    total: int | None
    percent: int | None
    seconds: float | None  # how long it took, or has taken so far


@dataclass(frozen=True, slots=True)
class JobView:
    """A job as pages, API and command line show it.

    Args:
        percent: of the current step while it runs, 100 when done, None if unknown.
        remaining_seconds: what the current step will still take at its pace so far, or None.
        error: a Problem's JSON form, or None.
    """

    id: UUID
    name: str
    title: str
    state: JobState
    actor: str
    steps: tuple[StepView, ...]
    percent: int | None
    remaining_seconds: int | None
    attempt: int
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    can_cancel: bool
    can_retry: bool
    is_cancelling: bool
    is_finished: bool
    result: dict[str, Any]
    error: dict[str, Any] | None

    @property
    def current_step(self) -> StepView | None:
        return next((step for step in self.steps if step.state == "running"), None)


def visible(actor: Actor) -> QuerySet[Job]:
    """The jobs that an actor may see, newest first: his own, or everybody's."""
    jobs = Job.objects.select_related("actor").order_by("-created_at", "id")
    if allows(actor, JOBS_ALL):
        return jobs
    if allows(actor, JOBS_OWN) and actor.user is not None:
        return jobs.filter(actor=actor.user)
    return jobs.none()


def get(job_id: UUID | str, *, actor: Actor) -> Job:
    """One job.

    Raises:
        NotVisible: there is none that this actor may see.
    """
    try:
        return visible(actor).get(pk=job_id)
    except (Job.DoesNotExist, ValidationError, ValueError):
        raise NotVisible from None


def view(job: Job) -> JobView:
    """A job as it is shown."""
    now = clock.now()
    steps = tuple(_step(step, now) for step in job.steps)
    current = next((step for step in steps if step.state == "running"), None)
    is_running = job.state == JobState.RUNNING
    return JobView(
        id=job.id,
        name=job.name,
        title=job.title,
        state=JobState(job.state),
        actor=str(job.actor) if job.actor else "",
        steps=steps,
        percent=100 if job.state == JobState.DONE else current.percent if current else None,
        remaining_seconds=_remaining(current) if current and is_running else None,
        attempt=job.attempt,
        created_at=job.created_at,
        started_at=job.started_at,
        finished_at=job.finished_at,
        can_cancel=not job.is_finished and job.cancel_requested_at is None,
        can_retry=job.state in {JobState.FAILED, JobState.CANCELLED},
        is_cancelling=is_running and job.cancel_requested_at is not None,
        is_finished=job.is_finished,
        result=job.result,
        error=job.error or None,
    )


def _step(step: dict[str, Any], now: datetime) -> StepView:
    started, finished = (
        datetime.fromisoformat(step[name]) if step[name] else None
        for name in ("started_at", "finished_at")
    )
    state = "done" if finished else "running" if started else "waiting"
    total, done = step["total"], step["done"]
    percent = min(100, done * 100 // total) if total else None
    return StepView(
        name=step["name"],
        state=state,
        done=done,
        total=total,
        percent=100 if finished else percent,
        seconds=((finished or now) - started).total_seconds() if started else None,
    )


def _remaining(step: StepView) -> int | None:
    """Seconds left at the pace so far; None in the first second or without a whole."""
    if not step.total or not step.done or step.seconds is None or step.seconds < 1:
        return None
    return round(step.seconds * max(0, step.total - step.done) / step.done)
