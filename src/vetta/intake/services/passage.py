"""One passage through the import door: what its parts share while it lasts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from vetta.core.access import Actor
from vetta.intake.mapping import Mapping
from vetta.intake.models import (
    Batch,
)
from vetta.intake.registry import ReceiveContext

Progress = Callable[[str, int, int | None], None]


def no_progress(_step: str, _done: int, _total: int | None) -> None:
    """Tells nobody."""


@dataclass
class Passage:
    """One passage through the door, while it lasts."""

    batch_id: str
    source: str
    actor: Actor
    dry_run: bool
    mapping: Mapping
    connection: duckdb.DuckDBPyConnection
    folder: Path
    progress: Progress
    batch: Batch | None
    context: ReceiveContext
