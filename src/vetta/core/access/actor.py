"""Who asks: a user with the roles of a day, perhaps through a token of narrower scope."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from vetta.core import clock
from vetta.core.roles import Role

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from vetta.core.models import User


@dataclass(frozen=True, eq=False)
class Actor:
    """Who asks. Made once per request or job, it remembers what was resolved for it.

    Args:
        user: None for nobody, and for the system itself.
        roles: the roles held on ``today``.
        scopes: of the token that was used; None where nothing narrows the roles.
        is_system: the program itself, or whoever holds the machine (the command line).
        label: how a program is named in the audit trail.
    """

    user: User | None = None
    roles: frozenset[Role] = frozenset()
    today: date = field(default_factory=lambda: clock.today())
    scopes: frozenset[str] | None = None
    is_system: bool = False
    label: str = ""
    memory: dict[Any, Any] = field(default_factory=dict, repr=False)

    @property
    def is_signed_in(self) -> bool:
        return self.user is not None

    def has_role(self, *roles: Role) -> bool:
        return self.is_system or not self.roles.isdisjoint(roles)

    def has_scope(self, scope: str) -> bool:
        """Whether the token, if any, reaches that far; ``room:write`` holds ``room:read``."""
        if self.scopes is None:
            return True
        room, _, kind = scope.partition(":")
        return scope in self.scopes or (kind == "read" and f"{room}:write" in self.scopes)


def roles_on(user: User, on: date) -> frozenset[Role]:
    """The roles that a user holds on a day. One query."""
    held = user.grants.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=on), starts_on__lte=on)
    return frozenset(Role(role) for role in held.values_list("role", flat=True))


def actor_for(
    user: User | AnonymousUser | None,
    *,
    scopes: frozenset[str] | None = None,
    on: date | None = None,
) -> Actor:
    """The actor for a user on a day (today if None); nobody for an inactive or absent user."""
    today = on or clock.today()
    if user is None or not user.is_authenticated or not user.is_active:
        return Actor(today=today)
    return Actor(user=user, roles=roles_on(user, today), today=today, scopes=scopes)


def system_actor(label: str = "vetta") -> Actor:
    """The program itself: maintenance, and the command line of whoever holds the machine."""
    return Actor(is_system=True, label=label)
