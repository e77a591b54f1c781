"""Jobs for tests, and a small program that runs them in a process of its own.

``python -m tests.core.lab worker`` works; ``… prepare FILE`` makes the workspace and puts a slow
job into its queue.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

calls: list[object] = []


def declare_lab_jobs() -> None:
    from django.db.models import F

    from vetta.core import clock
    from vetta.core.jobs import JobContext, job
    from vetta.core.jobs.registry import _kinds
    from vetta.core.models import Job
    from vetta.kernel.problem import Problem, ProblemError

    if "lab.count" in _kinds:
        return

    @job("lab.count", title="Count")
    def count(context: JobContext, *, upto: int) -> dict[str, int]:
        context.step("Look")
        context.step("Count", total=upto)
        for number in range(upto):
            context.check_cancelled()
            context.advance(number)
        calls.append(("count", upto))
        return {"counted": upto}

    @job("lab.who", title="Say who")
    def who(context: JobContext) -> None:
        actor = context.actor
        calls.append(("who", actor.user and actor.user.pk, bool(actor.is_system or actor.roles)))

    @job("lab.refuse", title="Refuse")
    def refuse(context: JobContext) -> None:
        bad = Problem(code="lab.bad_file", message="The file is bad.", hint="Send another file.")
        raise ProblemError(bad, bad)

    @job("lab.crash", title="Crash")
    def crash(context: JobContext) -> None:
        raise RuntimeError("kaboom")

    @job("lab.cancel_itself", title="Cancel")
    def cancel_itself(context: JobContext) -> None:
        calls.append(("before", True))
        Job.objects.filter(pk=context.job.pk).update(cancel_requested_at=clock.now())
        context.check_cancelled()
        calls.append(("after", True))

    @job("lab.stop_worker", title="Stop")
    def stop_worker(context: JobContext) -> None:
        if context.job.attempt == 1:
            calls[0].shutdown(15, None)
        context.check_cancelled()

    @job("lab.lose_lease", title="Lose")
    def lose_lease(context: JobContext) -> None:
        Job.objects.filter(pk=context.job.pk).update(attempt=F("attempt") + 6, steps=["another's"])
        context.step("Mine")
        context.check_cancelled()

    @job("lab.slow", title="Slow")
    def slow(context: JobContext, *, path: str) -> dict[str, int]:
        """Writes each attempt's number and process into a file; the first attempts never end."""
        with Path(path).open("a") as handle:
            handle.write(f"{context.job.attempt} {os.getpid()}\n")
        context.step("Sleep", total=600)
        for tenth in range(600 if context.job.attempt < 3 else 1):
            context.check_cancelled()
            context.advance(tenth)
            time.sleep(0.1)
        return {"attempt": context.job.attempt}


def main(command: str, *arguments: str) -> None:
    import django

    django.setup()
    declare_lab_jobs()
    from django.core.management import call_command

    from vetta.core.jobs import enqueue
    from vetta.core.jobs.worker import Worker

    if command == "prepare":
        call_command("migrate", verbosity=0)
        enqueue("lab.slow", actor=None, payload={"path": arguments[0]})
    else:
        worker = Worker(interval=0.1)
        worker.configure_signals()
        worker.run()


if __name__ == "__main__":
    main(*sys.argv[1:])
