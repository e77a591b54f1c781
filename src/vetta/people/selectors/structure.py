"""The whole organisation as timelines in memory: one query a table, then no more.

The answers that need every person (intervals, manager chains, who is below whom) are computed
from here. A few thousand people take a few dozen milliseconds, once per revision.
"""

from __future__ import annotations

import threading
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, TypeVar

from vetta.people.models import (
    PRIMARY,
    Assignment,
    DatedRow,
    Employment,
    PersonVersion,
    PositionVersion,
    ReportingLine,
    Revision,
    TeamVersion,
)
from vetta.people.spans import FOREVER, START, Span, day_number, pieces, stacked

Holders = tuple[int, ...]
T = TypeVar("T")
#: Days, tables and charts kept of one state of the organisation.
_DERIVED = 64


def revision() -> int:
    """A number that grows with every write; what was computed for one number stays right."""
    return Revision.objects.filter(pk=1).values_list("number", flat=True).first() or 0


@dataclass(frozen=True)
class Seat:
    """What a position is during a span."""

    title: str | None
    title_id: int | None
    team_id: int | None
    business_unit: str | None
    business_unit_key: str | None


@dataclass(frozen=True)
class TeamFacts:
    """What a team is during a span."""

    name: str
    parent_id: int | None
    region: str | None


@dataclass(frozen=True)
class Filling:
    """One assignment as seen from its position."""

    person_id: int
    share: int
    is_main: bool


