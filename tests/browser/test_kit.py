"""The shell and the kits, by keyboard and by mouse."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser import kit
from tests.cast import PASSWORD
from vetta.ui import navigation

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _kit(settings, cast, monkeypatch):
    settings.ROOT_URLCONF = "tests.browser.kit"
    monkeypatch.setattr(navigation, "_rooms", dict(navigation._rooms))
    monkeypatch.setattr(navigation, "_pages", dict(navigation._pages))
    kit.register()


@pytest.fixture
def ada(visit):
    visitor = visit("ada")
    assert visitor.open("/kit/") == 200
    return visitor


def focused(page) -> str:
    return page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()")


def test_the_kits_are_sound(ada) -> None:
    ada.page.wait_for_selector("#lines[data-drawn]")
    assert ada.is_sound() == []


def test_opened_menus_drawers_and_dialogs_are_sound(ada) -> None:
    page = ada.page
    page.click("#c-kit-deals-stage")
    assert ada.axe() == []
    page.keyboard.press("Escape")
    page.click("[data-explain]")
    page.wait_for_selector("#explain.show .calc")
    assert page.inner_text("#explain-t") == "Booked: €214.8k"
    assert ada.axe() == []
    page.keyboard.press("Escape")
    page.wait_for_selector("#explain:not(.show)", state="hidden")
    assert focused(page) == "€214.8k"
    page.keyboard.press("Control+k")
    page.wait_for_selector("#palette-hits a")
    assert ada.axe() == []
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    page.wait_for_selector("#help[open]")
    assert ada.axe() + ada.faults == []


def test_the_skip_link_comes_first(ada) -> None:
    ada.page.keyboard.press("Tab")
    assert focused(ada.page) == "Skip to content"
    ada.page.keyboard.press("Enter")
    assert focused(ada.page) == "main"


def test_search_narrows_keeps_focus_and_says_the_count(ada) -> None:
    page = ada.page
    page.keyboard.press("/")
    assert focused(page) == "q-kit-deals"
    page.keyboard.type("okafor")
    page.wait_for_selector("text=1 to 10 of 19")
    expect(page.locator("#announce")).to_have_text("19 rows")
    assert focused(page) == "q-kit-deals"
    assert "q=okafor" in page.url
    page.reload()
    assert page.input_value("#q-kit-deals") == "okafor"


def test_a_filter_is_chosen_by_keyboard_and_lives_in_the_address(ada) -> None:
    page = ada.page
    page.focus("#c-kit-deals-stage")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("#c-kit-deals-stage.set")
    assert "stage=won" in page.url
    assert focused(page) == "c-kit-deals-stage"
    page.click("text=Clear filters")
    page.wait_for_selector("text=1 to 10 of 38")


def test_sorting_says_its_direction(ada) -> None:
    page = ada.page
    page.click("#s-kit-deals-amount")
    page.wait_for_selector("th[aria-sort=ascending] #s-kit-deals-amount")
    page.click("#s-kit-deals-amount")
    page.wait_for_selector("th[aria-sort=descending] #s-kit-deals-amount")
    assert page.inner_text("tbody tr:first-child td:first-child") == "Deal 38"


def test_columns_are_chosen(ada) -> None:
    page = ada.page
    page.click("#c-kit-deals-cols")
    page.check("input[name=cols][value=closed]")
    page.uncheck("input[name=cols][value=owner]")
    page.click("text=Show these")
    page.wait_for_selector("th:has-text('Closed')")
    assert page.locator("th:has-text('Owner')").count() == 0


def test_a_view_is_kept_and_deleted(ada) -> None:
    page = ada.page
    ada.open("/kit/?stage=lost&sort=-amount")
    page.click("#c-kit-deals-view")
    page.fill("#n-kit-deals", "Lost, largest first")
    page.click("button:has-text('Save view')")
    link = page.wait_for_selector(".views a[aria-current]:has-text('Lost, largest first')")
    assert "stage=lost" in link.get_attribute("href")
    page.click("#c-kit-deals-view")
    page.click("button:has-text('Delete')")
    page.wait_for_selector("text=The view is deleted")


def test_rows_are_walked_and_opened_by_keyboard(ada) -> None:
    page = ada.page
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    assert focused(page) == "Deal 01"
    page.keyboard.press("Enter")
    page.wait_for_url("**/kit/1/")


def test_letters_go_to_rooms_until_turned_off(ada) -> None:
    page = ada.page
    ada.open("/kit/?q=x")
    page.keyboard.press("g")
    page.keyboard.press("x")
    page.wait_for_url("**/kit/")
    page.keyboard.press("?")
    page.uncheck("[data-letters]")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    assert page.locator("#help[open]").count() == 0


def test_the_palette_finds_pages(ada) -> None:
    page = ada.page
    ada.open("/kit/?q=x")
    page.keyboard.press("Control+k")
    page.wait_for_selector("#palette-hits a")
    page.keyboard.type("kit")
    expect(page.locator("#palette-hits a")).to_have_count(1)
    page.keyboard.press("Enter")
    page.wait_for_url("**/kit/")


def test_a_chart_has_its_table_png_and_csv(ada) -> None:
    page = ada.page
    page.wait_for_selector("#lines[data-drawn]")
    page.click("[data-show=table][data-for=lines]")
    assert page.inner_text("#lines-table tbody tr:last-child").split() == [
        "Jun",
        "23.0%",
        "34.0%",
        "37.0%",
    ]
    with page.expect_download() as saved:
        page.click("[data-csv=lines]")
    lines = saved.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert lines[1] == "Jan 26,0.34,0.34,0.35"
    with page.expect_download() as saved:
        page.click("[data-png=rank]")
    assert saved.value.path().read_bytes()[:4] == b"\x89PNG"
    assert ada.faults == []


def test_the_theme_is_remembered_before_paint(ada) -> None:
    page = ada.page
    page.click("[data-theme-toggle]")
    theme = page.get_attribute("html", "data-bs-theme")
    page.reload(wait_until="commit")
    page.wait_for_selector("body", state="attached")
    assert page.get_attribute("html", "data-bs-theme") == theme == "dark"


def test_the_menu_folds_on_a_phone(ada) -> None:
    ada.width(390)
    page = ada.page
    assert not page.is_visible("#nav .search-btn")
    page.click(".navbar-toggler")
    page.wait_for_selector("#nav.show .search-btn")
    assert page.get_attribute(".navbar-toggler", "aria-expanded") == "true"
    assert ada.axe() == []


def test_the_language_is_switched_and_kept(ada) -> None:
    page = ada.page
    page.click(".me summary")
    page.click("button[name=language][value=it]")
    page.wait_for_selector("html[lang=it]")
    assert page.inner_text(".search-btn span") == "Cerca o vai a"
    assert page.is_visible("text=Nascondi") is False
    ada.open("/kit/?export=")
    assert page.get_attribute("html", "lang") == "it"


def test_the_first_paint_is_light(ada, live_server) -> None:
    """What is needed for the first paint stays under 300 KB as it goes over the wire."""
    import gzip
    import urllib.request

    page = ada.page
    sources = page.evaluate(
        "[...document.querySelectorAll('link[rel=stylesheet], link[rel=preload], script[src]')]"
        ".map(e => e.href || e.src).filter(u => !u.includes('echarts'))"
    )
    total = len(gzip.compress(page.content().encode()))
    for address in set(sources):
        with urllib.request.urlopen(address) as answer:
            body = answer.read()
        total += len(body) if address.endswith("woff2") else len(gzip.compress(body))
    assert total < 300_000


def test_nobody_sees_the_sign_in_page(visit) -> None:
    visitor = visit()
    visitor.open("/kit/")
    assert "/accounts/login/" in visitor.page.url
    assert visitor.is_sound() == []


def test_a_wrong_password_is_said_beside_the_form(visit) -> None:
    visitor = visit()
    visitor.sign_in_by_form("ada", "wrong horse")
    visitor.page.wait_for_selector(".note.bad")
    assert visitor.page.input_value("#id_login") == "ada@example.com"
    assert visitor.axe() == []


def test_one_signs_in_and_out(visit) -> None:
    visitor = visit()
    visitor.open("/kit/")
    visitor.page.fill("#id_login", "ada@example.com")
    visitor.page.fill("#id_password", PASSWORD)
    visitor.page.click("form[action='/accounts/login/'] button[type=submit]")
    visitor.page.wait_for_url("**/kit/")
    visitor.page.click(".me summary")
    visitor.page.click("form[action='/accounts/logout/'] button")
    visitor.page.wait_for_load_state()
    visitor.open("/kit/")
    assert "/accounts/login/" in visitor.page.url


@pytest.mark.parametrize("address", ["/accounts/2fa/", "/accounts/password/change/"])
def test_account_pages_are_in_the_same_dress(ada, address: str) -> None:
    assert ada.open(address) == 200
    if "reauthenticate" in ada.page.url:
        assert ada.is_sound() == []
        return
    assert ada.page.is_visible(".navbar-vertical")
    assert ada.is_sound() == []


def test_what_is_not_there_says_so(ada) -> None:
    assert ada.open("/kit/nothing/") == 404
    assert ada.page.inner_text("h1") == "This page was not found"
    assert ada.axe() == []
