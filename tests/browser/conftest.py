"""Chromium against a live server. Every page of the menu joins the sweep by itself."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import Client
from playwright.sync_api import Browser, Error, Page, sync_playwright

from tests.cast import PASSWORD, make_cast

# Playwright's synchronous interface runs an event loop in the test's thread; Django's guard against
# database work inside a loop does not apply to tests.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
TIMEOUT = 10_000  # ms


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, else the one of Playwright; skips, saying so, where there is none."""
    path = os.environ.get("VETTA_CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        except Error as error:
            pytest.skip(f"no Chromium: {str(error).splitlines()[0]}")
        yield browser
        browser.close()


@dataclass
class Visitor:
    """One person in one browser window. ``faults`` collects what the browser complained of."""

    page: Page
    base: str
    faults: list[str] = field(default_factory=list)

    def open(self, address: str) -> int:
        """Go to an address; the status of the answer."""
        answer = self.page.goto(self.base + address)
        self.page.wait_for_load_state("networkidle")
        assert answer is not None
        return answer.status

    def sign_in(self, name: str) -> Visitor:
        """Signed in without the form, which is throttled and has tests of its own."""
        client = Client()
        client.force_login(get_user_model().objects.get(email=f"{name}@example.com"))
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        self.page.context.add_cookies(
            [{"name": cookie.key, "value": cookie.value, "url": self.base}]
        )
        return self

    def sign_in_by_form(self, name: str, password: str = PASSWORD) -> None:
        self.open("/accounts/login/")
        self.page.fill("#id_login", f"{name}@example.com")
        self.page.fill("#id_password", password)
        self.page.click("form[action='/accounts/login/'] button[type=submit]")

    def theme(self, name: str) -> None:
        self.page.evaluate(
            "t => { document.documentElement.setAttribute('data-bs-theme', t);"
            " document.dispatchEvent(new CustomEvent('vetta:theme')); }",
            name,
        )

    def width(self, pixels: int) -> None:
        self.page.set_viewport_size({"width": pixels, "height": 800})

    def sideways(self) -> int:
        """By how many pixels the page scrolls sideways; 0 is right."""
        return self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )

    def axe(self) -> list[str]:
        """What axe finds, one line a violation."""
        found = Axe().run(self.page, options={"runOnly": {"type": "tag", "values": RULES}})
        return [
            f"{one['id']}: {one['help']} → {one['nodes'][0]['html'][:160]}"
            for one in found.response["violations"]
        ]

    def is_sound(self) -> list[str]:
        """Everything wrong with the page as it stands, in both themes and all three widths."""
        wrong: list[str] = []
        for theme in ("light", "dark"):
            self.theme(theme)
            wrong += [f"{theme}: {line}" for line in self.axe()]
        for pixels in (390, 360):
            self.width(pixels)
            if self.sideways() > 0:
                wrong.append(f"{pixels} px: scrolls sideways by {self.sideways()}")
            if pixels == 390:
                wrong += [f"390 px: {line}" for line in self.axe()]
        self.width(1280)
        if self.sideways() > 0:
            wrong.append(f"1280 px: scrolls sideways by {self.sideways()}")
        return wrong + self.faults


@pytest.fixture
def visit(chromium: Browser, live_server) -> Iterator:
    """``visit("ada")`` opens a window, signed in as one of the cast (or as nobody)."""
    contexts = []

    def open_window(name: str = "", *, locale: str = "en-GB") -> Visitor:
        context = chromium.new_context(
            viewport={"width": 1280, "height": 800}, locale=locale, reduced_motion="reduce"
        )
        context.set_default_timeout(TIMEOUT)
        contexts.append(context)
        visitor = Visitor(context.new_page(), live_server.url)
        visitor.page.on(
            "console",
            lambda message: (
                visitor.faults.append(f"console: {message.text}")
                if message.type == "error" and "status of 4" not in message.text
                else None
            ),
        )
        visitor.page.on("pageerror", lambda error: visitor.faults.append(f"script: {error}"))
        return visitor.sign_in(name) if name else visitor

    yield open_window
    for context in contexts:
        context.close()


@pytest.fixture
def cast(transactional_db):
    """The standing cast, committed, so that the live server sees it."""
    return make_cast()
