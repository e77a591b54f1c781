"""Starting, cancelling and retrying jobs, and taking up those of dead workers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from vetta.core import audit, clock, request_context
from vetta.core.access import Actor
from vetta.core.jobs.liveness import is_dead, lease
from vetta.core.jobs.registry import kind
from vetta.core.jobs.selectors import get
from vetta.core.jobs.tasks import put_back, queue
from vetta.core.models import Job, JobState, User
from vetta.kernel.problem import Problem, ProblemError


@transaction.atomic
def enqueue(
    name: str,
    *,
    actor: Actor | User | None,
    payload: Mapping[str, Any] | None = None,
    title: str | None = None,
) -> Job:
    """Put a job into the queue; it starts once the transaction around this commits.

    Args:
        actor: on whose behalf; None or the system for the program's own.
        payload: the keyword arguments of the job's function, JSON values only.
        title: what people read; the kind's own title if None.

    Raises:
        LookupError: where no room declares such a job.
    """
    declared = kind(name)
    job = Job.objects.create(
        name=name,
        title=str(title or declared.title)[:300],
        payload=dict(payload or {}),
        actor=actor.user if isinstance(actor, Actor) else actor,
        attempts_allowed=declared.attempts,
        request_id=request_context.current().request_id,
        created_at=clock.now(),
    )
    queue(job)
    return job


@transaction.atomic
def cancel(job_id: UUID | str, *, actor: Actor) -> Job:
    """Cancel a job: at once while it waits, at its next safe point while it runs.

    Raises:
        NotVisible: the actor may not know of it.
        ProblemError: it has ended already.
    """
    job = get(job_id, actor=actor)
    now = clock.now()
    waiting = Job.objects.filter(pk=job.pk, state=JobState.QUEUED)
    running = Job.objects.filter(pk=job.pk, state=JobState.RUNNING)
    if not (
        waiting.update(state=JobState.CANCELLED, finished_at=now, cancel_requested_at=now)
        or running.update(cancel_requested_at=now)
    ):
        raise ProblemError(
            Problem(
                code="core.job_ended",
                message=_("This job has ended already; there is nothing to cancel."),
                hint=_("Look at its result, or start it again."),
            )
        )
    audit.record("core.job_cancelled", actor=actor, subject=_subject(job))
    return get(job_id, actor=actor)


@transaction.atomic
def retry(job_id: UUID | str, *, actor: Actor) -> Job:
    """Start a failed or cancelled job again, from its beginning.

    Raises:
        NotVisible: the actor may not know of it.
        ProblemError: it waits, runs or is done.
    """
    job = get(job_id, actor=actor)
    ended = Job.objects.filter(pk=job.pk, state__in=[JobState.FAILED, JobState.CANCELLED])
    if not ended.update(
        state=JobState.QUEUED,
        steps=[],
        result={},
        error={},
        attempts_allowed=job.attempt + kind(job.name).attempts,
        cancel_requested_at=None,
        started_at=None,
        finished_at=None,
    ):
        raise ProblemError(
            Problem(
                code="core.job_not_retryable",
                message=_("Only a job that failed or was cancelled can be started again."),
                hint=_("Wait until it has ended."),
            )
        )
    queue(job)
    audit.record("core.job_retried", actor=actor, subject=_subject(job))
    return get(job_id, actor=actor)


def _subject(job: Job) -> audit.Subject:
    return audit.Subject("core.job", str(job.pk), job.title)


def take_up_lapsed() -> list[Job]:
    """Return the jobs of dead workers to the queue; those that killed too many are failed.

    Cheap where there is nothing to do; every worker calls it every few seconds.
    """
    taken = [job for job in _orphans() if _take_up(job)]
    return taken + [job for job in _lost() if _requeue(job)]


def _orphans() -> list[Job]:
    """Running jobs whose worker is dead: known to be, or silent past its lease."""
    now = clock.now()

    def is_orphan(job: Job) -> bool:
        dead = is_dead(job.worker)
        return dead is True or (dead is None and (job.lease_until is None or job.lease_until < now))

    return [job for job in Job.objects.filter(state=JobState.RUNNING) if is_orphan(job)]


def _take_up(job: Job) -> bool:
    """Put an orphan back, or close it: cancelled if somebody asked, failed if it killed enough."""
    if job.cancel_requested_at is not None:
        changed = _close(job, JobState.CANCELLED, {})
    elif job.attempt >= job.attempts_allowed:
        changed = _close(job, JobState.FAILED, _killed(job).as_json())
    else:
        changed = put_back(job, counts=True)
    if changed and job.task_id:
        DBTaskResult.objects.filter(pk=job.task_id, status=TaskResultStatus.RUNNING).update(
            status=TaskResultStatus.FAILED, finished_at=clock.now()
        )
    return changed


def _close(job: Job, state: JobState, error: dict[str, Any]) -> bool:
    mine = Job.objects.filter(
        pk=job.pk, state=JobState.RUNNING, worker=job.worker, attempt=job.attempt
    )
    return bool(mine.update(state=state, error=error, lease_until=None, finished_at=clock.now()))


def _killed(job: Job) -> Problem:
    return Problem(
        code="core.job_worker_died",
        message=_("The worker was killed {count} times while it ran this job.").format(
            count=job.attempt
        ),
        hint=_("Memory is the usual cause. Look at the system's log, then start the job again."),
    )


def _lost() -> list[Job]:
    """Waiting jobs that the task queue will never hand out: their worker died taking them."""
    waiting = list(Job.objects.filter(state=JobState.QUEUED).exclude(task_id=""))
    found = {
        str(task.pk): task
        for task in DBTaskResult.objects.filter(pk__in=[job.task_id for job in waiting])
    }
    return [job for job in waiting if _is_lost(found.get(job.task_id))]


def _is_lost(task: DBTaskResult | None) -> bool:
    if task is None:
        return True
    if task.status == TaskResultStatus.READY:
        return False
    if task.status == TaskResultStatus.RUNNING:
        if not task.worker_ids or is_dead(task.worker_ids[-1]) is False:
            return False
        since = clock.now() - (task.started_at or task.enqueued_at)
        return is_dead(task.worker_ids[-1]) is True or since > lease()
    return True


def _requeue(job: Job) -> bool:
    with transaction.atomic():
        # Only one of several workers that see it may: the task number is the token.
        owned = Job.objects.filter(pk=job.pk, state=JobState.QUEUED, task_id=job.task_id)
        if not owned.update(task_id="-"):
            return False
        DBTaskResult.objects.filter(pk=job.task_id, status=TaskResultStatus.RUNNING).update(
            status=TaskResultStatus.FAILED, finished_at=clock.now()
        )
        queue(job)
    return True
