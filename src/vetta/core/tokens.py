"""API tokens: made, checked, revoked. A token acts as its user, never beyond its scopes."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from vetta.core import audit, clock
from vetta.core.access import Actor, NotVisible, actor_for, allows, require, scopes
from vetta.core.models import ApiToken, User
from vetta.core.permissions import TOKENS_OWN, TOKENS_SERVICE
from vetta.kernel.problem import Problem, ProblemError

PREFIX = "vetta_"
_NOTE_USE_EVERY = timedelta(minutes=1)  # "last used" need not cost a write per call


def _digest(secret: str) -> str:
    # The secret has 256 random bits: a fast digest of it cannot be searched.
    return hashlib.sha256(secret.encode()).hexdigest()


@transaction.atomic
def make_token(
    *,
    user: User,
    name: str,
    scopes_wanted: Iterable[str],
    actor: Actor,
    expires_at: datetime | None = None,
) -> tuple[ApiToken, str]:
    """Make a token for oneself, or for a service account.

    Returns the token and its secret, which is in no other place.

    Raises:
        NotAllowed: without the permission.
        ProblemError: ``core.unknown_scope``, ``core.name_missing``, ``core.bad_dates``,
            ``core.scope_too_wide`` where the actor's own token is narrower.
    """
    _may_make_for(user, actor)
    wanted = sorted(set(scopes_wanted))
    _check(name, wanted, expires_at, actor)
    secret = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=user,
        name=name.strip(),
        prefix=secret[: len(PREFIX) + 6],
        digest=_digest(secret),
        scopes=wanted,
        created_by=actor.user,
        created_at=clock.now(),
        expires_at=expires_at,
    )
    audit.record(
        "core.token_made",
        actor=actor,
        subject=audit.Subject.of(token),
        changes={
            "scopes": (None, wanted),
            "expires_at": (None, expires_at),
            "user": (None, user.pk),
        },
    )
    return token, secret


def _may_make_for(user: User, actor: Actor) -> None:
    if user.is_service or actor.is_system:
        require(actor, TOKENS_SERVICE)
    elif actor.user == user:
        require(actor, TOKENS_OWN)
    else:
        raise NotVisible  # a token is a person's own: nobody makes one for somebody else


def _check(name: str, wanted: list[str], expires_at: datetime | None, actor: Actor) -> None:
    problems = []
    if not name.strip():
        problems.append(
            Problem(
                code="core.name_missing",
                message=_("A token needs a name."),
                hint=_("Name the program that will use it."),
                column="name",
            )
        )
    unknown = [scope for scope in wanted if scope not in scopes()]
    if unknown or not wanted:
        problems.append(
            Problem(
                code="core.unknown_scope",
                message=_("Not a scope: {names}.").format(names=", ".join(unknown))
                if unknown
                else _("A token without a scope can do nothing."),
                hint=_("Choose among: {names}.").format(names=", ".join(scopes())),
                column="scopes",
            )
        )
    if any(not actor.has_scope(scope) for scope in wanted):
        problems.append(
            Problem(
                code="core.scope_too_wide",
                message=_("A token cannot make one that reaches further than itself."),
                hint=_("Make it on the page for tokens instead."),
                column="scopes",
            )
        )
    if expires_at is not None and expires_at <= clock.now():
        problems.append(
            Problem(
                code="core.bad_dates",
                message=_("The token would have expired already."),
                hint=_("Choose a day to come."),
                column="expires_at",
            )
        )
    if problems:
        raise ProblemError(*problems)


def actor_of(secret: str) -> Actor | None:
    """Who a bearer of this secret is; None where it opens nothing (any more)."""
    now = clock.now()
    token = (
        ApiToken.objects.select_related("user")
        .filter(
            Q(expires_at__isnull=True) | Q(expires_at__gt=now),
            digest=_digest(secret),
            revoked_at__isnull=True,
            user__is_active=True,
        )
        .first()
    )
    if token is None:
        return None
    if token.last_used_at is None or token.last_used_at <= now - _NOTE_USE_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return actor_for(token.user, scopes=frozenset(token.scopes))


def visible_tokens(actor: Actor) -> QuerySet[ApiToken]:
    """The tokens that an actor may see and revoke: his own, and those of service accounts."""
    tokens = ApiToken.objects.select_related("user", "created_by")
    mine = (
        Q(user=actor.user) if actor.user is not None and allows(actor, TOKENS_OWN) else Q(pk=None)
    )
    if allows(actor, TOKENS_SERVICE):
        return tokens.filter(mine | Q(user__is_service=True))
    return tokens.filter(mine)


@transaction.atomic
def revoke_token(*, token_id: int, actor: Actor) -> ApiToken:
    """Make a token open nothing from now on; harmless to repeat.

    Raises:
        NotVisible: there is none that the actor may see.
    """
    token = visible_tokens(actor).filter(pk=token_id).first()
    if token is None:
        raise NotVisible
    if token.revoked_at is None:
        token.revoked_at = clock.now()
        token.save(update_fields=["revoked_at"])
        audit.record("core.token_revoked", actor=actor, subject=audit.Subject.of(token))
    return token
