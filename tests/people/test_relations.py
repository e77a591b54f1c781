"""How actors stand to people on a day: self, below, above, team, and the limit to a unit."""

from __future__ import annotations

from datetime import date

import pytest

from tests.cast import make_user
from vetta.core.access import EVERYONE, actor_for, allows, reach
from vetta.people import permissions, services
from vetta.people.contracts import Move

from .factories import person

pytestmark = pytest.mark.django_db

SEEN = {
    "ada": EVERYONE,
    "rui": {"rui", "bea"},
    "bea": {"bea", "rui"},
    "cy": {"cy"},
    "dag": set(),
}


@pytest.mark.parametrize("name", SEEN)
def test_each_of_the_cast_sees_whom_he_or_she_may(placed_cast, name):
    assert reach(placed_cast.actor(name), permissions.VIEW) == SEEN[name]


def test_records_are_seen_by_oneself_and_from_above(placed_cast):
    seen = {name: reach(placed_cast.actor(name), permissions.RECORD) for name in SEEN}
    assert seen == SEEN | {"bea": {"bea"}}


def test_a_manager_reaches_through_vacant_seats_and_second_seats(placed_cast):
    services.create_position(actor=None, key="lead", title="Team lead", manager_position="rui")
    person("eva")
    services.set_manager(
        actor=None, position="eva", manager_position="lead", starts_on=date(2020, 1, 1)
    )
    assert "eva" in reach(placed_cast.actor("rui"), permissions.VIEW)
    services.assign(
        actor=None, person="cy", position="lead", starts_on=date(2020, 1, 1), is_main=False
    )
    assert "eva" not in reach(placed_cast.actor("cy"), permissions.VIEW)  # a representative
    assert "eva" not in reach(placed_cast.actor("bea"), permissions.VIEW)


def test_a_former_manager_keeps_the_time_he_managed_and_nothing_later(placed_cast):
    person("new")
    services.move_person(
        actor=None, move=Move(person="bea", starts_on=date(2024, 3, 15), manager="new")
    )
    rui = placed_cast.actor("rui")
    assert allows(rui, permissions.RECORD, person="bea", on=date(2024, 3, 14))
    assert not allows(rui, permissions.RECORD, person="bea", on=date(2024, 3, 15))
    assert not allows(rui, permissions.RECORD, person="bea")


def test_by_policy_a_former_manager_loses_the_past_too(placed_cast):
    person("new")
    services.move_person(
        actor=None, move=Move(person="bea", starts_on=date(2024, 3, 15), manager="new")
    )
    services.decide_former_managers(actor=None, keep=False)
    rui = placed_cast.actor("rui")
    assert not allows(rui, permissions.RECORD, person="bea", on=date(2024, 3, 14))


def test_an_analyst_of_one_unit_reads_no_other_even_with_a_role_over_everybody():
    person("a", business_unit="A")
    person("b", business_unit="B")
    analyst = make_user("ana", "sales_operations")
    assert reach(actor_for(analyst), permissions.VIEW) is EVERYONE
    services.limit_to_unit(actor=None, user=analyst, business_unit="A", starts_on=date(2020, 1, 1))
    actor = actor_for(analyst)
    assert reach(actor, permissions.VIEW) == {"a"}
    assert not allows(actor, permissions.EDIT, person="b")


def test_the_limit_is_dated_and_follows_the_unit_of_the_day():
    person("a", business_unit="A")
    analyst = make_user("ana", "sales_operations")
    services.limit_to_unit(
        actor=None,
        user=analyst,
        business_unit="A",
        starts_on=date(2020, 1, 1),
        ends_on=date(2021, 1, 1),
    )
    services.move_person(
        actor=None, move=Move(person="a", starts_on=date(2020, 6, 1), business_unit="B")
    )
    within = actor_for(analyst, on=date(2020, 7, 1))
    assert reach(within, permissions.VIEW, on=date(2020, 5, 31)) == {"a"}
    assert reach(within, permissions.VIEW, on=date(2020, 6, 1)) == frozenset()
    assert reach(actor_for(analyst, on=date(2021, 1, 1)), permissions.VIEW) is EVERYONE


def test_who_left_belongs_to_the_last_unit():
    person("a", business_unit="A")
    services.end_employment(actor=None, person="a", ends_on=date(2020, 6, 1))
    analyst = make_user("ana", "sales_operations")
    services.limit_to_unit(actor=None, user=analyst, business_unit="A", starts_on=date(2020, 1, 1))
    assert reach(actor_for(analyst), permissions.VIEW) == {"a"}
