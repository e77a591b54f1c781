"""The tables of docs/algorithms/organisation.md, run."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from vetta.core import clock
from vetta.core.access import actor_for, allows
from vetta.people import permissions, selectors, services
from vetta.people.contracts import Move

from .factories import person, share

pytestmark = pytest.mark.django_db

PAGE = Path(__file__).parents[2] / "docs" / "algorithms" / "organisation.md"


def table(name: str) -> list[list[str]]:
    text = PAGE.read_text().split(f"<!-- table: {name} -->", 1)[1].lstrip()
    lines = re.match(r"(?:\|.*\n)+", text).group(0).splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def june(day: int) -> datetime:
    return datetime(2024, 6, day, 12, tzinfo=UTC)


def manager(key: str, on: date, known_at: datetime | None = None) -> str:
    return selectors.person_on(key, on, known_at).manager.name


def test_what_was_believed_when():
    with clock.stopped_at(june(1)):
        for key in ("ann", "bob", "cleo"):
            person(key)
        person("rep", manager="ann")
    with clock.stopped_at(june(10)):
        move = Move(person="rep", starts_on=date(2024, 3, 15), manager="bob")
        services.move_person(actor=None, move=move)
    with clock.stopped_at(june(20)):
        move = Move(
            person="rep", starts_on=date(2024, 4, 1), ends_on=date(2024, 5, 1), manager="cleo"
        )
        services.move_person(actor=None, move=move)
    rows = table("believed")
    assert len(rows) == 4
    for day, *expected in rows:
        on = date.fromisoformat(day)
        assert [manager("rep", on, june(known)) for known in (5, 15, 25)] == expected


def test_who_manages_whom():
    person("vera")
    person("lou", manager="vera")
    person("rep", manager="lou")
    services.end_employment(actor=None, person="lou", ends_on=date(2024, 2, 1))
    for key, percent in (("max", 60), ("nina", 40)):
        services.create_person(
            actor=None,
            name=key.title(),
            key=key,
            hired_on=date(2024, 3, 1),
            position="lou",
            share=share(percent),
        )
    chain = [row for row in selectors.manager_chain().to_pylist() if row["person_id"] == "rep"]
    for day, named, above in table("managers"):
        on = date.fromisoformat(day)
        assert manager("rep", on) == named
        found = [
            f"{row['manager_name']} {row['depth']}"
            for row in sorted(chain, key=lambda row: (row["depth"], row["manager_name"]))
            if row["depth"] and row["starts_on"] <= on < row["ends_on"]
        ]
        assert ", ".join(found) == above


def test_what_former_managers_see(placed_cast):
    from tests.cast import make_user

    services.link_user(actor=None, person="cy", user=None)
    boss = make_user("boss", "manager")
    services.link_user(actor=None, person="cy", user=boss)
    services.move_person(
        actor=None, move=Move(person="bea", starts_on=date(2024, 3, 15), manager="cy")
    )
    for day, keep, rui, cy in table("former"):
        services.decide_former_managers(actor=None, keep=keep == "yes")
        on = date.fromisoformat(day)
        seen = [
            allows(actor_for(user), permissions.RECORD, person="bea", on=on)
            for user in (placed_cast.rui, boss)
        ]
        assert ["yes" if one else "no" for one in seen] == [rui, cy]
