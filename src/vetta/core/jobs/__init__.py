"""Background jobs, on the Django tasks interface: steps, progress, cancel, retry, and a lease.

A room declares a job with ``@job`` in its ``jobs.py`` (imported when the program starts) and
starts it with ``enqueue``. A job must be safe to run again from its start: when a worker dies,
another takes its job up.
"""

from vetta.core.jobs.context import JobCancelled, JobContext, JobInterrupted
from vetta.core.jobs.maintenance import register_maintenance
from vetta.core.jobs.registry import JobKind, job, kind
from vetta.core.jobs.selectors import JobView, StepView, get, view, visible
from vetta.core.jobs.services import cancel, enqueue, retry, take_up_lapsed

__all__ = [
    "JobCancelled",
    "JobContext",
    "JobInterrupted",
    "JobKind",
    "JobView",
    "StepView",
    "cancel",
    "enqueue",
    "get",
    "job",
    "kind",
    "register_maintenance",
    "retry",
    "take_up_lapsed",
    "view",
    "visible",
]
