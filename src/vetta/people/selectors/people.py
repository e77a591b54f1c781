"""People on a day, and everything that was ever said of one of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from vetta.people.contracts import AttributeValue, Label, PersonRow, RelationshipRow
from vetta.people.models import BEGINNING, PersonAttribute, PersonIdentity

from .day import Day, on_day


def people_on(on: date, known_at: datetime | None = None) -> list[PersonRow]:
    """Everybody known, as they stand on a day, by name. No query once the day was read."""
    day = on_day(on, known_at)
    return day.org.derive(
        f"people {on.isoformat()}",
        lambda org: sorted(_rows(day), key=lambda row: (row.name.casefold(), row.id)),
    )


def person_on(key: str, on: date, known_at: datetime | None = None) -> PersonRow | None:
    """One person on a day, or None."""
    rows = {row.id: row for row in people_on(on, known_at)}
    return rows.get(key)


def _rows(day: Day) -> list[PersonRow]:
    managers = {person: day.manager(person) for person in day.main}
    reports = Counter(manager for manager in managers.values() if manager is not None)
    return [_row(day, person, managers.get(person), reports[person]) for person in day.names]


def _row(day: Day, person: int, manager: int | None, reports: int) -> PersonRow:
    name, country, email = day.names[person]
    position = day.main.get(person)
    seat = day.seats.get(position) if position is not None else None
    team_id = seat.team_id if seat else None
    team = day.teams.get(team_id) if team_id is not None else None
    share = next((f.share for f in day.fillings.get(position, ()) if f.person_id == person), None)
    return PersonRow(
        id=day.org.person_keys[person],
        name=name,
        email=email,
        country=country,
        status=status_of(day, person),
        title=seat.title if seat else None,
        position=day.org.position_keys.get(position),
        team=Label(day.org.team_keys[team_id], team.name) if team else None,
        region=team.region if team else None,
        business_unit=Label(seat.business_unit_key or "", seat.business_unit)
        if seat and seat.business_unit
        else None,
        manager=Label(day.org.person_keys[manager], day.names[manager][0])
        if manager is not None
        else None,
        direct_reports=reports,
        share=share,
    )


def status_of(day: Day, person: int) -> str:
    """active, leave, left, future or none."""
    if person in day.employment:
        return day.employment[person]
    spans = day.org.employment.get(person, [])
    if any(span.start > day.number for span in spans):
        return "future"
    return "left" if spans else "none"


def below_keys(key: str, on: date, known_at: datetime | None = None) -> frozenset[str]:
    """The keys of everybody below a person, so that choosing a manager includes them all."""
    day = on_day(on, known_at)
    keys = day.org.person_keys
    person = next((number for number, known in keys.items() if known == key), None)
    return frozenset() if person is None else frozenset(keys[p] for p in day.below(person))


# One person -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PersonDetail:
    """One person on a day with what lists leave out."""

    row: PersonRow
    attributes: tuple[AttributeValue, ...]
    relationships: tuple[RelationshipRow, ...]
    further_positions: tuple[Label, ...]
    reports: tuple[PersonRow, ...]
    chain: tuple[Label, ...]
    identities: tuple[tuple[str, str], ...]
    employed_from: date | None
    employed_until: date | None


def person_detail(key: str, on: date, known_at: datetime | None = None) -> PersonDetail | None:
    """One person on a day, or None. Four queries beyond those of the day."""
    row = person_on(key, on, known_at)
    if row is None:
        return None
    day = on_day(on, known_at)
    person = next(number for number, known in day.org.person_keys.items() if known == key)
    spans = day.org.employment.get(person, [])
    identities = PersonIdentity.objects.filter(person_id=person, known_to__isnull=True)
    return PersonDetail(
        row=row,
        attributes=tuple(_attributes(person, on, known_at)),
        relationships=tuple(relationships_of(day, day.held.get(person, []))),
        further_positions=tuple(
            Label(day.org.position_keys.get(p, "?"), position_name(day, p))
            for p in day.held.get(person, [])
            if p != day.main.get(person)
        ),
        reports=tuple(
            other
            for other in people_on(on, known_at)
            if other.manager is not None and other.manager.id == key
        ),
        chain=tuple(_chain(day, person)),
        identities=tuple(identities.order_by("source").values_list("source", "external_id")),
        employed_from=_date(spans[0].start) if spans else None,
        employed_until=_date(spans[-1].end) if spans else None,
    )


def _date(number: int) -> date | None:
    found = date.fromordinal(number)
    return None if found in (BEGINNING, date.max) else found


def _chain(day: Day, person: int) -> list[Label]:
    """The managers from the nearest to the top."""
    found: list[Label] = []
    at: int | None = person
    while at is not None and (at := day.manager(at)) is not None:
        label = Label(day.org.person_keys[at], day.names[at][0])
        if label in found:
            break
        found.append(label)
    return found


def position_name(day: Day, position: int) -> str:
    """What to call a position: its title, else its key."""
    seat = day.seats.get(position)
    return (seat and seat.title) or day.org.position_keys.get(position, "?")


def relationships_of(day: Day, positions: list[int]) -> list[RelationshipRow]:
    """The named relationships that begin or end at these positions on the day."""
    keys, names = day.org.person_keys, day.names

    def labels(position: int) -> tuple[Label, ...]:
        return tuple(
            Label(keys[f.person_id], names[f.person_id][0])
            for f in day.fillings.get(position, ())
            if f.person_id in keys
        )

    return [
        RelationshipRow(
            kind=kind,
            position=day.org.position_keys.get(position, "?"),
            manager_position=day.org.position_keys.get(manager, "?"),
            people=labels(position),
            managers=labels(manager),
            roll=roll,
        )
        for position, manager, kind, roll, span in day.org.named
        if span.start <= day.number < span.end and (position in positions or manager in positions)
    ]


def _attributes(person: int, on: date, known_at: datetime | None) -> list[AttributeValue]:
    rows = (
        PersonAttribute.objects.known(known_at)
        .on(on)
        .filter(person_id=person)
        .select_related("attribute")
        .order_by("attribute__title")
    )
    return [
        AttributeValue(
            key=row.attribute.key,
            title=row.attribute.title,
            type=row.attribute.type,
            value=row.value,
            starts_on=None if row.starts_on == BEGINNING else row.starts_on,
            ends_on=row.ends_on,
        )
        for row in rows
    ]
