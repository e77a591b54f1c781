"""The background worker as a program: one process, or several under a supervisor."""

from __future__ import annotations

import os
import sys

from vetta.core.jobs.worker import Worker
from vetta.site.supervisor import Child, Supervisor, vetta_command


def run_worker(*, drain: bool = False, interval: float = 1.0) -> None:
    """Work in this process until a signal, or with ``drain`` until the queue is empty."""
    worker = Worker(drain=drain, interval=interval)
    worker.configure_signals()
    worker.run()


def run_workers(count: int) -> int:
    """Keep ``count`` worker processes alive until a signal; returns the exit code."""
    command = vetta_command("worker")
    children = [Child(f"worker {number + 1}", command, os.environ) for number in range(count)]
    return Supervisor(children, lambda text: print(text, file=sys.stderr)).run()  # noqa: T201
