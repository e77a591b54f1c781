"""The organisation as files: people, teams, positions with their lines, who sits where when."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from vetta.site.demo.funnel import World
from vetta.site.demo.scale import months_before, to_date
from vetta.site.demo.workforce import OPEN, Seat, Tenure, Workforce

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
            ("position_id", pa.string()),
            ("title", pa.string()),
            ("team", pa.string()),
            ("share", pa.decimal128(6, 4)),
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
            ("team", pa.string()),
            ("manager_position_id", pa.string()),
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
    """Write the five tables of the organisation; returns their rows."""
    force = world.force
    tables: dict[str, Rows] = {
        "people": _people(force),
        "teams": [
            {"team_id": t.team_id, "name": t.name, "parent_id": t.parent, "region": t.region}
            for t in force.teams
        ],
        "positions": [row for seat in force.seats for row in _positions(force, seat)],
        "assignments": _assignments(force),
        "person_attributes": _attributes(world),
    }
    for name, rows in tables.items():
        table = pa.Table.from_pylist(rows, schema=SCHEMAS[name])
        pq.write_table(table, folder / f"{name}.parquet")
    return {name: len(rows) for name, rows in tables.items()}


def _end(day: int) -> date | None:
    return None if day >= OPEN else to_date(day)


def _people(force: Workforce) -> Rows:
    """One row a person: everybody sits on one seat from the hiring to the leaving."""
    rows: Rows = []
    for tenure in sorted(force.tenures, key=lambda tenure: tenure.person):
        person, seat = force.people[tenure.person], force.seats[tenure.seat]
        team = next(team for team, _, _, end in _spans(seat) if tenure.starts < end)
        rows.append(
            {
                "person_id": person.person_id,
                "name": person.name,
                "email": person.email,
                "country": person.country,
                "hired_on": to_date(person.hired),
                "left_on": _end(person.left),
                "position_id": seat.position_id,
                "title": seat.title,
                "team": team,
                "share": _share(tenure),
            }
        )
    return rows


def _share(tenure: Tenure) -> Decimal:
    return Decimal(tenure.share) / 100


def _spans(seat: Seat) -> list[tuple[str, int | None, int, int]]:
    """Team and manager's seat over time: two spans where the seat was moved."""
    if seat.moved_from is None:
        return [(seat.team, seat.manager, seat.opens_on, OPEN)]
    old_team, old_manager, day = seat.moved_from
    return [(old_team, old_manager, seat.opens_on, day), (seat.team, seat.manager, day, OPEN)]


def _positions(force: Workforce, seat: Seat) -> Rows:
    return [
        {
            "position_id": seat.position_id,
            "title": seat.title,
            "team": team,
            "manager_position_id": None if manager is None else force.seats[manager].position_id,
            "starts_on": to_date(begin),
            "ends_on": _end(end),
        }
        for team, manager, begin, end in _spans(seat)
    ]


def _assignments(force: Workforce) -> Rows:
    return [
        {
            "person_id": force.people[tenure.person].person_id,
            "position_id": force.seats[tenure.seat].position_id,
            "share": _share(tenure),
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
