"""Invitations: the only way in from outside. The secret travels once; its digest is kept."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from vetta.core import audit, clock
from vetta.core.access import Actor, NotVisible, Role, require, system_actor
from vetta.core.models import Invitation, User
from vetta.core.permissions import USERS_MANAGE
from vetta.core.users.selectors import find_user
from vetta.core.users.services import create_user
from vetta.kernel.problem import Problem, ProblemError

VALID_FOR = timedelta(days=7)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


@transaction.atomic
def invite(
    *, email: str, actor: Actor, name: str = "", roles: tuple[Role, ...] = ()
) -> tuple[Invitation, str]:
    """Invite an e-mail address; an earlier open invitation of it stops working.

    Returns the invitation and its secret, which is in no other place.

    Raises:
        NotAllowed: the actor may not manage users.
        ProblemError: ``core.email_taken``.
    """
    require(actor, USERS_MANAGE)
    address = User.objects.normalize_email(email.strip()).lower()
    if find_user(address) is not None:
        raise ProblemError(
            Problem(
                code="core.email_taken",
                message=_("{email} is a user already.").format(email=address),
                hint=_("Grant that user the role instead."),
                column="email",
            )
        )
    now = clock.now()
    _open(email=address).update(withdrawn_at=now)
    secret = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        email=address,
        name=name.strip(),
        roles=[Role(role).value for role in roles],
        digest=_digest(secret),
        invited_by=actor.user,
        invited_at=now,
        expires_at=now + VALID_FOR,
    )
    audit.record(
        "core.user_invited",
        actor=actor,
        subject=audit.Subject("core.invitation", str(invitation.pk)),
        changes={"email": (None, address), "roles": (None, invitation.roles)},
        person=f"email:{_digest(address)[:32]}",
    )
    return invitation, secret


def _open(**wanted: object):
    return Invitation.objects.filter(
        accepted_at__isnull=True, withdrawn_at__isnull=True, expires_at__gt=clock.now(), **wanted
    )


def open_invitations() -> list[Invitation]:
    """Those that still can be accepted, newest first."""
    return list(_open().select_related("invited_by"))


def find_invitation(secret: str) -> Invitation:
    """The open invitation of a secret.

    Raises:
        NotVisible: there is none, or it was used, withdrawn, or has expired.
    """
    invitation = _open(digest=_digest(secret)).first()
    if invitation is None:
        raise NotVisible
    return invitation


@transaction.atomic
def accept(*, secret: str, name: str, password: str, language: str = "en") -> User:
    """Become a user by an invitation, with the roles it names.

    Raises:
        NotVisible: the invitation does not hold (any more).
        ProblemError: ``core.weak_password``, ``core.bad_user``.
    """
    invitation = find_invitation(secret)
    user = create_user(
        email=invitation.email,
        password=password,
        actor=system_actor("invitation"),
        name=name,
        roles=tuple(Role(role) for role in invitation.roles),
        language=language,
    )
    now = clock.now()
    if not _open(pk=invitation.pk).update(accepted_at=now, accepted_by=user):
        raise NotVisible
    audit.record(
        "core.invitation_accepted",
        actor=user,
        subject=audit.Subject("core.invitation", str(invitation.pk)),
    )
    return user


@transaction.atomic
def withdraw(*, invitation_id: int, actor: Actor) -> None:
    """Make an open invitation stop working.

    Raises:
        NotAllowed: the actor may not manage users.
        NotVisible: there is no such open invitation.
    """
    require(actor, USERS_MANAGE)
    if not _open(pk=invitation_id).update(withdrawn_at=clock.now()):
        raise NotVisible
    audit.record(
        "core.invitation_withdrawn",
        actor=actor,
        subject=audit.Subject("core.invitation", str(invitation_id)),
    )