class Structure:
    """Everything believed at one moment. Ids are the workspace's own; keys are the import's."""

    def __init__(self, known_at: datetime | None = None) -> None:
        self.person_keys: dict[int, str] = {}
        self.position_keys: dict[int, str] = {}
        self.team_keys: dict[int, str] = {}
        self.names: dict[int, list[Span[tuple[str, str, str]]]] = defaultdict(list)
        self.employment: dict[int, list[Span[str]]] = defaultdict(list)
        self.teams: dict[int, list[Span[TeamFacts]]] = defaultdict(list)
        self.seats: dict[int, list[Span[Seat]]] = defaultdict(list)
        self.main: dict[int, list[Span[int]]] = defaultdict(list)
        self.additional: dict[int, list[Span[int]]] = defaultdict(list)
        self.fillings: dict[int, list[Span[Filling]]] = defaultdict(list)
        self.lines: dict[int, list[Span[int]]] = defaultdict(list)
        self.named: list[tuple[int, int, str, int, Span[None]]] = []
        self._derived: OrderedDict[str, Any] = OrderedDict()
        self._lock = threading.Lock()
        self._load(known_at)

    def derive(self, name: str, make: Callable[[Structure], T]) -> T:
        """What ``make`` computes from this organisation, computed once; the oldest are dropped."""
        with self._lock:
            if name in self._derived:
                self._derived.move_to_end(name)
                return self._derived[name]
        made = make(self)
        with self._lock:
            self._derived[name] = made
            while len(self._derived) > _DERIVED:
                self._derived.popitem(last=False)
        return made

    def _load(self, known_at: datetime | None) -> None:
        def rows(model: type[DatedRow], *columns: str) -> Iterator[tuple]:
            known = model.objects.known(known_at).order_by("starts_on", "id")
            for start, end, *values in known.values_list("starts_on", "ends_on", *columns):
                yield (start.toordinal(), day_number(end), *values)

        for start, end, person, key, *facts in rows(
            PersonVersion, "person_id", "person__key", "name", "country", "email"
        ):
            self.person_keys[person] = key
            self.names[person].append(Span(start, end, tuple(facts)))
        for start, end, person, status in rows(Employment, "person_id", "status"):
            self.employment[person].append(Span(start, end, status))
        for start, end, team, key, name, parent, region in rows(
            TeamVersion, "team_id", "team__key", "name", "parent_id", "region"
        ):
            self.team_keys[team] = key
            self.teams[team].append(Span(start, end, TeamFacts(name, parent, region or None)))
        for start, end, position, key, *seat in rows(
            PositionVersion,
            "position_id",
            "position__key",
            "title__name",
            "title_id",
            "team_id",
            "business_unit__name",
            "business_unit__key",
        ):
            self.position_keys[position] = key
            self.seats[position].append(Span(start, end, Seat(*seat)))
        for start, end, person, position, share, is_main in rows(
            Assignment, "person_id", "position_id", "share", "is_main"
        ):
            (self.main if is_main else self.additional)[person].append(Span(start, end, position))
            self.fillings[position].append(Span(start, end, Filling(person, share, is_main)))
        for start, end, position, manager, kind, roll in rows(
            ReportingLine, "position_id", "manager_id", "kind", "roll"
        ):
            if kind == PRIMARY:
                self.lines[position].append(Span(start, end, manager))
            else:
                self.named.append((position, manager, kind, roll, Span(start, end, None)))

    @cached_property
    def holders(self) -> dict[int, list[Span[Holders]]]:
        """For each position: who sits on it, the largest share first."""
        keys = self.person_keys

        def in_order(fillings: list[Filling]) -> Holders:
            ranked = sorted(fillings, key=lambda f: (-f.share, keys.get(f.person_id, "")))
            return tuple(filling.person_id for filling in ranked)

        return {
            position: stacked(fillings, in_order) for position, fillings in self.fillings.items()
        }

    def filled_above(
        self, position: int, start: int, end: int, besides: int | None = None
    ) -> Iterator[Span[tuple[int, Holders]]]:
        """The nearest position above that somebody sits on, with its holders, over time.

        A vacant position passes on to the one above it; so does one that only ``besides`` holds
        (who covers a seat above his or her own does not report to himself or herself).
        Times without anybody above are left out.
        """
        for line in pieces(self.lines.get(position, []), start, end):
            if line.value is None:
                continue
            for seat in pieces(self.holders.get(line.value, []), line.start, line.end):
                holders = tuple(holder for holder in seat.value or () if holder != besides)
                if holders:
                    yield Span(seat.start, seat.end, (line.value, holders))
                else:
                    yield from self.filled_above(line.value, seat.start, seat.end, besides)

    def climb(
        self, person: int, position: int, start: int, end: int, depth: int = 1
    ) -> Iterator[tuple[int, int, int, int]]:
        """(manager, depth, start, end) of everybody above a position, level by level."""
        for step in self.filled_above(position, start, end, besides=person):
            above, holders = step.value
            for holder in holders:
                yield holder, depth, step.start, step.end
            yield from self.climb(person, above, step.start, step.end, depth + 1)

    def chain(self, person: int) -> list[tuple[int, int, int, int]]:
        """(manager, depth, start, end): the person at depth 0, then all above, nearest first.

        No two entries of one manager overlap: where ways of different length lead to the same
        manager, the shortest counts.
        """
        above: dict[int, list[Span[int]]] = defaultdict(list)
        for seat in self.main.get(person, ()):
            for manager, depth, start, end in self.climb(person, seat.value, seat.start, seat.end):
                above[manager].append(Span(start, end, depth))
        result = [(person, 0, START, FOREVER)]
        for manager, spans in above.items():
            result += [(manager, s.value, s.start, s.end) for s in stacked(spans, min)]
        return sorted(result, key=lambda entry: (entry[1], entry[2]))


_cache: OrderedDict[tuple[int, datetime | None], Structure] = OrderedDict()
_cache_lock = threading.Lock()
_CACHED = 4


def structure(known_at: datetime | None = None) -> Structure:
    """The organisation as believed at a moment (None: now), kept while nothing is written."""
    key = (revision(), known_at)
    with _cache_lock:
        if key in _cache:
            _cache.move_to_end(key)
            return _cache[key]
    loaded = Structure(known_at)
    with _cache_lock:
        _cache[key] = loaded
        while len(_cache) > _CACHED:
            _cache.popitem(last=False)
    return loaded
