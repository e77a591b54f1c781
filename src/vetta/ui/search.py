"""Search or go to: sources that rooms register, asked together, each behind the access policy."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from vetta.ui.navigation import menu

LIMIT = 6


@dataclass(frozen=True)
class Hit:
    """One thing found: its name, where it is, and what tells it from others of that name."""

    title: Any
    url: str
    note: Any = ""
    icon: str = "arrow-right"


@dataclass(frozen=True)
class Group:
    """The hits of one source."""

    title: Any
    hits: list[Hit]


Source = Callable[[HttpRequest, str], Iterable[Hit]]
_sources: dict[str, tuple[int, Any, Source]] = {}


def register_source(key: str, title: Any, source: Source, order: int = 100) -> None:
    """Let the search ask a room. ``source(request, text)`` returns only what the actor may see."""
    _sources[key] = (order, title, source)


def pages(request: HttpRequest, text: str) -> list[Hit]:
    """Pages of the menu whose room or title contains every word."""
    words = text.lower().split()
    hits = []
    for room in menu(request):
        for page in room.pages:
            name = f"{room.title} {page.title}".lower()
            if all(word in name for word in words):
                note = room.title if str(room.title) != str(page.title) else ""
                hits.append(Hit(page.title, page.url, note, room.icon))
    return hits


def search(request: HttpRequest, text: str) -> list[Group]:
    """What every source finds; only pages while nothing is typed."""
    text = " ".join(text.split())[:80]
    groups = [Group(_("Pages"), pages(request, text)[: LIMIT if text else 40])]
    if text:
        for _order, title, source in sorted(_sources.values(), key=lambda entry: entry[0]):
            hits = []
            for hit in source(request, text):
                hits.append(hit)
                if len(hits) == LIMIT:
                    break
            groups.append(Group(title, hits))
    return [group for group in groups if group.hits]
