"""The operations on people: list, read, add, change, move, end; and who may."""

from __future__ import annotations

from datetime import date

import pytest

from vetta.people import services
from vetta.people.contracts import Move

from .factories import person

pytestmark = pytest.mark.django_db
API = "/api/v1"


@pytest.fixture
def ask(placed_cast, client):
    """``ask("ada", "get", "/people", …)``: the response to one of the cast."""

    def ask(name: str, method: str, path: str, body: object = None, **params: object):
        client.force_login(getattr(placed_cast, name))
        if body is not None:
            return getattr(client, method)(API + path, body, content_type="application/json")
        return getattr(client, method)(API + path, params or None)

    return ask


def test_everybody_lists_whom_he_or_she_may_see(ask):
    seen = {
        name: [row["id"] for row in ask(name, "get", "/people").json()["items"]]
        for name in ("ada", "rui", "bea", "cy")
    }
    assert seen == {
        "ada": ["ada", "bea", "cy", "rui"],
        "rui": ["bea", "rui"],
        "bea": ["bea", "rui"],
        "cy": ["cy"],
    }
    assert ask("dag", "get", "/people").status_code == 403


def test_a_list_is_searched_filtered_and_paged(ask):
    def ids(**params):
        return [row["id"] for row in ask("ada", "get", "/people", **params).json()["items"]]

    assert ids(q="sales bea") == ["bea"]
    assert ids(team="North") == ["bea", "rui"]
    assert ids(manager="rui") == ["bea"]
    assert ids(order="-name") == ["rui", "cy", "bea", "ada"]
    page = ask("ada", "get", "/people", page=2, page_size=3).json()
    assert ([row["id"] for row in page["items"]], page["total"], page["pages"]) == (["rui"], 4, 2)
    assert ask("ada", "get", "/people", order="height").status_code == 422


def test_a_person_is_read_as_of_a_day(ask):
    person("new", name="New Manager")
    services.move_person(
        actor=None, move=Move(person="bea", starts_on=date(2024, 3, 15), manager="new")
    )
    before = ask("ada", "get", "/people/bea", on="2024-03-14").json()
    after = ask("ada", "get", "/people/bea", on="2024-03-15").json()
    assert before["manager"] == {"id": "rui", "name": "Rui Manager"}
    assert after["manager"] == {"id": "new", "name": "New Manager"}
    assert after["share"] == "1"
    assert after["team"] == {"id": "North", "name": "North"}


def test_a_stranger_learns_no_more_of_a_person_than_of_nobody(ask):
    hidden = ask("bea", "get", "/people/cy")
    nobody = ask("bea", "get", "/people/xyz")
    assert hidden.status_code == nobody.status_code == 404
    assert hidden.json()["detail"] == nobody.json()["detail"]


def test_a_teammate_is_seen_without_record(ask):
    seen = ask("bea", "get", "/people/rui").json()
    assert seen["attributes"] is None
    assert ask("bea", "get", "/people/bea").json()["attributes"] == []
    assert ask("bea", "get", "/people/rui/history").status_code == 404


def test_a_person_is_added_moved_and_ended(ask):
    made = ask(
        "ada",
        "post",
        "/people",
        {"name": "Eva Nova", "hired_on": "2024-01-01", "team": "North", "manager": "rui"},
    )
    assert (made.status_code, made.json()) == (201, {"id": "eva.nova"})
    move = {"starts_on": "2024-05-01", "manager": "cy", "title": "Lead", "team": "South"}
    effect = ask("ada", "post", "/people/eva.nova/moves/preview", move).json()
    assert [(one["name"], one["before"], one["after"]) for one in effect["differences"]] == [
        ("title", None, "Lead"),
        ("team", "North", "South"),
        ("manager", "Rui Manager", "Cy Sales"),
    ]
    assert ask("ada", "get", "/people/eva.nova", on="2024-05-01").json()["team"]["id"] == "North"
    moved = ask("ada", "post", "/people/eva.nova/moves", move)
    assert moved.json()["team"]["id"] == "South"
    ended = ask("ada", "post", "/people/eva.nova/end", {"on": "2024-07-01"})
    assert (ended.json()["status"], ended.json()["position"]) == ("left", None)
    history = ask("ada", "get", "/people/eva.nova/history").json()
    assert {entry["kind"] for entry in history["items"]} == {
        "name",
        "employment",
        "assignment",
        "position",
        "reporting_line",
    }
    again = {"starts_on": "2024-09-01", "new_position": True, "title": "Advisor"}
    assert ask("ada", "post", "/people/eva.nova/rehire", again).json()["title"] == "Advisor"


