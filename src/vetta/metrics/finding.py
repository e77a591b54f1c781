"""KPIs in the search of every page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language

from vetta.core.access import allows
from vetta.metrics.permissions import VIEW
from vetta.ui.search import Hit


def find_kpis(request: HttpRequest, text: str) -> list[Hit]:
    """KPIs for the search: every word in the title or the name."""
    from vetta.metrics.catalogue import catalogue  # a search needs it, the start of a process not
    from vetta.metrics.pages import words

    if not allows(request.actor, VIEW):
        return []
    language = get_language() or "en"
    wanted = text.lower().split()
    found: list[Any] = []
    for one in catalogue().values():
        name = f"{one.title.in_language(language)} {one.name}".lower()
        if not one.hidden and all(word in name for word in wanted):
            address = f"{reverse('metrics:explorer')}?kpi={one.name}&grain=month"
            found.append(
                Hit(
                    one.title.in_language(language),
                    address,
                    words.category(one.category),
                    "chart-dots",
                )
            )
    return found
