"""``vetta worker``: run background jobs."""

from __future__ import annotations

from typing import Annotated

import typer

from vetta.site.worker import run_worker, run_workers


def register(parent: typer.Typer) -> None:
    parent.command(name="worker")(worker)


def worker(
    processes: Annotated[int, typer.Option(min=1, max=64, help="How many worker processes.")] = 1,
    drain: Annotated[
        bool, typer.Option("--drain", help="Run what waits, then end instead of waiting for more.")
    ] = False,
) -> None:
    """Run background jobs until stopped.

    Ctrl-C or SIGTERM stops at the job's next safe point, and the job returns to the queue; a
    second one stops at once. A job whose worker was killed is taken up by another.
    """
    if processes == 1 or drain:
        run_worker(drain=drain)
    else:
        raise typer.Exit(run_workers(processes))
