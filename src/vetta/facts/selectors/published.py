"""The published facts: readers see the versions of one finished batch, never half of one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

import duckdb
from django.conf import settings

from vetta.adapters.store import FactStore, connect
from vetta.facts.contracts import Snapshot
from vetta.intake import selectors as intake


@lru_cache(maxsize=4)
def _store(root: str) -> FactStore:
    return FactStore(root)


def store() -> FactStore:
    """The fact store of the data folder; one object per process, so that pinned versions are
    read from disk once."""
    return _store(str(settings.VETTA_HOME.facts))


def current_snapshot() -> Snapshot:
    """What is published now. One query."""
    number, versions = intake.snapshot()
    return Snapshot(number, versions)


def past_snapshot(snapshot_id: int) -> Snapshot | None:
    """A snapshot that was published before; None where there is none of that id."""
    versions = intake.snapshot_versions(snapshot_id)
    return None if versions is None else Snapshot(snapshot_id, versions)


@contextmanager
def connection_at(snapshot: Snapshot | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB connection with one view per fact table at a snapshot, the current one if None."""
    chosen = current_snapshot() if snapshot is None else snapshot
    with connect() as connection:
        store().attach(connection, chosen.versions)
        yield connection
