"""The organisation on one business date: who sits where, who reports to whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from functools import cached_property

from vetta.people.spans import Span, value_on

from .structure import Filling, Seat, Structure, TeamFacts, structure


class Day:
    """One day of a `Structure`, each part computed when it is first asked for."""

    def __init__(self, org: Structure, day: date) -> None:
        self.org = org
        self.day = day
        self.number = day.toordinal()

    def _now(self, timelines: dict[int, list[Span]]) -> dict:
        found = ((key, value_on(spans, self.number)) for key, spans in timelines.items())
        return {key: value for key, value in found if value is not None}

    @cached_property
    def seats(self) -> dict[int, Seat]:
        """What each position is; a position that is not there on this day is missing."""
        return self._now(self.org.seats)

    @cached_property
    def teams(self) -> dict[int, TeamFacts]:
        return self._now(self.org.teams)

    @cached_property
    def main(self) -> dict[int, int]:
        """Each person's main position."""
        return self._now(self.org.main)

    @cached_property
    def parent(self) -> dict[int, int]:
        """The position above each position, filled or vacant."""
        return self._now(self.org.lines)

    @cached_property
    def employment(self) -> dict[int, str]:
        return self._now(self.org.employment)

    @cached_property
    def children(self) -> dict[int, list[int]]:
        """The positions directly below each position, that are there on this day."""
        below: dict[int, list[int]] = defaultdict(list)
        for position, above in self.parent.items():
            if position in self.seats:
                below[above].append(position)
        return below

    @cached_property
    def fillings(self) -> dict[int, list[Filling]]:
        """Who sits on each position, the largest share first."""
        keys = self.org.person_keys
        found: dict[int, list[Filling]] = {}
        for position, spans in self.org.fillings.items():
            now = [span.value for span in spans if span.start <= self.number < span.end]
            if now:
                found[position] = sorted(now, key=lambda f: (-f.share, keys.get(f.person_id, "")))
        return found

    @cached_property
    def held(self) -> dict[int, list[int]]:
        """All positions of each person, the main one first."""
        found: dict[int, list[int]] = defaultdict(list)
        for position, fillings in self.fillings.items():
            for filling in fillings:
                if filling.is_main:
                    found[filling.person_id].insert(0, position)
                else:
                    found[filling.person_id].append(position)
        return found

    @cached_property
    def names(self) -> dict[int, tuple[str, str, str]]:
        """Name, country and address of each person on this day; the first known before that."""
        return {
            person: value_on(spans, self.number) or spans[0].value
            for person, spans in self.org.names.items()
        }

    def manager(self, person: int) -> int | None:
        """The nearest person above, past vacant positions."""
        position = self.main.get(person)
        seen = set()
        while position is not None and position not in seen:
            seen.add(position)
            position = self.parent.get(position)
            for filling in self.fillings.get(position, ()) if position is not None else ():
                if filling.person_id != person:
                    return filling.person_id
        return None

    def subtree(self, positions: Iterable[int]) -> set[int]:
        """All positions below the given ones, without them."""
        found: set[int] = set()
        todo = list(positions)
        while todo:
            for child in self.children.get(todo.pop(), ()):
                if child not in found:
                    found.add(child)
                    todo.append(child)
        return found

    def people_on(self, positions: Iterable[int]) -> set[int]:
        """Who sits on these positions."""
        return {
            filling.person_id
            for position in positions
            for filling in self.fillings.get(position, ())
        }

    def below(self, person: int) -> set[int]:
        """Everybody below a person, through each of his or her positions."""
        return self.people_on(self.subtree(self.held.get(person, ()))) - {person}

    def above(self, person: int) -> set[int]:
        """Everybody above a person."""
        found: set[int] = set()
        position = self.main.get(person)
        while position is not None and (position := self.parent.get(position)) is not None:
            found |= self.people_on([position])
        return found - {person}

    def team_subtree(self, team: int) -> set[int]:
        """A team and all teams within it."""
        found = {team}
        while True:
            inner = {t for t, facts in self.teams.items() if facts.parent_id in found} - found
            if not inner:
                return found
            found |= inner


def on_day(day: date, known_at: datetime | None = None) -> Day:
    """The organisation on a day, as known at a moment (None: now)."""
    org = structure(known_at)
    return org.derive(f"day {day.isoformat()}", lambda org: Day(org, day))
