"""Reading users, their roles, and what a role changes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch, Q, QuerySet

from vetta.core import clock
from vetta.core.access import Actor, NotVisible, Role, permissions, require
from vetta.core.access.registry import ANY, relationship_title
from vetta.core.models import RoleGrant, User
from vetta.core.permissions import USERS_VIEW


@dataclass(frozen=True, slots=True)
class GrantView:
    """A grant as it is shown. ``state`` is ``held``, ``coming`` or ``ended``."""

    id: int
    role: Role
    starts_on: date
    ends_on: date | None
    state: str


@dataclass(frozen=True, slots=True)
class UserView:
    """A user with his roles; ``grants`` includes those ended and coming."""

    id: int
    email: str
    name: str
    is_active: bool
    is_service: bool
    grants: tuple[GrantView, ...]

    @property
    def roles(self) -> tuple[Role, ...]:
        """The roles held today."""
        return tuple(dict.fromkeys(grant.role for grant in self.grants if grant.state == "held"))


@dataclass(frozen=True, slots=True)
class Effect:
    """One permission that a change of roles gives or takes, and over whom."""

    code: str
    title: str
    before: tuple[str, ...]
    after: tuple[str, ...]

    @property
    def is_gain(self) -> bool:
        return ANY in self.after or (ANY not in self.before and len(self.after) > len(self.before))


def user_list(
    *, actor: Actor, text: str = "", role: Role | None = None, active: bool | None = None
) -> list[UserView]:
    """Users by name; two queries.

    Args:
        text: a part of the name or the e-mail address.
        role: only who holds it today.
        active: only (in)active ones.

    Raises:
        NotAllowed: the actor may not see users.
    """
    require(actor, USERS_VIEW)
    found = _with_grants(User.objects.order_by("name", "email"))
    if text:
        found = found.filter(Q(name__icontains=text) | Q(email__icontains=text))
    if role is not None:
        found = found.filter(pk__in=_holding(role, actor.today).values("user_id"))
    if active is not None:
        found = found.filter(is_active=active)
    return [as_view(user, actor.today) for user in found]


def _with_grants(users: QuerySet[User]) -> QuerySet[User]:
    return users.prefetch_related(Prefetch("grants", RoleGrant.objects.order_by("starts_on", "id")))


def _holding(role: Role, on: date) -> QuerySet[RoleGrant]:
    return RoleGrant.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gt=on), role=role, starts_on__lte=on
    )


def as_view(user: User, on: date) -> UserView:
    """A user as shown on a day."""
    return UserView(
        id=user.pk,
        email=user.email,
        name=user.name,
        is_active=user.is_active,
        is_service=user.is_service,
        grants=tuple(
            GrantView(
                id=grant.pk,
                role=Role(grant.role),
                starts_on=grant.starts_on,
                ends_on=grant.ends_on,
                state=_state(grant, on),
            )
            for grant in user.grants.all()
            if grant.ends_on is None or grant.ends_on > grant.starts_on
        ),
    )


def _state(grant: RoleGrant, on: date) -> str:
    if grant.starts_on > on:
        return "coming"
    return "held" if grant.ends_on is None or grant.ends_on > on else "ended"


def get_user(user_id: int, *, actor: Actor) -> User:
    """One user.

    Raises:
        NotAllowed: the actor may not see users.
        NotVisible: there is no such user.
    """
    require(actor, USERS_VIEW)
    user = _with_grants(User.objects.filter(pk=user_id)).first()
    if user is None:
        raise NotVisible
    return user


def find_user(email: str) -> User | None:
    """The user of an e-mail address, however it is written."""
    return User.objects.filter(email__iexact=email.strip()).first()


def administrators(on: date | None = None) -> QuerySet[User]:
    """The active users who administer on a day (today if None)."""
    grants = _holding(Role.ADMINISTRATOR, on or clock.today())
    return User.objects.filter(is_active=True, pk__in=grants.values("user_id"))


def effect_of(before: Iterable[Role], after: Iterable[Role]) -> list[Effect]:
    """What changes for somebody whose roles change: each permission gained, lost or reaching
    otherwise. Roles include each other's permissions, so not all of a role's need change."""
    old, new = frozenset(before), frozenset(after)
    effects = []
    for declared in permissions():
        was = _reached(declared.grants, old)
        becomes = _reached(declared.grants, new)
        if was != becomes:
            effects.append(Effect(declared.code, str(declared.title), was, becomes))
    return effects


def _reached(grants: object, roles: frozenset[Role]) -> tuple[str, ...]:
    names = frozenset().union(*(grants.get(role, frozenset()) for role in roles))
    return (ANY,) if ANY in names else tuple(sorted(names))


def over_whom(names: Iterable[str]) -> str:
    """Relationships in words."""
    return ", ".join(filter(None, (relationship_title(name) for name in names)))
