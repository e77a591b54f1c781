"""The one Django task, which runs a job by its number, and putting jobs before it."""

from __future__ import annotations

from django.db import transaction
from django_tasks import task

from vetta.core.jobs import runner
from vetta.core.models import Job, JobState


@task()
def run_job(job_id: str) -> None:
    """Run a waiting job; nothing where it was cancelled or taken meanwhile."""
    interrupted = runner.run(job_id)
    if interrupted is not None:
        put_back(interrupted, counts=False)


def queue(job: Job) -> None:
    """Hand a waiting job to the task queue."""
    Job.objects.filter(pk=job.pk).update(task_id=str(run_job.enqueue(str(job.pk)).id))


def put_back(job: Job, *, counts: bool) -> bool:
    """Return a running job to the queue; False where it is no longer that attempt's.

    Args:
        counts: whether the attempt counts: a worker that stops in good order costs none.
    """
    mine = Job.objects.filter(
        pk=job.pk, state=JobState.RUNNING, worker=job.worker, attempt=job.attempt
    )
    with transaction.atomic():
        changed = mine.update(
            state=JobState.QUEUED,
            lease_until=None,
            # A new attempt number per run fences the old one off; the budget is what gives way.
            attempts_allowed=job.attempts_allowed + (0 if counts else 1),
        )
        if changed:
            queue(job)
    return bool(changed)
