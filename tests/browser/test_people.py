"""People in Chromium: the chart opens branch by branch, a move says its effect first."""

from __future__ import annotations

from datetime import date

import pytest

from tests.people.factories import person, place_cast
from vetta.people import selectors, services


@pytest.fixture
def placed(cast):
    place_cast(cast)
    return cast


def test_branches_are_fetched_when_opened_and_stay(placed, visit):
    for number in range(130):
        person(f"lead{number}", name=f"Lead {number}", manager="rui")
    person("deep", name="Deep Down", manager="lead7")
    ada = visit("ada")
    assert ada.open("/people/chart/") == 200
    assert ada.page.get_by_text("Deep Down").count() == 0
    branch = ada.page.locator("li", has=ada.page.get_by_role("link", name="Lead 7", exact=True))
    summary = branch.last.locator("summary")
    summary.click()
    ada.page.get_by_text("Deep Down").wait_for(state="visible")
    summary.click()
    summary.click()
    assert ada.page.get_by_text("Deep Down").count() == 1
    assert ada.is_sound() == []


def test_without_script_a_branch_has_its_own_address(placed, visit):
    for number in range(130):
        person(f"lead{number}", name=f"Lead {number}", manager="rui")
    person("deep", name="Deep Down", manager="lead7")
    ada = visit("ada")
    assert ada.open("/people/chart/?focus=deep") == 200
    found = ada.page.locator("#found")
    found.wait_for(state="visible")
    assert "Deep Down" in found.inner_text()


def test_a_move_shows_its_effect_as_the_form_is_filled(placed, visit):
    services.create_position(
        actor=None, key="lead", title="Team lead", team="South", manager_position="cy"
    )
    ada = visit("ada")
    ada.open("/people/person/bea/move/")
    effect = ada.page.locator("#effect")
    effect.get_by_text("Nothing changes on this day").wait_for()
    ada.page.get_by_label("Reports to").fill("Cy Sales")
    ada.page.get_by_label("From", exact=True).fill("2024-04-01")
    effect.get_by_role("cell", name="Rui Manager").wait_for()
    assert ada.is_sound() == []
    ada.page.get_by_label("Takes a vacant position").check()
    assert not ada.page.get_by_label("Reports to").is_visible()
    ada.page.get_by_label("Vacant position", exact=False).last.select_option("lead")
    effect.get_by_text("becomes vacant").wait_for()
    ada.page.get_by_role("button", name="Move from this day on").click()
    ada.page.get_by_text("Bea Sales was moved").wait_for()
    assert selectors.person_on("bea", date(2024, 4, 1)).position == "lead"


@pytest.mark.parametrize(
    "address",
    [
        "/people/?status=*",
        "/people/person/bea/?history=all",
        "/people/chart/?on=2024-01-01&known_at=2030-01-01T10:00",
        "/people/chart/?q=sales",
        "/people/person/rui/end/",
        "/people/person/bea/erase/",
        "/people/new/",
    ],
)
def test_pages_beyond_the_menu_are_sound(placed, visit, address):
    ada = visit("ada")
    assert ada.open(address) == 200
    assert ada.is_sound() == []
