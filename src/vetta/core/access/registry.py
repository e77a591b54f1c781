"""What can be done, and how people stand to one another, as the rooms declare it at start."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from vetta.core.roles import Role

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    from vetta.core.access.actor import Actor

    Text = str | _StrPromise
    Resolver = Callable[[Actor, date], frozenset[str]]
    Limit = Callable[[Actor, date], frozenset[str] | None]

ANY = "any"
"""The relationship of everybody to everybody: the whole organisation, or a thing of no person."""


@dataclass(frozen=True)
class Permission:
    """One thing that can be done.

    Args:
        code: dotted, room first: ``people.view``.
        title: completes "may …" for the settings page: "see people and their positions".
        grants: for each role, the relationships over which it holds.
        writes: whether it changes anything; tokens need the room's ``write`` scope for it.
    """

    code: str
    title: Text
    grants: Mapping[Role, frozenset[str]]
    writes: bool = False

    @property
    def room(self) -> str:
        return self.code.partition(".")[0]

    @property
    def scope(self) -> str:
        """The token scope that it needs: ``people:read`` or ``people:write``."""
        return f"{self.room}:{'write' if self.writes else 'read'}"


_permissions: dict[str, Permission] = {}
_relationships: dict[str, Resolver] = {}
_limits: dict[str, Limit] = {}
_relationship_titles: dict[str, Text] = {}
_USUAL_TITLES: dict[str, Text] = {
    ANY: "",
    "self": _("oneself"),
    "below": _("everyone below"),
    "above": _("the managers above"),
    "team": _("one's own team"),
}


def register_permission(
    code: str,
    title: Text,
    grants: Mapping[Role, str | Iterable[str]],
    *,
    writes: bool = False,
) -> Permission:
    """Declare a permission; called from ``apps.ready()`` of the room that owns it.

    ``grants`` maps each role to one relationship or several: ``{Role.MANAGER: ("self", "below"),
    Role.SALES_OPERATIONS: ANY}``. A role that is not named may not.

    Raises:
        ValueError: where another declaration of the same code differs.
    """
    declared = Permission(
        code=code,
        title=title,
        grants={
            Role(role): frozenset([names] if isinstance(names, str) else names)
            for role, names in grants.items()
        },
        writes=writes,
    )
    known = _permissions.setdefault(code, declared)
    if (known.grants, known.writes) != (declared.grants, declared.writes):
        raise ValueError(f"The permission {code} is declared twice, differently.")
    return known


def register_relationship(name: str, resolver: Resolver, *, title: Text = "") -> None:
    """Say how to find the persons to whom an actor stands in a relationship on a day.

    Args:
        title: completes a permission's title on the settings page: "of everyone below".
        resolver: ``(actor, on) -> frozenset`` of person keys. Called at most once per request,
            relationship and day; it should answer from a cached table, not row by row.
    """
    if name == ANY:
        raise ValueError(f"{ANY!r} means everybody and cannot be registered.")
    known = _relationships.setdefault(name, resolver)
    if known is not resolver:
        raise ValueError(f"The relationship {name} is registered twice.")
    _relationship_titles[name] = title


def relationship_title(name: str) -> str:
    """How a relationship is called on the settings page; empty for everybody."""
    return str(_relationship_titles.get(name) or _USUAL_TITLES.get(name, name))


def register_limit(name: str, resolver: Limit) -> None:
    """Say how a room narrows whom an actor reaches, whatever the actor's roles say.

    Args:
        resolver: ``(actor, on) -> frozenset`` of the person keys that remain, or None where this
            actor is not limited. Called like a relationship's resolver.
    """
    known = _limits.setdefault(name, resolver)
    if known is not resolver:
        raise ValueError(f"The limit {name} is registered twice.")


def permission(code: str) -> Permission:
    """The permission of that code.

    Raises:
        LookupError: for a code that no room declared: a mistake in the program, never a person's.
    """
    try:
        return _permissions[code]
    except KeyError:
        raise LookupError(f"No room declares the permission {code!r}.") from None


def permissions() -> tuple[Permission, ...]:
    """All permissions, in the order of their codes."""
    return tuple(_permissions[code] for code in sorted(_permissions))


def relationships() -> Mapping[str, Resolver]:
    """All relationships but ``any``."""
    return dict(_relationships)


def limits() -> Mapping[str, Limit]:
    """All limits."""
    return dict(_limits)


def scopes() -> tuple[str, ...]:
    """All token scopes; a room's ``write`` holds its ``read``."""
    return tuple(sorted({declared.scope for declared in _permissions.values()}))
