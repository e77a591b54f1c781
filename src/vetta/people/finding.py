"""People in the search of every page."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest
from django.urls import reverse

from vetta.core import clock
from vetta.core.access import allows, reach
from vetta.ui.search import Hit

from . import permissions, selectors


def find_people(request: HttpRequest, text: str) -> Iterable[Hit]:
    """Those whom the asker may see, whose name, key or address holds every word."""
    if not text or not allows(request.actor, permissions.VIEW):
        return []
    words = text.casefold().split()
    seen = reach(request.actor, permissions.VIEW)
    return [
        Hit(
            row.name,
            reverse("people:person", args=[row.id]),
            " · ".join(part for part in (row.title, row.team and row.team.name) if part),
            "user",
        )
        for row in selectors.people_on(clock.today())
        if row.id in seen
        and all(word in f"{row.name} {row.id} {row.email}".casefold() for word in words)
    ]
