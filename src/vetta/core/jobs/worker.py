"""The worker: takes jobs from the queue, looks after those of dead workers, does the chores."""

from __future__ import annotations

import logging
import signal
import sys
import time
from types import FrameType

from django.db import OperationalError, close_old_connections, connection
from django_tasks.base import DEFAULT_TASK_BACKEND_ALIAS
from django_tasks_db.management.commands.db_worker import Worker as TaskWorker
from django_tasks_db.models import DBTaskResult
from django_tasks_db.utils import exclusive_transaction, is_locked_database_exception

from vetta.core.jobs import maintenance, runner
from vetta.core.jobs.liveness import identity
from vetta.core.jobs.services import take_up_lapsed

log = logging.getLogger("vetta.worker")

_LOOK_AFTER_EVERY = 5.0  # seconds
_CHORES_EVERY = 60.0


class Worker(TaskWorker):
    """One process's worker; any number of processes may run beside one another.

    Args:
        interval: seconds between two looks into an empty queue.
        drain: return once the queue is empty.
    """

    def __init__(self, *, interval: float = 1.0, drain: bool = False) -> None:
        super().__init__(
            queue_names=["*"],
            interval=interval,
            batch=drain,
            backend_name=DEFAULT_TASK_BACKEND_ALIAS,
            startup_delay=False,
            max_tasks=None,
            worker_id=identity(),
            excluded_queue_names=[],
        )
        self._looked_at = self._chores_at = float("-inf")

    def shutdown(self, signum: int, frame: FrameType | None) -> None:
        """First signal: stop at the next safe point; the job returns to the queue. Second: now."""
        if not self.running:
            self.reset_signals()
            sys.exit(1)
        log.info("Worker stops (%s)", signal.strsignal(signum))
        self.running = False
        runner.stop_running()

    def run(self) -> None:
        log.info("Worker %s started", self.worker_id)
        while self.running:
            _refresh_connections()
            try:
                self._look_after()
                task = self._take()
            except OperationalError as error:
                if not is_locked_database_exception(error):
                    raise
                task = None
            if task is not None:
                self.run_task(task)
            elif self.batch:
                return
            else:
                self._sleep()
        log.info("Worker %s stopped", self.worker_id)

    def _look_after(self) -> None:
        now = time.monotonic()
        if now - self._looked_at >= _LOOK_AFTER_EVERY:
            self._looked_at = now
            for job in take_up_lapsed():
                log.warning("Job %s was left by a dead worker and is taken up", job.pk)
        if now - self._chores_at >= _CHORES_EVERY:
            self._chores_at = now
            maintenance.run_due()

    def _take(self) -> DBTaskResult | None:
        ready = DBTaskResult.objects.ready().filter(backend_name=self.backend_name)
        if not ready.exists():  # so that an idle worker never asks for the write lock
            return None
        with exclusive_transaction(ready.db):
            task = ready.get_locked()
            if task is not None:
                task.claim(self.worker_id)
        return task

    def _sleep(self) -> None:
        until = time.monotonic() + self.interval
        while self.running and (left := until - time.monotonic()) > 0:
            time.sleep(min(left, 0.2))


def _refresh_connections() -> None:
    """Drop a connection that the server has closed meanwhile; never one amid a transaction."""
    if not connection.in_atomic_block:
        close_old_connections()


def drain() -> None:
    """Run all waiting jobs in this process and return: for the command line and tests."""
    Worker(drain=True).run()
