"""Writes of the interface's own tables. A person's views and language concern only that person."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction

from vetta.ui.models import SavedView

MAX_VIEWS = 30
# Where in a list one stood is no part of a view.
_TRANSIENT = {"page", "export", "csrfmiddlewaretoken"}


def clean_query(query: str) -> str:
    """A query string without what does not belong into a view."""
    pairs = parse_qsl(query.lstrip("?"), keep_blank_values=True)
    return urlencode([(name, value) for name, value in pairs if name not in _TRANSIENT])


@transaction.atomic
def save_view(*, owner: Any, place: str, name: str, query: str) -> SavedView | None:
    """Keep a view under a name; the same name again replaces it.

    Returns:
        The view, or None where the name is empty, the address too long, or the person already
        keeps ``MAX_VIEWS`` views of this list.
    """
    name, query = " ".join(name.split())[:60], clean_query(query)
    if not name or len(query) > 4000 or not place or len(place) > 80:
        return None
    kept = SavedView.objects.filter(owner=owner, place=place)
    if not kept.filter(name=name).exists() and kept.count() >= MAX_VIEWS:
        return None
    view, _created = SavedView.objects.update_or_create(
        owner=owner, place=place, name=name, defaults={"query": query}
    )
    return view


@transaction.atomic
def delete_view(*, owner: Any, pk: int) -> bool:
    """Forget a view of one's own; False where there is none."""
    deleted, _details = SavedView.objects.filter(owner=owner, pk=pk).delete()
    return bool(deleted)


@transaction.atomic
def choose_language(*, user: Any, language: str) -> bool:
    """Keep the person's language; False where the interface does not speak it."""
    if language not in dict(settings.LANGUAGES):
        return False
    get_user_model().objects.filter(pk=user.pk).update(language=language)
    return True
