"""A job as the pages' progress shows it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from vetta.core.jobs import JobView
from vetta.core.models import JobState
from vetta.ui.progress import Work
from vetta.ui.status import Status, status_tag

_STATES = {JobState.QUEUED: "waiting"}
_LOOKS = {
    JobState.QUEUED: (Status.NONE, "clock"),
    JobState.RUNNING: (Status.ACCENT, "loader-2"),
    JobState.DONE: (Status.GOOD, "circle-check"),
    JobState.FAILED: (Status.BAD, "alert-octagon"),
    JobState.CANCELLED: (Status.NONE, "ban"),
}


def work_of(job: JobView, *, poll_url: str, cancel_url: str, done_url: str) -> Work:
    """The progress of a job; ``done_url`` opens by itself when it has ended."""
    current = job.current_step
    names = [step.name for step in job.steps]
    return Work(
        title=job.title,
        state=_STATES.get(job.state, job.state.value),
        step_title=current.name if current else "",
        step=names.index(current.name) + 1 if current else 0,
        steps=len(names) if current else 0,
        done=current.done if current else 0,
        total=current.total if current else None,
        seconds_left=job.remaining_seconds,
        poll_url=poll_url,
        done_url=done_url,
        cancel_url=cancel_url if job.can_cancel else "",
        message=_("Stopping at the next safe point") if job.is_cancelling else "",
    )


def state_tag(state: JobState) -> Any:
    """A job's state: icon, word and colour."""
    status, icon = _LOOKS[state]
    return status_tag(status, state.label, icon)
