"""The organisation chart on a day, as far as the one who asks may see it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container
from dataclasses import dataclass
from datetime import date, datetime

from vetta.core.access import EVERYONE
from vetta.people.contracts import ChartNode, Holder, Label, TeamRow

from .day import Day, on_day
from .people import status_of


@dataclass(frozen=True)
class Chart:
    """The visible positions as a forest; nodes by position key.

    Positions that stay hidden are bridged: who is below them stands below the next visible one.
    """

    nodes: dict[str, ChartNode]
    children: dict[str | None, list[str]]

    @property
    def roots(self) -> list[ChartNode]:
        return self.below(None)

    def below(self, position: str | None) -> list[ChartNode]:
        """The nodes directly below a position (None: the tops)."""
        return [self.nodes[key] for key in self.children.get(position, ())]

    def path(self, position: str) -> list[str]:
        """The positions above a position, the top first."""
        found: list[str] = []
        at = self.nodes[position].manager_position
        while at is not None:
            found.insert(0, at)
            at = self.nodes[at].manager_position
        return found

    def of_person(self, person: str) -> ChartNode | None:
        """Where a person sits, the main position before others."""
        nodes = [
            (not holder.is_main, node.position)
            for node in self.nodes.values()
            for holder in node.holders
            if holder.id == person
        ]
        return self.nodes[min(nodes)[1]] if nodes else None

    def search(self, text: str, limit: int = 50) -> list[ChartNode]:
        """Nodes whose people, title or team hold all words of the text."""
        words = text.casefold().split()
        found = []
        for node in self.nodes.values():
            hay = " ".join(
                [
                    *(holder.name for holder in node.holders),
                    node.title or "",
                    node.team.name if node.team else "",
                    node.position,
                ]
            ).casefold()
            if words and all(word in hay for word in words):
                found.append(node)
        return found[:limit]

    @property
    def counts(self) -> tuple[int, int, int, int]:
        """Positions, people, vacant positions, shared positions."""
        people = {holder.id for node in self.nodes.values() for holder in node.holders}
        vacant = sum(node.is_vacant for node in self.nodes.values())
        shared = sum(node.is_shared for node in self.nodes.values())
        return len(self.nodes), len(people), vacant, shared


def chart(on: date, known_at: datetime | None = None, *, reach: Container[str] = EVERYONE) -> Chart:
    """The chart of a day.

    Args:
        reach: the person keys that may be seen. A vacant position is seen by whoever sees the
            person to whom it reports.
    """
    day = on_day(on, known_at)
    if reach is EVERYONE:
        return day.org.derive(f"chart {on.isoformat()}", lambda org: _build(day, reach))
    return _build(day, reach)


def _build(day: Day, reach: Container[str]) -> Chart:
    visible = {position: _holders(day, position, reach) for position in day.seats}
    visible = {
        position: holders
        for position, holders in visible.items()
        if holders or (position not in day.fillings and _vacancy_visible(day, position, reach))
    }
    parents = {position: _visible_above(day, position, visible) for position in visible}
    below: dict[int | None, list[int]] = defaultdict(list)
    for position, above in parents.items():
        below[above].append(position)
    keys = day.org.position_keys
    sizes = _sizes(below)
    nodes: dict[str, ChartNode] = {}
    children: dict[str | None, list[str]] = {}
    todo: list[tuple[int | None, int]] = [(None, 0)]
    while todo:
        above, depth = todo.pop()
        ordered = sorted(below.get(above, ()), key=lambda p: _order(visible[p], keys[p], sizes[p]))
        children[None if above is None else keys[above]] = [keys[p] for p in ordered]
        for position in ordered:
            nodes[keys[position]] = _node(
                day, position, visible[position], above, len(below.get(position, ())), sizes, depth
            )
            todo.append((position, depth + 1))
    return Chart(nodes, children)


def _holders(day: Day, position: int, reach: Container[str]) -> tuple[Holder, ...]:
    keys = day.org.person_keys
    return tuple(
        Holder(
            id=keys[filling.person_id],
            name=day.names[filling.person_id][0],
            share=filling.share,
            is_main=filling.is_main,
            status=status_of(day, filling.person_id),
        )
        for filling in day.fillings.get(position, ())
        if filling.person_id in keys and keys[filling.person_id] in reach
    )


def _vacancy_visible(day: Day, position: int, reach: Container[str]) -> bool:
    if reach is EVERYONE:
        return True
    above = day.parent.get(position)
    while above is not None and above not in day.fillings:
        above = day.parent.get(above)
    return above is not None and any(
        day.org.person_keys.get(filling.person_id) in reach
        for filling in day.fillings.get(above, ())
    )


def _visible_above(day: Day, position: int, visible: Container[int]) -> int | None:
    above = day.parent.get(position)
    while above is not None and above not in visible:
        above = day.parent.get(above)
    return above


def _sizes(below: dict[int | None, list[int]]) -> dict[int, int]:
    """How many positions lie below each."""
    order: list[int] = []
    todo = list(below.get(None, ()))
    while todo:
        position = todo.pop()
        order.append(position)
        todo += below.get(position, ())
    sizes: dict[int, int] = {}
    for position in reversed(order):
        sizes[position] = sum(1 + sizes[child] for child in below.get(position, ()))
    return sizes


def _order(holders: tuple[Holder, ...], key: str, size: int) -> tuple[bool, bool, str]:
    """Who leads others first, then by name; vacant ones last."""
    return (size == 0, not holders, (holders[0].name if holders else key).casefold())


def _node(
    day: Day,
    position: int,
    holders: tuple[Holder, ...],
    above: int | None,
    reports: int,
    sizes: dict[int, int],
    depth: int,
) -> ChartNode:
    seat = day.seats[position]
    team = day.teams.get(seat.team_id) if seat.team_id is not None else None
    return ChartNode(
        position=day.org.position_keys[position],
        title=seat.title,
        team=Label(day.org.team_keys[seat.team_id], team.name) if team else None,
        business_unit=Label(seat.business_unit_key or "", seat.business_unit)
        if seat.business_unit
        else None,
        holders=holders,
        manager_position=None if above is None else day.org.position_keys[above],
        reports=reports,
        below=sizes[position],
        depth=depth,
    )


def teams_on(on: date, known_at: datetime | None = None) -> list[TeamRow]:
    """The teams of a day, each after its parent."""
    day = on_day(on, known_at)
    return day.org.derive(f"teams {on.isoformat()}", lambda org: _teams(day))


def _teams(day: Day) -> list[TeamRow]:
    inner: dict[int | None, list[int]] = defaultdict(list)
    for team, facts in day.teams.items():
        inner[facts.parent_id if facts.parent_id in day.teams else None].append(team)
    rows: list[TeamRow] = []

    def add(team: int, depth: int) -> None:
        facts = day.teams[team]
        seats = [p for p, seat in day.seats.items() if seat.team_id == team]
        parent = day.teams.get(facts.parent_id) if facts.parent_id is not None else None
        rows.append(
            TeamRow(
                id=day.org.team_keys[team],
                name=facts.name,
                parent=Label(day.org.team_keys[facts.parent_id], parent.name) if parent else None,
                region=facts.region,
                positions=len(seats),
                people=len(day.people_on(seats)),
                depth=depth,
            )
        )
        for child in sorted(inner[team], key=lambda t: day.teams[t].name.casefold()):
            add(child, depth + 1)

    for team in sorted(inner[None], key=lambda t: day.teams[t].name.casefold()):
        add(team, 0)
    return rows


def team_keys_within(team: str, on: date, known_at: datetime | None = None) -> frozenset[str]:
    """A team's key and those of all teams within it, so that a parent includes its children."""
    day = on_day(on, known_at)
    number = next((n for n, key in day.org.team_keys.items() if key == team), None)
    if number is None:
        return frozenset()
    return frozenset(day.org.team_keys[t] for t in day.team_subtree(number))
