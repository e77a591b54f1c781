"""Running one job: claim, lease, heartbeat, outcome."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.db import DatabaseError, connection
from django.db.models import F
from django.utils import translation
from django.utils.translation import gettext as _

from vetta.core import clock, request_context
from vetta.core.jobs.context import JobCancelled, JobContext, JobInterrupted
from vetta.core.jobs.liveness import identity, lease
from vetta.core.jobs.registry import kind
from vetta.core.models import Job, JobState
from vetta.kernel.problem import Problem, ProblemError

log = logging.getLogger("vetta.jobs")

_running: set[JobContext] = set()


def stop_running() -> None:
    """Ask the jobs of this process to stop at their next safe point; they return to the queue."""
    for context in tuple(_running):
        context.is_stopping = True


def run(job_id: str) -> Job | None:
    """Run a waiting job to its end; nothing where it is not waiting any more.

    Returns the job only where it was interrupted and must return to the queue.
    """
    job = _claim(job_id)
    if job is None:
        return None
    context = JobContext(job)
    language = job.actor.language if job.actor else "en"
    with (
        request_context.entered(request_id=job.request_id, channel="job"),
        translation.override(language),
        _kept_alive(context),
    ):
        return None if _run_claimed(context) else job


def _claim(job_id: str) -> Job | None:
    """Take the job, if it waits; the row count says whether this worker won it."""
    now = clock.now()
    won = Job.objects.filter(pk=job_id, state=JobState.QUEUED).update(
        state=JobState.RUNNING,
        attempt=F("attempt") + 1,
        worker=identity(),
        lease_until=now + lease(),
        started_at=now,
        steps=[],
        result={},
    )
    return Job.objects.select_related("actor").get(pk=job_id) if won else None


def _run_claimed(context: JobContext) -> bool:
    """Call the function and note what came of it; False where it was interrupted."""
    job = context.job
    try:
        returned = kind(job.name).function(context, **job.payload)
        if isinstance(returned, Mapping):
            context.result(**returned)
        context.finish(JobState.DONE)
    except JobCancelled:
        context.finish(JobState.CANCELLED)
    except JobInterrupted:
        return False
    except ProblemError as error:
        problem = error.problems[0].as_json()
        problem["problems"] = [each.as_json() for each in error.problems[:100]]
        context.finish(JobState.FAILED, problem)
    except Exception:
        log.exception("Job %s (%s) failed", job.pk, job.name)
        context.finish(JobState.FAILED, _unforeseen(job).as_json())
    return True


def _unforeseen(job: Job) -> Problem:
    return Problem(
        code="core.job_failed",
        message=_("The job stopped at something that was not foreseen."),
        hint=_(
            "Start it again; if it fails again, tell the administrator this number: {id}"
        ).format(id=job.pk),
    )


@contextmanager
def _kept_alive(context: JobContext) -> Iterator[None]:
    """Renew the lease from a thread of its own while the block runs."""
    ended = threading.Event()
    thread = threading.Thread(
        target=_beat, args=(context, ended), name=f"lease {context.job.pk}", daemon=True
    )
    _running.add(context)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        _running.discard(context)


def _beat(context: JobContext, ended: threading.Event) -> None:
    job = context.job
    try:
        while not ended.wait(lease().total_seconds() / 3):
            try:
                renewed = Job.objects.filter(
                    pk=job.pk, state=JobState.RUNNING, worker=job.worker, attempt=job.attempt
                ).update(lease_until=clock.now() + lease())
            except DatabaseError:
                # A long write holds the database; the next beat comes before the lease lapses.
                connection.close()
                continue
            if not renewed:
                context.is_lease_lost = True
                return
    finally:
        connection.close()
