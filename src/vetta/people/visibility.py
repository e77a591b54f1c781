"""What of a seen person names people who are not seen."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import replace
from datetime import date

from vetta.core.access import EVERYONE, Actor, NotVisible, reach, require

from . import selectors
from .contracts import Label, PersonRow, RelationshipRow


def hidden_labels(row: PersonRow, seen: Container[str]) -> PersonRow:
    """The row without a manager whom the asker must not know."""
    if row.manager is None or row.manager.id in seen:
        return row
    return replace(row, manager=None)


def seen_relationships(
    rows: Iterable[RelationshipRow], seen: Container[str]
) -> list[RelationshipRow]:
    """The relationships with the people who may be named; the positions stay."""

    def kept(labels: tuple[Label, ...]) -> tuple[Label, ...]:
        return tuple(label for label in labels if label.id in seen)

    return [replace(row, people=kept(row.people), managers=kept(row.managers)) for row in rows]


def require_position(actor: Actor, code: str, position: str, on: date | None = None) -> None:
    """Return only if the actor may do this with a position that he or she sees.

    Raises:
        NotAllowed, NotVisible: as `core.access.require`.
    """
    require(actor, code)
    reached = reach(actor, code, on)
    if reached is EVERYONE:
        return
    day = on or actor.today
    if position not in selectors.chart(day, reach=reached).nodes:
        raise NotVisible


def require_everyone(actor: Actor, code: str) -> None:
    """Return only if the actor may do this over the whole organisation.

    Raises:
        NotAllowed: the actor may not do it at all.
        NotVisible: the actor is limited to some people.
    """
    require(actor, code)
    if reach(actor, code) is not EVERYONE:
        raise NotVisible
