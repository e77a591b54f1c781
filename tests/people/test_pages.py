"""The pages: who may open them, what they show, what their forms do."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from vetta.people import selectors, services
from vetta.people.contracts import Move
from vetta.people.models import Attribute, UnitScope

from .factories import Clock, person

pytestmark = pytest.mark.django_db

#: page: what the cast gets (200 open, 403 the room is closed, 404 not to be known)
OPEN = {
    "list": ("", {"ada": 200, "rui": 200, "bea": 200, "cy": 200, "dag": 403}),
    "chart": ("", {"ada": 200, "rui": 200, "bea": 200, "cy": 200, "dag": 403}),
    "branch": ("?position=rui", {"ada": 200, "rui": 200, "bea": 200, "cy": 404, "dag": 403}),
    "positions": ("", {"ada": 200, "rui": 200, "bea": 200, "cy": 200, "dag": 403}),
    "teams": ("", {"ada": 200, "rui": 200, "bea": 200, "cy": 200, "dag": 403}),
    "new": ("", {"ada": 200, "rui": 403, "bea": 403, "cy": 403, "dag": 403}),
    "new-position": ("", {"ada": 200, "rui": 403, "bea": 403, "cy": 403, "dag": 403}),
    "new-team": ("", {"ada": 200, "rui": 403, "bea": 403, "cy": 403, "dag": 403}),
    "new-attribute": ("", {"ada": 200, "rui": 403, "bea": 403, "cy": 403, "dag": 403}),
    "access": ("", {"ada": 200, "rui": 403, "bea": 403, "cy": 403, "dag": 403}),
}
OF_BEA = {
    "person": {"ada": 200, "rui": 200, "bea": 200, "cy": 404, "dag": 404},
    **{
        name: {"ada": 200, "rui": 404, "bea": 404, "cy": 404, "dag": 404}
        for name in (
            "change",
            "move",
            "leave",
            "return",
            "end",
            "rehire",
            "attribute",
            "sign-in",
            "erase",
        )
    },
}


@pytest.mark.parametrize("page", OPEN)
def test_each_page_opens_for_whom_it_is(placed_cast, client, page):
    query, expected = OPEN[page]
    found = {}
    for name in expected:
        client.force_login(getattr(placed_cast, name))
        found[name] = client.get(reverse(f"people:{page}") + query).status_code
    assert found == expected


@pytest.mark.parametrize("page", OF_BEA)
def test_each_page_of_a_person_opens_for_whom_it_is(placed_cast, client, page):
    found = {}
    for name in OF_BEA[page]:
        client.force_login(getattr(placed_cast, name))
        found[name] = client.get(reverse(f"people:{page}", args=["bea"])).status_code
    assert found == OF_BEA[page]


def test_nobody_signed_in_is_asked_to_sign_in(placed_cast, client):
    for page in ("list", "chart", "access"):
        assert client.get(reverse(f"people:{page}")).status_code == 302


@pytest.fixture
def ada(placed_cast, client):
    client.force_login(placed_cast.ada)
    return client


def page(client, name: str, *args: str, **query: str) -> str:
    response = client.get(reverse(f"people:{name}", args=args), query)
    assert response.status_code == 200
    return response.content.decode()


def test_the_chart_shows_who_reports_to_whom_on_a_day_vacant_and_shared(ada):
    services.create_position(actor=None, key="open", title="Open seat", manager_position="rui")
    services.move_person(
        actor=None, move=Move(person="bea", starts_on=date(2024, 3, 15), manager="cy")
    )
    person("eva", name="Eva Half", position=None, hired_on=date(2024, 5, 1))
    before, after = page(ada, "chart", on="2024-03-14"), page(ada, "chart", on="2024-03-15")
    assert before.index("Rui Manager") < before.index("Bea Sales")
    assert after.index("Cy Sales") < after.index("Bea Sales") < after.index("Rui Manager")
    assert "Vacant" in after
    assert "Open seat" in after
    assert "Eva Half" not in after


def test_the_chart_shows_what_was_known_then(ada):
    clock = Clock()
    with clock():
        person("late", name="Lea Late", manager="rui")
    clock.tick(days=2)
    with clock():
        assert "Lea Late" in page(ada, "chart")
        assert "Lea Late" not in page(ada, "chart", known_at="2024-06-02T10:00")


def test_a_search_in_the_chart_says_where_each_hit_is(ada):
    found = page(ada, "chart", q="bea")
    assert "Bea Sales" in found
    assert "Rui Manager ›" in found
    assert "Cy Sales" not in found
    assert "No person, title, team or position" in page(ada, "chart", q="nobody at all")


def test_a_bad_date_is_said_and_today_is_shown(ada):
    assert "Bea Sales" in page(ada, "chart", on="yesterday-ish")
    assert 'class="err' in page(ada, "chart", on="yesterday-ish")


def test_branches_of_a_large_chart_are_fetched_when_they_are_opened(ada):
    for number in range(60):
        person(f"lead{number}", manager="rui")
        person(f"rep{number}", manager=f"lead{number}", name=f"Deep Rep {number}")
    assert "Deep Rep 5" not in page(ada, "chart")
    assert "Deep Rep 5" in page(ada, "branch", position="lead5")
    assert "Deep Rep 5" in page(ada, "chart", focus="rep5")
    assert "Deep Rep 59" in page(ada, "chart", all="1")


def test_a_person_is_shown_in_the_chart_wherever_he_or_she_sits(ada):
    services.create_position(actor=None, key="elsewhere", title="Seat", manager_position="cy")
    services.assign(actor=None, person="bea", position="elsewhere", starts_on=date(2024, 1, 1))
    assert 'id="found"' in page(ada, "chart", focus="bea")
    shown = page(ada, "person", "bea")
    assert "Seat (elsewhere)" in shown
    assert "Cy Sales" in shown


def test_pages_take_few_queries_however_many_people(ada, django_assert_max_num_queries):
    for number in range(40):
        person(f"p{number}", manager="rui")
    for name in ("list", "chart", "positions", "teams"):
        page(ada, name)
        with django_assert_max_num_queries(16):
            page(ada, name)
    page(ada, "person", "rui")
    with django_assert_max_num_queries(26):
        page(ada, "person", "rui")


def test_the_list_is_filtered_and_exported(ada):
    response = ada.get(reverse("people:list"), {"team": "North", "export": "csv"})
    text = b"".join(response.streaming_content).decode()
    assert "Bea Sales" in text
    assert "Cy Sales" not in text


def test_the_list_shows_who_works_here_until_asked_for_others(ada):
    services.end_employment(actor=None, person="cy", ends_on=date(2024, 1, 1))
    assert "Cy Sales" not in page(ada, "list")
    assert "Cy Sales" in page(ada, "list", status="left")
    assert "Cy Sales" in page(ada, "list", status="*")
    assert "Cy Sales" in page(ada, "list", on="2023-12-31")


def test_an_empty_room_teaches_what_it_is_for(cast, client):
    client.force_login(cast.ada)
    for name in ("list", "chart", "positions", "teams"):
        assert 'class="blank"' in page(client, name)
    assert "Import them from a file" in page(client, "list")


def test_a_person_is_added_with_a_manager_by_name(ada):
    response = ada.post(
        reverse("people:new"),
        {"name": "Eva Nova", "hired_on": "2024-01-01", "team": "North", "manager": "rui manager"},
    )
    assert response.status_code == 302
    row = selectors.person_on("eva.nova", date(2024, 2, 1))
    assert (row.manager.id, row.team.name) == ("rui", "North")


def test_what_is_refused_stands_beside_its_field_and_what_was_typed_stays(ada):
    response = ada.post(reverse("people:new"), {"name": "Eva Nova", "manager": "Rui Manger"})
    assert response.status_code == 422
    text = response.content.decode()
    assert "Nobody has this name" in text
    assert 'value="Rui Manger"' in text
    circle = ada.post(
        reverse("people:move", args=["rui"]),
        {
            "starts_on": "2024-01-01",
            "seat": "keep",
            "title": "Sales manager",
            "team": "North",
            "manager": "Bea Sales",
        },
    )
    assert circle.status_code == 422
    assert "circle" in circle.content.decode()


def test_a_move_shows_its_effect_before_and_is_then_done(ada):
    asked = {
        "starts_on": "2024-04-01",
        "seat": "keep",
        "title": "Account executive",
        "team": "South",
        "manager": "Cy Sales",
        "share": "100",
    }
    text = ada.post(reverse("people:effect", args=["bea"]), asked).content.decode()
    assert "South" in text
    assert "Cy Sales" in text
    assert selectors.person_on("bea", date(2024, 4, 1)).team.id == "North"
    assert ada.post(reverse("people:move", args=["bea"]), asked).status_code == 302
    moved = selectors.person_on("bea", date(2024, 4, 1))
    assert (moved.team.id, moved.manager.id, moved.title) == ("South", "cy", "Account executive")
    assert selectors.person_on("bea", date(2024, 3, 31)).team.id == "North"


def test_a_move_onto_a_vacant_position_takes_its_place_in_the_tree(ada):
    services.create_position(
        actor=None, key="lead", title="Lead", team="South", manager_position="cy"
    )
    asked = {"starts_on": "2024-04-01", "seat": "vacant", "position": "lead"}
    text = ada.post(reverse("people:effect", args=["bea"]), asked).content.decode()
    assert "becomes vacant" in text
    assert ada.post(reverse("people:move", args=["bea"]), asked).status_code == 302
    moved = selectors.person_on("bea", date(2024, 4, 1))
    assert (moved.position, moved.title, moved.manager.id) == ("lead", "Lead", "cy")


def test_a_leave_a_return_a_leaving_and_a_coming_back(ada):
    def post(name: str, **data: str) -> None:
        assert ada.post(reverse(f"people:{name}", args=["bea"]), data).status_code == 302

    post("leave", starts_on="2024-02-01", ends_on="2024-05-01")
    post("return", on="2024-03-01")
    post("end", on="2024-06-01")
    post("rehire", starts_on="2024-09-01", title="Advisor", manager="Cy Sales")
    days = [date(2024, month, 15) for month in (1, 2, 3, 6, 9)]
    rows = [selectors.person_on("bea", day) for day in days]
    assert [row.status for row in rows] == ["active", "leave", "active", "future", "active"]
    assert (rows[-1].title, rows[-1].manager.id) == ("Advisor", "cy")


def test_the_history_shows_both_dates_and_on_request_what_was_corrected(ada):
    services.change_person(actor=None, person="bea", name="Bea Renamed")
    assert "Bea Sales" not in page(ada, "person", "bea")
    both = page(ada, "person", "bea", history="all")
    assert "Bea Sales" in both
    assert "Bea Renamed" in both


def test_attributes_are_defined_and_set(ada):
    ada.post(reverse("people:new-attribute"), {"key": "ramp", "title": "Ramp", "type": "integer"})
    assert Attribute.objects.get().title == "Ramp"
    url = reverse("people:attribute", args=["bea"])
    assert ada.post(url, {"attribute": "ramp", "value": "x"}).status_code == 422
    assert ada.post(url, {"attribute": "ramp", "value": "3"}).status_code == 302
    assert "Ramp" in page(ada, "person", "bea")


def test_teams_and_positions_are_added_and_changed(ada):
    ada.post(reverse("people:new-team"), {"name": "West", "parent": "North", "region": "EU"})
    assert [(t.id, t.depth) for t in selectors.teams_on(date(2024, 1, 1))] == [
        ("North", 0),
        ("West", 1),
        ("South", 0),
    ]
    ada.post(reverse("people:change-team", args=["West"]), {"name": "Far West", "parent": ""})
    west = next(t for t in selectors.teams_on(date(2024, 1, 1)) if t.id == "West")
    assert (west.name, west.parent) == ("Far West", None)
    ada.post(reverse("people:new-position"), {"title": "Hunter", "manager": "Rui Manager"})
    assert "Hunter" in page(ada, "positions", state="vacant")


def test_sign_in_limits_and_policy_are_decided_by_the_administrator(ada, placed_cast):
    services.save_business_unit(actor=None, key="a", name="Unit A")
    person("eva")
    link = reverse("people:sign-in", args=["eva"])
    assert ada.post(link, {"email": "nobody@example.com"}).status_code == 422
    assert ada.post(link, {"email": "dag@example.com"}).status_code == 302
    limit = {"email": "cy@example.com", "business_unit": "a", "starts_on": "2020-01-01"}
    assert ada.post(reverse("people:add-scope"), limit).status_code == 302
    scope = UnitScope.objects.get()
    assert scope.user == placed_cast.cy
    assert "Unit A" in page(ada, "access")
    assert ada.post(reverse("people:end-scope", args=[scope.pk])).status_code == 302
    assert ada.post(reverse("people:access"), {"policy": "1"}).status_code == 302
    assert not selectors.former_managers_keep()


def test_erasing_needs_the_key_typed_and_leaves_no_name(ada):
    url = reverse("people:erase", args=["bea"])
    assert ada.post(url, {"confirm": "Bea"}).status_code == 422
    response = ada.post(url, {"confirm": "bea"})
    assert response.status_code == 302
    for name in ("list", "chart"):
        assert "Bea" not in page(ada, name)
    assert "Bea" not in ada.get(response.url).content.decode()
    assert "erased-" in page(ada, "chart")
