"""The facts as one actor may see them: the current warehouse, limited to whom he reaches."""

from __future__ import annotations

import hashlib
import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
from django.db.models import Q, QuerySet

from vetta.core import clock
from vetta.core.selectors import calendar, organisation
from vetta.engine.metrics.query import StoredTable, TableQuery
from vetta.engine.metrics.world import TargetAmount
from vetta.facts import selectors as facts
from vetta.facts.contracts import Snapshot
from vetta.metrics.models import UNITS, Target
from vetta.metrics.revision import revision
from vetta.metrics.warehouse import Surroundings, Warehouse
from vetta.people import selectors as people

MOST_WAREHOUSES = 2
"""The current snapshot, and the one before while a new one is being taken up."""

State = tuple[object, ...]

_warehouses: OrderedDict[State, Warehouse] = OrderedDict()
_lock = threading.Lock()


class Here:
    """What the workspace says now: read once per question, a few small queries."""

    def __init__(self) -> None:
        self.snapshot: Snapshot = facts.current_snapshot()
        self.organisation = organisation()
        self.calendar = calendar()
        self.today = clock.today()
        self.matches = facts.owner_matches(self.snapshot)
        self.metrics_revision = revision()
        self.state: State = (
            str(facts.store().root),
            self.snapshot.id,
            tuple(sorted(self.snapshot.versions.items())),
            people.revision(),
            self.metrics_revision,
            id(self.matches),
            self.organisation.currency,
            json.dumps(self.organisation.calendar, sort_keys=True),
            self.organisation.time_zone,
            self.today,
        )

    @property
    def stable_state(self) -> State:
        """The state in terms that every process shares: for answers kept on disk."""
        own = id(self.matches)
        return (*(part for part in self.state if part != own), _digest(self.matches))

    def warehouse(self) -> Warehouse:
        """The warehouse of this state, made where there is none."""
        with _lock:
            found = _warehouses.get(self.state)
            if found is not None:
                _warehouses.move_to_end(self.state)
                return found
            made = Warehouse(
                facts.store(),
                self.snapshot.versions,
                Surroundings(
                    calendar=self.calendar,
                    intervals=people.person_intervals(),
                    chain=people.manager_chain(),
                    matches=self.matches,
                    targets=every_target,
                    base_currency=self.organisation.currency,
                    today=self.today,
                ),
            )
            _warehouses[self.state] = made
            while len(_warehouses) > MOST_WAREHOUSES:
                _warehouses.popitem(last=False)
            return made

    def world(self, reach: frozenset[str] | None) -> ActorWorld:
        """The world of somebody who reaches these people; None for everybody."""
        return ActorWorld(self, self.warehouse(), reach)


class ActorWorld:
    """The engine's ``World`` for one actor."""

    def __init__(self, here: Here, warehouse: Warehouse, reach: frozenset[str] | None) -> None:
        self.here = here
        self.warehouse = warehouse
        self.reach = reach
        self.calendar = here.calendar
        self.currency: str = here.organisation.currency
        self.today = here.today
        self._stored: dict[str, StoredTable] = {}
        self.rate: Callable[[str, str, date, str], Fraction | None] = warehouse.rate
        self.run: Callable[[TableQuery], list[dict[str, Any]]] = warehouse.run
        self.names: Callable[[str, Collection[str]], Mapping[str, str]] = warehouse.names
        self.unconverted = warehouse.unconverted
        self.stored = warehouse.stored

    def targets(self, metric: str, as_of: date | None) -> Sequence[TargetAmount]:
        """The targets on a KPI as known now, or at the end of a day."""
        if as_of is None or as_of >= self.today:
            return [
                one for one in self.warehouse.targets() if one.metric == metric and one.is_current
            ]
        zone = ZoneInfo(self.here.organisation.time_zone)
        moment = datetime.combine(as_of + timedelta(days=1), time(), tzinfo=zone)
        return [_amount(one) for one in known_at(moment).filter(metric=metric)]

    def versions(self, tables: Collection[str]) -> Mapping[str, int]:
        found = self.here.snapshot.versions
        return {table: found[table] for table in tables if table in found}


_digests: dict[int, tuple[pa.Table, str]] = {}


def _digest(table: pa.Table) -> str:
    """What a table holds, as text; reckoned once per table object."""
    known = _digests.get(id(table))
    if known is not None and known[0] is table:
        return known[1]
    digest = hashlib.sha256(repr(table.to_pydict()).encode()).hexdigest()
    _digests.clear()
    _digests[id(table)] = (table, digest)
    return digest


def known_at(moment: datetime) -> QuerySet[Target]:
    """The targets as they were known at a moment."""
    return Target.objects.filter(
        Q(known_to__isnull=True) | Q(known_to__gt=moment), known_from__lt=moment
    )


def every_target() -> list[TargetAmount]:
    """Every target that was ever known; those that hold now are marked."""
    return [_amount(one) for one in Target.objects.order_by("pk")]


def _amount(target: Target) -> TargetAmount:
    return TargetAmount(
        key=str(target.pk),
        subject_type=target.subject_type,
        subject_id=target.subject_id,
        metric=target.metric,
        starts_on=target.starts_on,
        ends_on=target.ends_on,
        amount=Fraction(target.amount, UNITS),
        currency=target.currency or None,
        is_current=target.known_to is None,
    )


def forget_warehouses() -> None:
    """Close what is open; for tests and after a restore."""
    with _lock:
        _warehouses.clear()