def test_what_is_refused_says_why_and_what_to_do(ask):
    answer = ask("ada", "post", "/people/rui/moves", {"starts_on": "2024-01-01", "manager": "bea"})
    assert answer.status_code == 422
    assert answer.json()["code"] == "people.cycle"
    assert answer.json()["hint"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("post", "/people", {"name": "X"}),
        ("post", "/people/bea/moves", {"starts_on": "2024-01-01", "manager": ""}),
        ("patch", "/people/bea", {"name": "X"}),
        ("post", "/people/bea/end", {"on": "2024-01-01"}),
        ("delete", "/people/bea", None),
        ("post", "/positions", {"title": "X"}),
        ("post", "/teams", {"name": "X"}),
        ("put", "/person-attributes/x", {"title": "X", "type": "text"}),
        ("put", "/business-units/x", {"name": "X"}),
    ],
)
def test_only_operations_and_administrators_change_anything(ask, method, path, body):
    for name in ("rui", "bea", "cy", "dag"):
        assert ask(name, method, path, body).status_code in (403, 404)
    assert ask("ada", method, path, body).status_code < 300


def test_the_chart_shows_vacant_and_shared_positions_from_the_top_down(ask):
    services.create_position(actor=None, key="open", title="Open seat", manager_position="rui")
    chart = ask("ada", "get", "/organisation-chart").json()
    assert (chart["positions"], chart["people"], chart["vacant"], chart["shared"]) == (5, 4, 1, 0)
    below = [node["id"] for node in chart["nodes"] if node["manager_position"] == "rui"]
    assert below == ["bea", "open"]
    part = ask("ada", "get", "/organisation-chart", root="rui", levels=1).json()
    assert [node["id"] for node in part["nodes"]] == ["rui"]
    assert [n["id"] for n in ask("bea", "get", "/organisation-chart").json()["nodes"]] == [
        "rui",
        "bea",
        "open",
    ]


def test_positions_teams_lines_and_attributes_are_kept_by_the_api(ask):
    assert ask("ada", "post", "/teams", {"name": "West", "parent": "North"}).status_code == 201
    assert ask("ada", "patch", "/teams/West", {"region": "EU"}).status_code == 204
    made = ask("ada", "post", "/positions", {"key": "w1", "title": "Rep", "team": "West"})
    assert made.status_code == 201
    line = {"manager_position": "rui", "starts_on": "2020-01-01"}
    assert ask("ada", "post", "/positions/w1/lines", line).status_code == 204
    half = {"person": "cy", "starts_on": "2024-01-01", "share": "0.5"}
    assert ask("ada", "post", "/positions/w1/assignments", half).status_code == 204
    seat = ask("ada", "get", "/positions/w1", on="2024-02-01").json()
    assert [(h["id"], h["share"]) for h in seat["holders"]] == [("cy", "0.5")]
    end = {"person": "cy", "ends_on": "2024-06-01"}
    assert ask("ada", "post", "/positions/w1/assignments/end", end).status_code == 204
    vacant = ask("ada", "get", "/positions", vacant=True, on="2024-07-01").json()
    assert "w1" in [row["id"] for row in vacant["items"]]
    kind = {"title": "Ramp", "type": "integer"}
    assert ask("ada", "put", "/person-attributes/ramp", kind).status_code == 204
    assert ask("ada", "put", "/people/cy/attributes/ramp", {"value": 3}).status_code == 204
    bad = ask("ada", "put", "/people/cy/attributes/ramp", {"value": "three"})
    assert bad.json()["code"] == "people.bad_value"
    assert ask("ada", "get", "/people/cy").json()["attributes"][0]["value"] == "3"


def test_sign_in_limits_and_policy_are_kept_by_the_api(ask):
    person("eva")
    assert ask("ada", "put", "/people/eva/sign-in", {"email": "dag@example.com"}).status_code == 204
    taken = ask("ada", "put", "/people/cy/sign-in", {"email": "dag@example.com"})
    assert taken.json()["code"] == "people.user_taken"
    unknown = ask("ada", "put", "/people/cy/sign-in", {"email": "x@example.com"})
    assert unknown.json()["code"] == "people.unknown_user"
    ask("ada", "put", "/business-units/a", {"name": "Unit A"})
    limit = {"email": "rui@example.com", "business_unit": "a", "starts_on": "2020-01-01"}
    assert ask("ada", "post", "/unit-limits", limit).status_code == 204
    assert ask("ada", "get", "/unit-limits").json()["items"] == [{**limit, "ends_on": None}]
    end = {"email": "rui@example.com", "business_unit": "a", "ends_on": "2020-02-01"}
    assert ask("ada", "post", "/unit-limits/end", end).status_code == 204
    assert ask("ada", "put", "/people-policy", {"former_managers_keep": False}).status_code == 204
    assert ask("ada", "get", "/people-policy").json() == {"former_managers_keep": False}
    assert ask("rui", "get", "/people-policy").status_code == 403
    assert ask("rui", "put", "/people/bea/sign-in", {"email": None}).status_code == 404


