"""What a running job holds in its hand: steps, progress, and whether it should stop."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from django.db import OperationalError
from django.utils.functional import cached_property

from vetta.core import clock
from vetta.core.access import Actor, actor_for, system_actor
from vetta.core.models import Job, JobState

_WRITE_EVERY = 0.5  # seconds: progress is written no more often, so that it costs nothing


class JobInterrupted(Exception):
    """The job must stop here and will be taken up again: its worker stops, or lost its lease."""


class JobCancelled(Exception):
    """Somebody cancelled the job."""


class JobContext:
    """Handed to a job's function.

    ``step`` begins a step, ``advance`` says how far it is, ``check_cancelled`` is called where
    stopping is safe. All are cheap enough to be called in a loop.
    """

    def __init__(self, job: Job) -> None:
        self.job = job
        self.is_lease_lost = False
        self.is_stopping = False
        self._written_at = 0.0
        self._asked_at = 0.0

    @cached_property
    def actor(self) -> Actor:
        """On whose behalf the job runs, with the roles of now, not of when it was asked for."""
        user = self.job.actor
        return actor_for(user) if user else system_actor(self.job.name)

    def plan(self, *names: str) -> None:
        """Announce the steps to come, so that the page can show them before they begin."""
        self.job.steps = [_step(name) for name in names]
        self._write()

    def step(self, name: str, total: int | None = None) -> None:
        """Begin a step and end the one before.

        Args:
            total: how much there is to do, in whatever ``advance`` counts; None if unknown.
        """
        now = clock.now().isoformat()
        steps = self.job.steps
        for before in steps:
            if before["started_at"] and not before["finished_at"]:
                before["finished_at"] = now
        planned = next(
            (one for one in steps if one["name"] == name and not one["started_at"]), None
        )
        begun = planned if planned is not None else _step(name)
        if planned is None:
            steps.append(begun)
        begun.update(total=total, started_at=now)
        self._write()

    def advance(self, done: int, total: int | None = None) -> None:
        """Say how much of the current step is done, in all; ``total`` may correct the whole."""
        step = self._current()
        if step is None:
            return
        step["done"] = done
        if total is not None:
            step["total"] = total
        if time.monotonic() - self._written_at >= _WRITE_EVERY:
            self._write()

    def result(self, **values: Any) -> None:
        """Note something of the outcome; JSON values only."""
        self.job.result.update(values)

    def check_cancelled(self) -> None:
        """Return only if the job should go on.

        Raises:
            JobCancelled: somebody cancelled it.
            JobInterrupted: this worker must leave it to another, or to a later start.
        """
        if self.is_lease_lost or self.is_stopping:
            raise JobInterrupted
        if time.monotonic() - self._asked_at < _WRITE_EVERY:
            return
        self._asked_at = time.monotonic()
        mine = self._mine().values_list("cancel_requested_at", flat=True).first()
        if mine is not None:
            raise JobCancelled
        if not self._mine().exists():
            self.is_lease_lost = True
            raise JobInterrupted

    def _current(self) -> dict[str, Any] | None:
        running = (one for one in self.job.steps if one["started_at"] and not one["finished_at"])
        return next(running, None)

    def _mine(self) -> Any:
        """The job's row while this attempt still owns it: another attempt must not be disturbed."""
        return Job.objects.filter(
            pk=self.job.pk,
            state=JobState.RUNNING,
            worker=self.job.worker,
            attempt=self.job.attempt,
        )

    def _write(self) -> None:
        self._written_at = time.monotonic()
        try:
            is_mine = self._mine().update(steps=self.job.steps)
        except OperationalError:
            return  # the database is busy with somebody's long write: progress can wait
        self.is_lease_lost = self.is_lease_lost or not is_mine

    def finish(self, state: JobState, error: Mapping[str, Any] | None = None) -> bool:
        """Close the attempt; False where it was no longer this worker's to close."""
        now = clock.now()
        step = self._current()
        if step is not None:
            step["finished_at"] = now.isoformat()
            if state == JobState.DONE and step["total"] is not None:
                step["done"] = step["total"]
        changed = self._mine().update(
            state=state,
            steps=self.job.steps,
            result=self.job.result,
            error=dict(error or {}),
            finished_at=now,
            lease_until=None,
        )
        return bool(changed)


def _step(name: str) -> dict[str, Any]:
    return {
        "name": str(name),
        "done": 0,
        "total": None,
        "started_at": None,
        "finished_at": None,
    }
