"""The organisation as files: people, teams, positions, who sits where, who reports to whom."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from vetta.site.demo.funnel import World
from vetta.site.demo.scale import months_before, to_date
from vetta.site.demo.workforce import OPEN, Seat, Workforce

Rows = list[dict[str, object]]

SCHEMAS: dict[str, pa.Schema] = {
    "people": pa.schema(
        [
            ("person_id", pa.string()),
            ("name", pa.string()),
            ("email", pa.string()),
            ("country", pa.string()),
            ("hired_on", pa.date32()),
            ("left_on", pa.date32()),
        ]
    ),
    "teams": pa.schema(
        [
            ("team_id", pa.string()),
            ("name", pa.string()),
            ("parent_id", pa.string()),
            ("region", pa.string()),
        ]
    ),
    "positions": pa.schema(
        [
            ("position_id", pa.string()),
            ("title", pa.string()),
            ("team_id", pa.string()),
            ("country", pa.string()),
            ("starts_on", pa.date32()),
            ("ends_on", pa.date32()),
        ]
    ),
    "assignments": pa.schema(
        [
            ("person_id", pa.string()),
            ("position_id", pa.string()),
            ("share", pa.decimal128(6, 4)),
            ("starts_on", pa.date32()),
            ("ends_on", pa.date32()),
        ]
    ),
    "reporting_lines": pa.schema(
        [
            ("position_id", pa.string()),
            ("manager_position_id", pa.string()),
            ("kind", pa.string()),
            ("starts_on", pa.date32()),
            ("ends_on", pa.date32()),
        ]
    ),
    "person_attributes": pa.schema(
        [
            ("person_id", pa.string()),
            ("name", pa.string()),
            ("value", pa.string()),
            ("type", pa.string()),
            ("starts_on", pa.date32()),
            ("ends_on", pa.date32()),
        ]
    ),
}


def write_organisation(world: World, folder: Path) -> dict[str, int]:
    """Write the six tables of the organisation; returns their rows."""
    force = world.force
    tables: dict[str, Rows] = {
        "people": _people(force),
        "teams": [
            {"team_id": t.team_id, "name": t.name, "parent_id": t.parent, "region": t.region}
            for t in force.teams
        ],
        "positions": [row for seat in force.seats for row in _positions(seat)],
        "assignments": _assignments(force),
        "reporting_lines": [row for seat in force.seats for row in _lines(force, seat)],
        "person_attributes": _attributes(world),
    }
    for name, rows in tables.items():
        table = pa.Table.from_pylist(rows, schema=SCHEMAS[name])
        pq.write_table(table, folder / f"{name}.parquet")
    return {name: len(rows) for name, rows in tables.items()}


def _end(day: int) -> date | None:
    return None if day >= OPEN else to_date(day)


def _people(force: Workforce) -> Rows:
    return [
        {
            "person_id": person.person_id,
            "name": person.name,
            "email": person.email,
            "country": person.country,
            "hired_on": to_date(person.hired),
            "left_on": _end(person.left),
        }
        for person in force.people
    ]


def _spans(seat: Seat, team: str, manager: int | None) -> list[tuple[str, int | None, int, int]]:
    """Team and manager's seat over time: two spans where the seat was moved."""
    if seat.moved_from is None:
        return [(team, manager, seat.opens_on, OPEN)]
    old_team, old_manager, day = seat.moved_from
    return [(old_team, old_manager, seat.opens_on, day), (team, manager, day, OPEN)]


def _positions(seat: Seat) -> Rows:
    return [
        {
            "position_id": seat.position_id,
            "title": seat.title,
            "team_id": team,
            "country": seat.country.code,
            "starts_on": to_date(begin),
            "ends_on": _end(end),
        }
        for team, _, begin, end in _spans(seat, seat.team, seat.manager)
    ]


def _lines(force: Workforce, seat: Seat) -> Rows:
    return [
        {
            "position_id": seat.position_id,
            "manager_position_id": force.seats[manager].position_id,
            "kind": "primary",
            "starts_on": to_date(begin),
            "ends_on": _end(end),
        }
        for _, manager, begin, end in _spans(seat, seat.team, seat.manager)
        if manager is not None
    ]


def _assignments(force: Workforce) -> Rows:
    shares = pa.scalar(1, pa.decimal128(6, 4)).as_py()
    return [
        {
            "person_id": force.people[tenure.person].person_id,
            "position_id": force.seats[tenure.seat].position_id,
            "share": shares * tenure.share / 100,
            "starts_on": to_date(tenure.starts),
            "ends_on": _end(tenure.ends),
        }
        for tenure in force.tenures
    ]


def _attributes(world: World) -> Rows:
    """Courses taken and hiring cohorts: what a diagnosis may compare people by."""
    scale, force = world.scale, world.force
    course = months_before(scale.ends_on, scale.truths.training.months)
    day = scale.ago(scale.truths.training.months)
    rows: Rows = []
    for tenure in force.tenures:
        person, seat = force.people[tenure.person], force.seats[tenure.seat]
        if seat.trained and tenure.starts <= day < tenure.ends:
            rows.append(
                {
                    "person_id": person.person_id,
                    "name": f"course_{scale.truths.training.name}",
                    "value": "true",
                    "type": "boolean",
                    "starts_on": course,
                    "ends_on": None,
                }
            )
        if seat.kind in ("account_executive", "account_manager", "development"):
            hired = to_date(person.hired)
            rows.append(
                {
                    "person_id": person.person_id,
                    "name": "cohort",
                    "value": f"{hired.year}-Q{(hired.month - 1) // 3 + 1}",
                    "type": "text",
                    "starts_on": hired,
                    "ends_on": _end(person.left),
                }
            )
    return rows