def test_a_named_relationship_is_made_and_ended_by_the_api(ask):
    line = {"manager_position": "cy", "starts_on": "2020-01-01", "kind": "overlay", "roll": "0.2"}
    assert ask("ada", "post", "/positions/bea/lines", line).status_code == 204
    (shown,) = ask("ada", "get", "/people/bea").json()["relationships"]
    assert (shown["kind"], shown["roll"], shown["managers"][0]["id"]) == ("overlay", "0.2", "cy")
    end = {"manager_position": "cy", "kind": "overlay", "ends_on": "2021-01-01"}
    assert ask("ada", "post", "/positions/bea/lines/end", end).status_code == 204
    assert ask("ada", "get", "/people/bea").json()["relationships"] == []


def test_an_analyst_of_one_unit_neither_sees_nor_changes_another(placed_cast, client):
    from tests.cast import make_user

    analyst = make_user("ana", "sales_operations")
    person("a", business_unit="A")
    person("b", business_unit="B")
    services.limit_to_unit(actor=None, user=analyst, business_unit="A", starts_on=date(2020, 1, 1))
    client.force_login(analyst)
    assert [row["id"] for row in client.get(f"{API}/people").json()["items"]] == ["a"]
    assert client.get(f"{API}/people/b").status_code == 404
    services.set_manager(actor=None, position="a", manager_position="b", starts_on=date(2024, 1, 1))
    services.set_manager(
        actor=None, position="a", manager_position="b", starts_on=date(2024, 1, 1), kind="overlay"
    )
    services.change_person(actor=None, person="b", name="Secret Name")
    services.change_person(actor=None, person="a", name="Open Name")
    for path in ("/people/a", "/people/a/history", "/organisation-chart", "/positions"):
        answer = client.get(API + path, {"on": "2024-02-01"})
        assert answer.status_code == 200
        assert "Secret" not in answer.content.decode(), path
        assert "Open Name" in answer.content.decode(), path
    for path in ("/people/", "/people/chart/", "/people/person/a/?history=all", "/people/teams/"):
        assert "Secret" not in client.get(path).content.decode(), path
    assert client.get(f"{API}/business-units").json()["items"] == [{"id": "A", "name": "A"}]
    send = {"content_type": "application/json"}
    assert client.patch(f"{API}/people/b", {"name": "X"}, **send).status_code == 404
    assert client.patch(f"{API}/people/a", {"name": "X"}, **send).status_code == 200
    assert client.post(f"{API}/positions/b/end", {"on": "2024-01-01"}, **send).status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("post", "/people", {"name": "A\x00"}),
        ("post", "/people", {"name": "x" * 201}),
        ("post", "/people/bea/moves", {"starts_on": "9999-12-31", "title": "Late"}),
        ("post", "/people/bea/moves", {"starts_on": "0001-01-01"}),
        ("post", "/people/bea/moves", {"starts_on": "2024-01-01", "share": "0"}),
        ("post", "/people/bea/moves", {"starts_on": "2024-01-01", "share": "NaN"}),
        ("put", "/business-units/" + "x" * 201, {"name": "X"}),
        ("put", "/business-units/%00", {"name": "X"}),
        ("post", "/teams", {"name": "X", "parent": "nowhere"}),
    ],
)
def test_what_cannot_be_kept_is_refused_and_nothing_fails(ask, method, path, body):
    assert ask("ada", method, path, body).status_code == 422


def test_any_key_can_be_asked_for(ask):
    for key in ("%00", "a/b", "%F0%9F%98%80", "x" * 500, ".."):
        assert ask("ada", "get", f"/people/{key}").status_code == 404
        assert ask("ada", "get", f"/positions/{key}").status_code == 404


def test_lists_and_the_chart_take_few_queries_however_many_people(
    ask, django_assert_max_num_queries
):
    for number in range(30):
        person(f"p{number}", manager="rui")
    ask("ada", "get", "/people")
    with django_assert_max_num_queries(14):
        ask("ada", "get", "/people")
    with django_assert_max_num_queries(14):
        ask("ada", "get", "/organisation-chart")
