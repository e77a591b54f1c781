"""How a field is kept in the trail, and how actions are named and who may read them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    Text = str | _StrPromise


class AuditClass(StrEnum):
    """What the trail keeps of a field.

    ``CONTENT``: before and after. ``FACT_ONLY``: that it changed, as for private notes.
    ``SEALED_ACTOR``: before and after, but not who: as for anonymous reviews.
    """

    CONTENT = "content"
    FACT_ONLY = "fact_only"
    SEALED_ACTOR = "sealed_actor"


_titles: dict[str, Text] = {}
_view: dict[str, str] = {}


def register_actions(titles: Mapping[str, Text], *, view: str | None = None) -> None:
    """Name a room's actions for the audit page; called from ``apps.ready()``.

    Args:
        titles: code to title in the past tense: ``{"people.person_changed": "Person changed"}``.
        view: the permission needed to read the values of these entries, beyond that of opening
            the trail: an administrator does not see pay figures there either.
    """
    _titles.update(titles)
    if view is not None:
        _view.update(dict.fromkeys(titles, view))


def action_title(code: str) -> str:
    """The title of an action, or its code where no room named it."""
    return str(_titles.get(code, code))


def action_titles() -> dict[str, str]:
    """All named actions, by title."""
    return dict(sorted(((code, str(title)) for code, title in _titles.items()), key=lambda p: p[1]))


def view_permission(code: str) -> str | None:
    """The permission needed to read the values of such entries, or None."""
    return _view.get(code)
