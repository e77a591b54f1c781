"""Which process works on a job, and whether it still lives.

A lease says so everywhere, but late. On the same machine the system can be asked at once, and a
process that lives but could not renew its lease (a long write held the database) keeps its job.
"""

from __future__ import annotations

import os
import socket
from datetime import timedelta
from functools import cache
from pathlib import Path

from django.conf import settings


def lease() -> timedelta:
    """How long a job stays its worker's without a sign of life."""
    return timedelta(seconds=settings.VETTA_JOB_LEASE)


@cache
def _identity_of(pid: int) -> str:
    return f"{socket.gethostname()[:24]}/{pid}/{_started(pid) or 0}"


def identity() -> str:
    """This process: host, process number and when it started; at most 64 characters."""
    return _identity_of(os.getpid())


def is_dead(worker: str) -> bool | None:
    """Whether that process is known to be gone; None where it cannot be known from here."""
    host, _, rest = worker.partition("/")
    pid, _, started = rest.partition("/")
    if host != socket.gethostname()[:24] or not Path("/proc/self/stat").exists():
        return None
    if not pid.isdigit() or not started.isdigit():
        return None
    return _started(int(pid)) != int(started)


def _started(pid: int) -> int | None:
    """When a process started, in clock ticks since boot; None where there is none (or a zombie)."""
    try:
        # The name in brackets may hold anything; the fields count from its end.
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in {"Z", "X"} else int(fields[19])
