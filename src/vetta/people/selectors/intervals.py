"""Who was what, where and under whom, when: as tables that the metrics join to facts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

import pyarrow as pa

from vetta.engine.schema.arrow import array_of
from vetta.people.spans import FOREVER, START, Span, joined, pieces

from .structure import Structure, structure

INTERVALS = pa.schema(
    [
        ("person_id", pa.string()),
        ("person_name", pa.string()),
        ("position_id", pa.string()),
        ("title", pa.string()),
        ("team_id", pa.string()),
        ("team_name", pa.string()),
        ("team_region", pa.string()),
        ("business_unit", pa.string()),
        ("country", pa.string()),
        ("manager_id", pa.string()),
        ("manager_name", pa.string()),
        ("status", pa.string()),
        ("starts_on", pa.date32()),
        ("ends_on", pa.date32()),
    ]
)
CHAIN = pa.schema(
    [
        ("person_id", pa.string()),
        ("manager_id", pa.string()),
        ("manager_name", pa.string()),
        ("depth", pa.int32()),
        ("starts_on", pa.date32()),
        ("ends_on", pa.date32()),
    ]
)


def person_intervals(known_at: datetime | None = None) -> pa.Table:
    """Each person's place over all time, in intervals that neither overlap nor leave gaps.

    Returns one row per person and interval (schema `INTERVALS`): starts_on inclusive (1900-01-01
    = since ever), ends_on exclusive (9999-12-31 = open). Outside of an assignment the person
    still has a row, with name, country and status but without position, team and manager, so
    that every fact finds its person's name. ``status`` is active, leave or none (not employed).
    ``manager_id`` is the nearest person above: a vacant position passes on to the next.
    """
    return structure(known_at).derive("intervals", _intervals)


def manager_chain(known_at: datetime | None = None) -> pa.Table:
    """Everybody above each person, over time (schema `CHAIN`); depth 0 is the person.

    A fact of a person on a day counts for each manager whose row covers that day; no two rows
    of one person and manager overlap, so nothing counts twice.
    """
    return structure(known_at).derive("chain", _chain)


def _names(org: Structure) -> dict[int, str]:
    """Each person's latest name: what the person is called, whatever the date of the fact."""
    return {person: spans[-1].value[0] for person, spans in org.names.items()}


def _intervals(org: Structure) -> pa.Table:
    columns: list[list] = [[] for _ in INTERVALS]
    names = _names(org)
    for person in sorted(org.names, key=org.person_keys.__getitem__):
        for start, end, place in joined(_places(org, person)):
            seat, manager, country, status = place
            row = (
                org.person_keys[person],
                names[person],
                *seat,
                country,
                manager and org.person_keys[manager],
                manager and names[manager],
                status,
                date.fromordinal(start),
                date.fromordinal(end),
            )
            for column, value in zip(columns, row, strict=True):
                column.append(value)
    return _table(columns, INTERVALS)


_NOWHERE = (None, None, None, None, None, None)


def _places(org: Structure, person: int) -> Iterator[Span[tuple]]:
    """What holds of a person, in pieces as fine as the finest of its parts."""
    facts = org.names[person]
    for job in pieces(org.employment.get(person, []), START, FOREVER):
        status = job.value or "none"
        for fact in pieces(facts, job.start, job.end):
            country = (fact.value or facts[0].value)[1] or None
            for seat in pieces(org.main.get(person, []), fact.start, fact.end):
                if seat.value is None:
                    yield Span(seat.start, seat.end, (_NOWHERE, None, country, status))
                    continue
                for start, end, place in _seated(org, person, seat.value, seat.start, seat.end):
                    yield Span(start, end, (*place, country, status))


def _seated(
    org: Structure, person: int, position: int, start: int, end: int
) -> Iterator[Span[tuple]]:
    above = joined(
        Span(step.start, step.end, step.value[1][0])
        for step in org.filled_above(position, start, end, besides=person)
    )
    key = org.position_keys.get(position)
    for seat in pieces(org.seats.get(position, []), start, end):
        title = seat.value and seat.value.title
        unit = seat.value and seat.value.business_unit
        team_id = seat.value and seat.value.team_id
        for team in pieces(org.teams.get(team_id, []), seat.start, seat.end):
            place = (
                key,
                title,
                org.team_keys.get(team_id),
                team.value and team.value.name,
                team.value and team.value.region,
                unit,
            )
            for manager in pieces(above, team.start, team.end):
                yield Span(manager.start, manager.end, (place, manager.value))


def _chain(org: Structure) -> pa.Table:
    columns: list[list] = [[] for _ in CHAIN]
    names = _names(org)
    for person in sorted(org.names, key=org.person_keys.__getitem__):
        for manager, depth, start, end in org.chain(person):
            row = (
                org.person_keys[person],
                org.person_keys[manager],
                names[manager],
                depth,
                date.fromordinal(start),
                date.fromordinal(end),
            )
            for column, value in zip(columns, row, strict=True):
                column.append(value)
    return _table(columns, CHAIN)


def _table(columns: list[list], schema: pa.Schema) -> pa.Table:
    arrays = [array_of(values, field.type) for values, field in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)
