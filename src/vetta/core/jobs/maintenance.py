"""What must be done now and then, by whichever worker comes first."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q

from vetta.core import clock
from vetta.core.models import MaintenanceRun

log = logging.getLogger("vetta.jobs")


@dataclass(frozen=True)
class Chore:
    name: str
    every: timedelta
    function: Callable[[], object]


_chores: dict[str, Chore] = {}


def register_maintenance(name: str, function: Callable[[], object], *, every: timedelta) -> None:
    """Have a function run about that often, by one worker; called from ``apps.ready()``.

    It should be short: a long work belongs into a job, which the function can enqueue.
    """
    known = _chores.setdefault(name, Chore(name, every, function))
    if known.function is not function:
        raise ValueError(f"The maintenance {name} is registered twice.")


def run_due() -> list[str]:
    """Run what is due and nobody else has begun; returns the names of what ran."""
    done_lately = dict(MaintenanceRun.objects.values_list("name", "last_at"))
    now = clock.now()
    due = [
        chore
        for chore in _chores.values()
        if chore.name not in done_lately or done_lately[chore.name] <= now - chore.every
    ]
    return [chore.name for chore in due if _begin(chore) and _run(chore)]


def _begin(chore: Chore) -> bool:
    """Claim this turn: the row count says whether this worker was the first."""
    now = clock.now()
    row, is_new = MaintenanceRun.objects.get_or_create(name=chore.name, defaults={"last_at": now})
    if is_new:
        return True
    late = Q(last_at__lte=now - chore.every)
    return bool(MaintenanceRun.objects.filter(late, pk=row.pk).update(last_at=now))


def _run(chore: Chore) -> bool:
    try:
        chore.function()
    except Exception:
        # One chore's fault must not keep the others, or the worker, from their work.
        log.exception("Maintenance %s failed", chore.name)
        return False
    return True
