"""What the import door can receive. Fact tables go to the store; rooms register the rest.

Filled in ``apps.ready()`` of the rooms; the door knows no table by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from vetta.core.models import User
from vetta.engine.schema import FACT_TABLES, TableSchema
from vetta.kernel.problem import Problem


@dataclass(frozen=True)
class ReceiveContext:
    """What a receiver must know of the batch.

    Args:
        source: the system that the rows come from.
        actor: the user who sent them; None for whoever holds the machine.
        known_at: when the batch began; what it brings is known from then on.
    """

    batch_id: str
    source: str
    actor: User | None
    known_at: datetime


class WorkspaceReceiver(Protocol):
    """Receives one table of the workspace.

    Rows are dictionaries of contract columns with typed values (None for empty), custom
    attributes as ``custom__name``, and ``__row``, the row's number in its file.
    """

    schema: TableSchema

    def check(self, rows: list[dict[str, Any]], *, context: ReceiveContext) -> list[Problem]:
        """Problems whose ``row`` is an index into ``rows``. Rows with an error are refused."""
        ...

    def apply(self, rows: list[dict[str, Any]], *, context: ReceiveContext) -> dict[str, int]:
        """Write the rows within the caller's transaction: inserted, updated, unchanged."""
        ...

    def undo(self, *, context: ReceiveContext) -> list[Problem]:
        """Reverse what ``context.batch_id`` did; where there are problems, do nothing."""
        ...


FIRST = (
    "organisation",
    "teams",
    "people",
    "positions",
    "assignments",
    "reporting_lines",
    "person_attributes",
)

_receivers: dict[str, WorkspaceReceiver] = {}


def register(receiver: WorkspaceReceiver) -> None:
    """Make a table of the workspace receivable; called from ``apps.ready()``.

    Raises:
        ValueError: where another receiver has that name.
    """
    name = receiver.schema.name
    known = _receivers.setdefault(name, receiver)
    if name in FACT_TABLES or type(known) is not type(receiver):
        raise ValueError(f"The table {name} is registered twice.")


def receivers() -> Mapping[str, WorkspaceReceiver]:
    """The workspace's tables in the order in which a batch brings them."""
    names = [name for name in FIRST if name in _receivers]
    names += [name for name in _receivers if name not in FIRST]
    return {name: _receivers[name] for name in names}


def schemas() -> dict[str, TableSchema]:
    """Every table that can be imported: first people and their like, then facts, then the rest."""
    found = receivers()
    early = {name: found[name].schema for name in found if name in FIRST}
    late = {name: found[name].schema for name in found if name not in FIRST}
    return {**early, **FACT_TABLES, **late}
