"""Moving: another manager, seat, title or team from a day on."""

from __future__ import annotations

from datetime import date

import pytest

from vetta.kernel.problem import ProblemError
from vetta.people import selectors, services
from vetta.people.contracts import Move

from .factories import Clock, person

pytestmark = pytest.mark.django_db


def managers(key: str, known_at=None) -> list[tuple[str | None, date, date]]:
    rows = selectors.person_intervals(known_at).to_pylist()
    return [
        (row["manager_id"], row["starts_on"], row["ends_on"])
        for row in rows
        if row["person_id"] == key
    ]


def test_a_change_of_manager_splits_the_time_at_its_day():
    person("old")
    person("new")
    person("rep", manager="old")
    services.move_person(
        actor=None, move=Move(person="rep", starts_on=date(2024, 3, 15), manager="new")
    )
    assert managers("rep") == [
        ("old", date(1900, 1, 1), date(2024, 3, 15)),
        ("new", date(2024, 3, 15), date(9999, 12, 31)),
    ]


def test_what_was_known_before_the_change_is_still_readable():
    clock = Clock()
    with clock():
        for key in ("old", "new"):
            person(key)
        person("rep", manager="old")
    before = clock.tick(days=1)
    with clock():
        services.move_person(
            actor=None, move=Move(person="rep", starts_on=date(2024, 3, 15), manager="new")
        )
    assert managers("rep", known_at=before) == [("old", date(1900, 1, 1), date(9999, 12, 31))]
    assert len(managers("rep", known_at=clock.now)) == 2


def test_a_circle_is_refused_on_any_day_and_names_who_is_in_it():
    person("top")
    person("mid", manager="top")
    person("low", manager="mid")
    with pytest.raises(ProblemError) as caught:
        services.move_person(
            actor=None, move=Move(person="top", starts_on=date(2030, 1, 1), manager="low")
        )
    (problem,) = caught.value.problems
    assert problem.code == "people.cycle"
    assert "from 2030-01-01" in problem.message
    assert {"Top", "Mid", "Low"} <= set(problem.message.replace(".", "").split())
    assert managers("top") == [(None, date(1900, 1, 1), date(9999, 12, 31))]


def test_the_chain_reaches_everybody_above_with_their_distance():
    person("top")
    person("mid", manager="top")
    person("low", manager="mid")
    rows = [row for row in selectors.manager_chain().to_pylist() if row["person_id"] == "low"]
    assert [(row["manager_id"], row["depth"]) for row in rows] == [
        ("low", 0),
        ("mid", 1),
        ("top", 2),
    ]
