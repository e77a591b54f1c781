"""One writer of facts at a time, on this machine and, with PostgreSQL, across machines."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection

from vetta.adapters.store import WriterLock

ADVISORY_KEY = 7_301_845_210_001
PAUSE_S = 0.2


@contextmanager
def writer_lock(waiting: Callable[[], None] | None = None) -> Iterator[None]:
    """Hold the right to write facts; the system takes it back when the process dies.

    Args:
        waiting: called while another writer holds it; may raise to stop waiting.
    """
    with (
        WriterLock(settings.VETTA_HOME.root / "facts.lock", waiting=waiting),
        _advisory_lock(waiting),
    ):
        yield


@contextmanager
def _advisory_lock(waiting: Callable[[], None] | None) -> Iterator[None]:
    if connection.vendor != "postgresql":
        yield
        return
    while not _asked("SELECT pg_try_advisory_lock(%s)"):
        if waiting is not None:
            waiting()
        time.sleep(PAUSE_S)
    try:
        yield
    finally:
        _asked("SELECT pg_advisory_unlock(%s)")


def _asked(query: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(query, [ADVISORY_KEY])
        return bool(cursor.fetchone()[0])
