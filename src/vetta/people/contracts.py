"""What other rooms, the pages and the API receive: frozen values, no rows of the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Label:
    """A thing by key and name."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One person on one day, as lists show it.

    ``status`` is active, leave, left (worked here before), future (will) or none.
    """

    id: str
    name: str
    email: str
    country: str
    status: str
    title: str | None
    position: str | None
    team: Label | None
    region: str | None
    business_unit: Label | None
    manager: Label | None
    direct_reports: int
    share: int | None


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One dated row of a person, position or team.

    Args:
        kind: name, employment, assignment, position, reporting_line, relationship or attribute.
        text: what it says, for people.
        values: the same for programs.
        is_current: whether it is still believed (``known_to`` is None).
    """

    kind: str
    text: str
    values: dict[str, Any]
    starts_on: date | None
    ends_on: date | None
    known_from: datetime
    known_to: datetime | None
    batch_id: str

    @property
    def is_current(self) -> bool:
        return self.known_to is None


@dataclass(frozen=True, slots=True)
class AttributeValue:
    """A further attribute of a person on a day; ``value`` is the canonical text of its type."""

    key: str
    title: str
    type: str
    value: str
    starts_on: date | None
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody on a position. ``share`` in millionths; ``is_main`` False: covers a second seat."""

    id: str
    name: str
    share: int
    is_main: bool
    status: str


@dataclass(frozen=True, slots=True)
class ChartNode:
    """A position in the organisation chart on one day.

    ``reports`` counts the positions directly below, ``below`` all below.
    """

    position: str
    title: str | None
    team: Label | None
    business_unit: Label | None
    holders: tuple[Holder, ...]
    manager_position: str | None
    reports: int
    below: int
    depth: int

    @property
    def is_vacant(self) -> bool:
        return not self.holders

    @property
    def is_shared(self) -> bool:
        return len(self.holders) > 1


@dataclass(frozen=True, slots=True)
class RelationshipRow:
    """A named relationship on a day, seen from below: ``roll`` in millionths rolls up along it."""

    kind: str
    position: str
    manager_position: str
    people: tuple[Label, ...]
    managers: tuple[Label, ...]
    roll: int


@dataclass(frozen=True, slots=True)
class TeamRow:
    """A team on one day."""

    id: str
    name: str
    parent: Label | None
    region: str | None
    positions: int
    people: int
    depth: int


@dataclass(frozen=True, slots=True)
class Move:
    """A change of somebody's place from a day on.

    What is None stays as it is. ``position`` names an existing seat; ``new_position`` asks for a
    seat of its own. ``manager`` is a person's key, or "" for nobody. Without ``ends_on`` the
    change holds until the next one that is known already, or, with ``over_later``, for good.
    """

    person: str
    starts_on: date
    ends_on: date | None = None
    position: str | None = None
    new_position: bool = False
    title: str | None = None
    team: str | None = None
    business_unit: str | None = None
    manager: str | None = None
    share: int | None = None
    over_later: bool = False


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that a change would alter."""

    name: str
    title: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Effect:
    """What a move would do, found without doing it.

    Args:
        until: when the change ends by itself because a later one is known; None: never.
        following: how many positions below move along with the person's position.
        left_vacant: the position that nobody would sit on any more, and how many report to it.
    """

    differences: tuple[Difference, ...]
    until: date | None
    following: int
    left_vacant: Label | None
    left_reports: int
    problems: tuple[Any, ...]
