"""The menu, the search, the icons and the small parts of the shell."""

from __future__ import annotations

import re

import pytest
from django.template import Context, Template
from django.test import Client, RequestFactory

from tests.house.tree import SOURCE, short
from vetta.core.access import Role, actor_for, register_permission
from vetta.ui import icons, navigation, search
from vetta.ui.micro import bar, interval, spark
from vetta.ui.navigation import menu, register_page, register_room
from vetta.ui.pages import safe_next
from vetta.ui.progress import Work

pytestmark = pytest.mark.django_db


@pytest.fixture
def rooms(monkeypatch):
    monkeypatch.setattr(navigation, "_rooms", {})
    monkeypatch.setattr(navigation, "_pages", {})
    register_permission("test.see", "see the test", {Role.ADMINISTRATOR: "any"})
    register_room("later", "Later", "list", 20)
    register_room("first", "First", "home", 10, "f")
    register_page("later", "Views", "ui:search", None, 2)
    register_page("first", "Secret", "account_change_password", "test.see", 1)
    register_page("later", "Gone", "no-such-name", None, 1)


def request_of(user, path: str = "/ui/search/"):
    request = RequestFactory().get(path)
    request.user, request.actor = user, actor_for(user)
    return request


def test_the_menu_holds_what_the_policy_allows(rooms, cast) -> None:
    assert [room.key for room in menu(request_of(cast.ada))] == ["first", "later"]
    assert [room.key for room in menu(request_of(cast.dag))] == ["later"]


def test_pages_below_a_page_mark_it(rooms, cast) -> None:
    later = menu(request_of(cast.ada, "/ui/search/deeper/"))[1]
    assert later.open
    assert [page.current for page in later.pages] == [True]


def test_search_asks_every_source_and_shows_at_most_six(rooms, cast, monkeypatch) -> None:
    monkeypatch.setattr(search, "_sources", {})
    search.register_source(
        "people", "People", lambda request, text: (search.Hit(f"P{n}", "/") for n in range(99))
    )
    groups = search.search(request_of(cast.ada), " later  VIEWS ")
    assert [(group.title, len(group.hits)) for group in groups] == [("Pages", 1), ("People", 6)]


def test_the_search_is_for_people_who_are_signed_in() -> None:
    assert Client().get("/ui/search/").status_code == 302


def test_the_language_is_kept_with_the_person(cast) -> None:
    client = Client()
    client.force_login(cast.bea)
    answer = client.post("/ui/language/", {"language": "it", "next": "/ui/search/"})
    assert answer.headers["Location"] == "/ui/search/"
    cast.bea.refresh_from_db()
    assert cast.bea.language == "it"
    assert client.post("/ui/language/", {"language": "xx"}).status_code == 404


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:x", ""])
def test_forms_lead_back_only_within_the_site(target: str) -> None:
    assert safe_next(RequestFactory().post("/", {"next": target})) == "/"


def test_a_view_of_somebody_else_does_not_exist(cast) -> None:
    ada, bea = Client(), Client()
    ada.force_login(cast.ada)
    bea.force_login(cast.bea)
    ada.post("/ui/views/", {"place": "x", "name": "Mine", "query": "a=1"})
    view = cast.ada.saved_views.get()
    assert bea.post(f"/ui/views/{view.pk}/delete/").status_code == 404
    assert ada.post(f"/ui/views/{view.pk}/delete/").status_code == 302


def test_every_icon_that_a_template_names_is_vendored() -> None:
    named = re.compile(r"{% (?:inline_)?icon [\"']([^\"']+)[\"']")
    missing = [
        f"{short(path)}: {name}"
        for path in SOURCE.rglob("templates/**/*.html")
        for name in named.findall(path.read_text())
        if not (icons.FOLDER / f"{name}.svg").exists()
    ]
    assert not missing


def test_an_unknown_icon_says_where_to_get_it() -> None:
    with pytest.raises(LookupError, match="@tabler/icons"):
        icons.shapes("../../secret")


def test_micro_charts_stay_in_their_frame_and_say_their_value() -> None:
    assert 'width="100.0"' in bar("7", "700 percent")
    assert 'aria-label="700 percent"' in bar("7", "700 percent")
    assert 'x="57.6"' in bar("0.7", "70 percent", mark="0.576")
    assert "—" in spark([None, None], "nothing")
    assert spark(["1", None, "3"], "up").count(",") == 2
    assert 'cx="75.0"' in interval("0.5", "0.4", "0.6", "half")


def test_labels_of_micro_charts_are_escaped() -> None:
    assert "<script>" not in bar("1", '"><script>')


def test_progress_knows_its_share() -> None:
    assert Work("x", "running", total=90, done=30).share == pytest.approx(1 / 3)
    assert Work("x", "running").share is None
    assert Work("x", "done").share == 1


def test_a_partial_draws_its_icons_itself() -> None:
    drawn = Template('{% load vetta %}{% icon "home" %}').render(Context())
    assert "<path" in drawn
    assert "<use" not in drawn
