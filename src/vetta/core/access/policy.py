"""The decision itself."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Final

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _

from vetta.core.access.actor import Actor
from vetta.core.access.registry import ANY, limits, permission, relationships


class NotVisible(Http404):
    """What was asked for does not exist as far as this actor may know: 404."""


class NotAllowed(PermissionDenied):
    """The room is known, this actor may not enter or do this in it: 403."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(
            _("Your roles do not include “{title}”. An administrator can grant it.").format(
                title=permission(code).title
            )
        )


class Everyone:
    """The set that holds everybody."""

    def __contains__(self, person: object) -> bool:
        return True

    def __repr__(self) -> str:
        return "EVERYONE"


EVERYONE: Final = Everyone()

Reach = Everyone | frozenset[str]


def _granted(actor: Actor, code: str) -> frozenset[str]:
    """The relationships over which the actor's roles hold the permission."""
    declared = permission(code)
    if actor.is_system:
        return frozenset({ANY})
    if not actor.has_scope(declared.scope):
        return frozenset()
    return frozenset().union(*(declared.grants.get(role, frozenset()) for role in actor.roles))


def _related(actor: Actor, name: str, on: date) -> frozenset[str]:
    """Whom the actor stands to in that relationship; asked once per actor and day."""
    key = (name, on)
    if key not in actor.memory:
        resolver = relationships().get(name)
        # A relationship whose room is not installed reaches nobody.
        actor.memory[key] = resolver(actor, on) if resolver else frozenset()
    return actor.memory[key]


def reach(actor: Actor, code: str, on: date | None = None) -> Reach:
    """Over whom the actor holds a permission: EVERYONE, or a frozenset of person keys.

    Args:
        on: the day whose relationships count (that of the figure or the record); today if None.
            The roles are always those of the actor's own day.
    """
    granted = _granted(actor, code)
    day = on or actor.today
    reached: Reach = EVERYONE
    if ANY not in granted:
        reached = frozenset().union(*(_related(actor, name, day) for name in granted))
    limit = _limit(actor, day)
    return reached if limit is None else limit if reached is EVERYONE else limit & reached


def _limit(actor: Actor, on: date) -> frozenset[str] | None:
    """Whom the actor may reach at most, such as those of one business unit; None: no limit."""
    key = ("limit", on)
    if key not in actor.memory:
        found = [
            limit for resolve in limits().values() if (limit := resolve(actor, on)) is not None
        ]
        actor.memory[key] = frozenset.intersection(*found) if found else None
    return actor.memory[key]


def allows(actor: Actor, code: str, *, person: str | None = None, on: date | None = None) -> bool:
    """Whether the actor may.

    Args:
        person: the key of the person whom it is about. Without one the question is whether the
            actor may enter the room at all, over whomever.
    """
    if person is None:
        return bool(_granted(actor, code))
    return person in reach(actor, code, on)


def require(actor: Actor, code: str, *, person: str | None = None, on: date | None = None) -> None:
    """Return only if the actor may.

    Raises:
        NotAllowed: the actor may not do this to anybody (403).
        NotVisible: the actor may, but not to this person, whose existence stays hidden (404).
    """
    if not allows(actor, code):
        raise NotVisible if person is not None else NotAllowed(code)
    if person is not None and not allows(actor, code, person=person, on=on):
        raise NotVisible


def within(reached: Reach, persons: Collection[str]) -> frozenset[str]:
    """Those of ``persons`` that are reached."""
    return frozenset(person for person in persons if person in reached)
