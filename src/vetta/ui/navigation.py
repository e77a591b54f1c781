"""What the sidebar shows: rooms and pages that the feature rooms register when the program starts.

``register_room`` and ``register_page`` are called in ``AppConfig.ready``. A page that a person may
not open is missing from menus; the page itself still asks the access policy.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse


@dataclass(frozen=True)
class Room:
    """A room of the interface, such as Performance.

    Args:
        icon: the name of a vendored icon.
        order: smaller comes first.
        letter: the key after ``g`` that opens the room's first page, or empty.
    """

    key: str
    title: Any
    icon: str
    order: int
    letter: str = ""


@dataclass(frozen=True)
class Page:
    """A page in the menu.

    Args:
        url_name: a name that ``reverse`` knows without arguments.
        permission: the code that the access policy is asked for; None for everyone signed in.
    """

    room: str
    title: Any
    url_name: str
    permission: str | None
    order: int


@dataclass(frozen=True)
class PageLink:
    """A page as one person sees it in the menu."""

    title: Any
    url: str
    url_name: str
    current: bool


@dataclass
class RoomLink:
    """A room as one person sees it: opened when the current page is one of its pages."""

    key: str
    title: Any
    icon: str
    letter: str
    pages: list[PageLink] = field(default_factory=list)

    @property
    def url(self) -> str:
        return self.pages[0].url

    @property
    def open(self) -> bool:
        return any(page.current for page in self.pages)


_rooms: dict[str, Room] = {}
_pages: dict[str, Page] = {}


def register_room(key: str, title: Any, icon: str, order: int, letter: str = "") -> None:
    """Make a room known; the same key again replaces it."""
    _rooms[key] = Room(key, title, icon, order, letter)


def register_page(room: str, title: Any, url_name: str, permission: str | None, order: int) -> None:
    """Put a page into a room's menu; the same address again replaces it."""
    _pages[url_name] = Page(room, title, url_name, permission, order)


def registered_pages() -> list[Page]:
    """Every registered page, rooms in order, pages in order. For menus and for tests."""
    return sorted(
        (page for page in _pages.values() if page.room in _rooms),
        key=lambda page: (_rooms[page.room].order, page.order, page.url_name),
    )


def allowed(actor: Any, permission: str | None) -> bool:
    """Whether the access policy lets the actor open pages of that permission."""
    if permission is None:
        return True
    from vetta.core import access

    return bool(access.allows(actor, permission))


def _covers(url: str, path: str) -> bool:
    if url == "/":
        return path == "/"
    return path.startswith(url if url.endswith("/") else url + "/") or path == url


def menu(request: HttpRequest) -> list[RoomLink]:
    """The rooms and pages that the person of this request may open.

    The current page is the one with the longest address that begins the request's path, so that
    pages below a list mark the list.
    """
    actor = getattr(request, "actor", None)
    if not getattr(request.user, "is_authenticated", False):
        return []
    found: list[tuple[Page, str]] = []
    for page in registered_pages():
        try:
            url = reverse(page.url_name)
        except NoReverseMatch:
            continue
        if allowed(actor, page.permission):
            found.append((page, url))
    covering = [url for _page, url in found if _covers(url, request.path)]
    current = max(covering, key=len, default=None)
    links: dict[str, RoomLink] = {}
    for page, url in found:
        room = _rooms[page.room]
        link = links.setdefault(room.key, RoomLink(room.key, room.title, room.icon, room.letter))
        link.pages.append(PageLink(page.title, url, page.url_name, url == current))
    return list(links.values())
