"""Positions: vacant, shared, covered, closed; named relationships beside the tree."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from vetta.kernel.problem import ProblemError
from vetta.people import selectors, services
from vetta.people.contracts import Move
from vetta.people.models import Assignment, PersonVersion, ReportingLine

from .factories import person, share

pytestmark = pytest.mark.django_db

DAY = date(2024, 1, 1)


def refused(act, **fields) -> str:
    with pytest.raises(ProblemError) as caught:
        act(actor=None, **fields)
    return caught.value.problems[0].code


def test_two_may_share_a_position_and_a_third_may_not():
    services.create_position(actor=None, key="seat", title="Seat")
    for key, percent in (("a", 60), ("b", 40)):
        person(key)
        services.assign(
            actor=None, person=key, position="seat", starts_on=DAY, share=share(percent)
        )
    person("c")
    code = refused(
        services.assign, person="c", position="seat", starts_on=DAY, share=1, is_main=False
    )
    assert code == "people.position_full"
    node = selectors.chart(DAY).nodes["seat"]
    assert [(h.id, h.share) for h in node.holders] == [("a", share(60)), ("b", share(40))]
    assert node.is_shared


def test_a_share_is_free_again_when_its_holder_moves_on():
    services.create_position(actor=None, key="seat", title="Seat")
    person("a")
    person("b")
    services.assign(actor=None, person="a", position="seat", starts_on=DAY)
    services.assign(actor=None, person="a", position="a", starts_on=date(2024, 6, 1))
    assert (
        refused(services.assign, person="b", position="seat", starts_on=date(2024, 5, 31))
        == "people.position_full"
    )
    services.assign(actor=None, person="b", position="seat", starts_on=date(2024, 6, 1))
    assert [h.id for h in selectors.chart(date(2024, 6, 1)).nodes["seat"].holders] == ["b"]


def test_a_closed_position_is_gone_from_that_day_and_not_before():
    services.create_position(actor=None, key="seat", title="Seat")
    person("rep")
    services.set_manager(actor=None, position="rep", manager_position="seat", starts_on=DAY)
    assert (
        refused(services.close_position, position="seat", ends_on=date(2024, 6, 1))
        == "people.position_has_reports"
    )
    services.set_manager(
        actor=None, position="rep", manager_position="", starts_on=date(2024, 6, 1)
    )
    services.close_position(actor=None, position="seat", ends_on=date(2024, 6, 1))
    assert "seat" in selectors.chart(date(2024, 5, 31)).nodes
    assert "seat" not in selectors.chart(date(2024, 6, 1)).nodes
    assert (
        refused(services.close_position, position="rep", ends_on=date(2024, 6, 1))
        == "people.position_taken"
    )


def test_a_named_relationship_has_its_own_share_and_no_circle():
    for key in ("ae", "se", "boss"):
        person(key)
    overlay = {"kind": "overlay", "starts_on": DAY}
    services.set_manager(
        actor=None, position="ae", manager_position="se", roll=share(20), **overlay
    )
    services.set_manager(actor=None, position="ae", manager_position="boss", **overlay)
    detail = selectors.person_detail("ae", DAY)
    assert [(r.kind, r.manager_position, r.roll) for r in detail.relationships] == [
        ("overlay", "se", share(20)),
        ("overlay", "boss", share(100)),
    ]
    assert detail.row.manager is None  # the tree is another matter
    assert (
        refused(services.set_manager, position="boss", manager_position="ae", **overlay)
        == "people.cycle"
    )
    services.set_manager(
        actor=None, position="boss", manager_position="ae", kind="channel", starts_on=DAY
    )
    services.end_relationship(
        actor=None,
        position="ae",
        manager_position="se",
        kind="overlay",
        ends_on=date(2024, 6, 1),
    )
    later = selectors.person_detail("ae", date(2024, 6, 1))
    assert {r.manager_position for r in later.relationships if r.position == "ae"} == {"boss"}


def test_many_ways_through_many_layers_are_checked_in_no_time():
    for layer in range(9):
        for seat in range(5):
            services.create_position(actor=None, key=f"{layer}-{seat}", title="Seat")
    from .test_import_people import bring

    rows = [
        {
            "position_id": f"{layer}-{one}",
            "manager_position_id": f"{layer + 1}-{other}",
            "kind": "dotted",
            "starts_on": DAY,
        }
        for layer in range(8)
        for one in range(5)
        for other in range(5)
    ]
    problems, counts = bring(rows, "reporting_lines")
    assert (problems, counts["inserted"]) == ([], 200)


def test_a_later_change_that_is_known_ends_an_earlier_one_unless_it_is_written_over():
    for key in ("one", "two", "three"):
        person(key)
    person("rep", manager="one")

    def managers() -> list[str]:
        days = (date(2024, 1, 1), date(2024, 4, 1), date(2024, 8, 1))
        return [selectors.person_on("rep", day).manager.id for day in days]

    def move(month: int, manager: str, **options: bool) -> None:
        services.move_person(
            actor=None,
            move=Move(person="rep", starts_on=date(2024, month, 1), manager=manager, **options),
        )

    move(7, "two")
    move(3, "three")
    assert managers() == ["one", "three", "two"]
    move(3, "three", over_later=True)
    assert managers() == ["one", "three", "three"]


def test_the_preview_says_all_and_writes_nothing():
    person("boss")
    person("lead", manager="boss")
    person("rep", manager="lead")
    revision = selectors.revision()
    effect = services.preview_move(
        Move(person="lead", starts_on=DAY, new_position=True, title="Advisor", manager="boss")
    )
    assert (effect.left_vacant.id, effect.left_reports, effect.problems) == ("lead", 1, ())
    circle = services.preview_move(Move(person="boss", starts_on=DAY, manager="rep"))
    assert [one.code for one in circle.problems] == ["people.cycle"]
    assert selectors.revision() == revision


@pytest.mark.parametrize(
    ("act", "fields", "code"),
    [
        ("create_person", {"name": "  "}, "people.name_missing"),
        ("create_person", {"name": "X", "key": "a"}, "people.key_taken"),
        ("create_person", {"name": "X", "manager": "nobody"}, "people.unknown_person"),
        ("end_employment", {"person": "a", "ends_on": date(1899, 1, 1)}, "people.bad_dates"),
        ("start_leave", {"person": "zz", "starts_on": DAY}, "people.unknown_person"),
        ("create_team", {"name": ""}, "people.name_missing"),
        ("change_team", {"team": "zz"}, "people.unknown"),
        ("rename_title", {"title": "zz", "name": "x"}, "people.unknown"),
        ("define_attribute", {"key": "k", "title": "K", "type": "colour"}, "people.bad_type"),
        ("rehire", {"person": "a", "starts_on": DAY}, "people.already_employed"),
    ],
)
def test_each_refusal_has_its_code(act, fields, code):
    person("a")
    assert refused(getattr(services, act), **fields) == code


def test_the_database_refuses_what_slips_past_the_services():
    person("a")
    person("b", manager="a")
    one = Assignment.objects.filter(person__key="a").first()
    line = ReportingLine.objects.first()
    for row, changes in (
        (one, {"known_from": one.known_from}),  # a second open main assignment
        (one, {"starts_on": DAY, "ends_on": DAY}),
        (one, {"starts_on": DAY, "ends_on": date(2025, 1, 1), "share": 0}),
        (line, {"starts_on": DAY, "ends_on": date(2025, 1, 1), "manager": line.position}),
    ):
        row.pk = None
        for name, value in changes.items():
            setattr(row, name, value)
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save(force_insert=True)
    with pytest.raises(TypeError):
        PersonVersion.objects.update(name="rewritten")
