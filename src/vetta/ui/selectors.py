"""Reads of the interface's own tables."""

from __future__ import annotations

from typing import Any

from vetta.ui.models import SavedView


def saved_views(owner: Any, place: str) -> list[SavedView]:
    """The person's views of one list, oldest first."""
    return list(SavedView.objects.filter(owner_id=owner.pk, place=place))
