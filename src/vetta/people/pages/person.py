"""One person: place, attributes, and the history with both of its dates."""

from __future__ import annotations

from collections.abc import Container
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from vetta.core.access import NotVisible, allows, reach, require
from vetta.people import permissions, selectors
from vetta.people.models import Person
from vetta.people.visibility import hidden_labels, seen_relationships

from .asof import as_of


@require_safe
@login_required
def person(request: HttpRequest, key: str) -> HttpResponse:
    """The page of a person, as of a date and as known at a moment."""
    moment = as_of(request)
    actor = request.actor
    require(actor, permissions.VIEW, person=key, on=moment.on)
    detail = selectors.person_detail(key, moment.on, moment.known_at)
    if detail is None:
        raise NotVisible
    seen = reach(actor, permissions.VIEW, moment.on)
    has_record = allows(actor, permissions.RECORD, person=key, on=moment.on)
    superseded = request.GET.get("history") == "all"
    context: dict[str, Any] = {
        "moment": moment,
        "row": hidden_labels(detail.row, seen),
        "detail": detail,
        "chain": [label for label in detail.chain if label.id in seen],
        "reports": [row for row in detail.reports if row.id in seen],
        "has_record": has_record,
        "superseded": superseded,
        "relationships": seen_relationships(detail.relationships, seen) if has_record else [],
        "history": _history(key, superseded, seen) if has_record else [],
        "may_edit": allows(actor, permissions.EDIT, person=key),
        "may_link": allows(actor, permissions.ACCESS, person=key),
        "may_erase": allows(actor, permissions.ERASE, person=key),
    }
    if context["may_link"]:
        context["signs_in"] = (
            Person.objects.filter(key=key).values_list("user__email", flat=True).first()
        )
    return render(request, "people/person.html", context)


def _history(key: str, superseded: bool, seen: Container[str]) -> list[dict[str, Any]]:
    entries = selectors.person_history(key, superseded=superseded, seen=seen)
    return [{"entry": entry, "kind": selectors.kind_title(entry.kind)} for entry in entries]
