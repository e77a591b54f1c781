"""Changing users and roles. Each act is checked, written in one transaction, and audited."""

from __future__ import annotations

import secrets
from datetime import date

from allauth.account.models import EmailAddress
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from vetta.core import audit, clock
from vetta.core.access import Actor, NotVisible, Role, require
from vetta.core.models import RoleGrant, User
from vetta.core.permissions import TOKENS_SERVICE, USERS_MANAGE
from vetta.core.users.selectors import administrators, find_user
from vetta.kernel.problem import Problem, ProblemError

_WORDS = "abcdefghijkmnpqrstuvwxyz23456789"  # nothing that is read as something else


def person_of(user: User) -> str:
    """The key under which the audit trail seals what it keeps of a user."""
    return f"user:{user.pk}"


def one_time_password() -> str:
    """A password to be read aloud once: four groups of five, 99 bits."""
    return "-".join("".join(secrets.choice(_WORDS) for _i in range(5)) for _j in range(4))


def check_password(password: str, user: User | None = None) -> None:
    """Refuse a weak password.

    Raises:
        ProblemError: with each reason.
    """
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise ProblemError(
            *(
                Problem(
                    code="core.weak_password",
                    message=message,
                    hint=_("Four random words make a good password."),
                    column="password",
                )
                for message in error.messages
            )
        ) from None


@transaction.atomic
def create_user(
    *,
    email: str,
    password: str | None,
    actor: Actor,
    name: str = "",
    roles: tuple[Role, ...] = (),
    language: str = "en",
    must_change_password: bool = False,
) -> User:
    """Create a user with roles from today on.

    Args:
        password: checked for strength; None for one who signs in some other way.
        must_change_password: whether the first sign-in asks for a new one.

    Raises:
        NotAllowed: the actor may not manage users.
        ProblemError: ``core.bad_email``, ``core.email_taken``, ``core.weak_password``.
    """
    require(actor, USERS_MANAGE)
    if find_user(email) is not None:
        raise ProblemError(_taken(email))
    user = User(
        email=User.objects.normalize_email(email.strip()).lower(),
        name=name.strip(),
        language=language,
        must_change_password=must_change_password,
    )
    if password is not None:
        check_password(password, user)
    user.set_password(password)
    _clean(user)
    user.save()
    # Without it allauth could not ask for the password again before sensitive changes.
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    for role in roles:
        _add_grant(user, role, starts_on=actor.today, ends_on=None, actor=actor)
    audit.record(
        "core.user_created",
        actor=actor,
        subject=audit.Subject.of(user),
        changes={
            "email": (None, user.email),
            "roles": (None, [Role(role).value for role in roles]),
        },
        person=person_of(user),
    )
    return user


def _taken(email: str) -> Problem:
    return Problem(
        code="core.email_taken",
        message=_("There is a user with the e-mail address {email} already.").format(email=email),
        hint=_("Grant that user the role, or use another address."),
    )


def _clean(user: User) -> None:
    try:
        user.full_clean(exclude=["password"])
    except ValidationError as error:
        raise ProblemError(
            *(
                Problem(
                    code="core.bad_email" if field == "email" else "core.bad_user",
                    message=" ".join(messages),
                    hint=_("Correct it and try again."),
                    column=field,
                )
                for field, messages in error.message_dict.items()
            )
        ) from None


@transaction.atomic
def create_service_account(*, name: str, roles: tuple[Role, ...], actor: Actor) -> User:
    """Create an account for a program: nobody can sign in as it, only tokens act for it.

    Raises:
        NotAllowed: the actor may not make service accounts.
        ProblemError: ``core.name_missing``.
    """
    require(actor, TOKENS_SERVICE)
    if not name.strip():
        raise ProblemError(
            Problem(
                code="core.name_missing",
                message=_("A service account needs a name."),
                hint=_("Name the program that will use it."),
            )
        )
    address = f"service-{secrets.token_hex(6)}@service.invalid"
    user = User.objects.create_user(address, None, name=name.strip(), is_service=True)
    for role in roles:
        _add_grant(user, role, starts_on=actor.today, ends_on=None, actor=actor)
    audit.record(
        "core.user_created",
        actor=actor,
        subject=audit.Subject.of(user),
        changes={"roles": (None, [Role(role).value for role in roles]), "is_service": (None, True)},
    )
    return user


@transaction.atomic
def change_user(
    *,
    user: User,
    actor: Actor,
    name: str | None = None,
    language: str | None = None,
    time_zone: str | None = None,
) -> User:
    """Change a user's name, language or time zone: one's own, or as who manages users.

    Raises:
        NotAllowed: another's, without the permission.
        ProblemError: ``core.bad_user``.
    """
    if actor.user != user:
        require(actor, USERS_MANAGE)
    wanted = {"name": name, "language": language, "time_zone": time_zone}
    changes = {
        field: (getattr(user, field), value)
        for field, value in wanted.items()
        if value is not None and value != getattr(user, field)
    }
    if not changes:
        return user
    for field, (_before, after) in changes.items():
        setattr(user, field, after)
    _clean(user)
    user.save(update_fields=list(changes))
    audit.record(
        "core.user_changed",
        actor=actor,
        subject=audit.Subject.of(user),
        changes=changes,
        person=person_of(user),
    )
    return user


@transaction.atomic
def set_password(*, user: User, password: str, actor: Actor, must_change: bool = False) -> None:
    """Set a password, which ends the user's other sessions.

    Raises:
        NotAllowed: another's, without the permission.
        ProblemError: ``core.weak_password``.
    """
    if actor.user != user:
        require(actor, USERS_MANAGE)
    check_password(password, user)
    user.set_password(password)
    user.must_change_password = must_change
    user.save(update_fields=["password", "must_change_password"])
    record_password_changed(user=user, actor=actor)


def record_password_changed(*, user: User, actor: Actor | User) -> None:
    """Note in the trail that a password changed; never the password."""
    audit.record(
        "core.user_changed",
        actor=actor,
        subject=audit.Subject.of(user),
        changes={"password": (None, True)},
        classes={"password": audit.AuditClass.FACT_ONLY},
        person=person_of(user),
    )


@transaction.atomic
def grant_role(
    *,
    user: User,
    role: Role,
    actor: Actor,
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> RoleGrant:
    """Grant a role from a day (today if None) until, exclusively, another (open if None).

    Raises:
        NotAllowed: the actor may not manage users.
        ProblemError: ``core.role_held`` where the user holds it in that time already,
            ``core.bad_dates``.
    """
    require(actor, USERS_MANAGE)
    grant = _add_grant(user, role, starts_on=starts_on or actor.today, ends_on=ends_on, actor=actor)
    audit.record(
        "core.role_granted",
        actor=actor,
        subject=audit.Subject.of(user),
        changes={
            "role": (None, grant.role),
            "starts_on": (None, grant.starts_on),
            "ends_on": (None, grant.ends_on),
        },
        person=person_of(user),
    )
    return grant


def _add_grant(
    user: User, role: Role, *, starts_on: date, ends_on: date | None, actor: Actor
) -> RoleGrant:
    if ends_on is not None and ends_on <= starts_on:
        raise ProblemError(
            Problem(
                code="core.bad_dates",
                message=_("The role would end before it begins."),
                hint=_("Choose an end after {day}, or leave it open.").format(day=starts_on),
                column="ends_on",
            )
        )
    held = user.grants.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=starts_on), role=role)
    if ends_on is not None:
        held = held.filter(starts_on__lt=ends_on)
    if held.exists():
        raise ProblemError(
            Problem(
                code="core.role_held",
                message=_("{user} holds the role “{role}” in that time already.").format(
                    user=user, role=Role(role).label
                ),
                hint=_("Revoke the other grant first, or choose other days."),
            )
        )
    return RoleGrant.objects.create(
        user=user, role=Role(role), starts_on=starts_on, ends_on=ends_on, granted_by=actor.user
    )


@transaction.atomic
def revoke_role(*, grant_id: int, actor: Actor, ends_on: date | None = None) -> RoleGrant:
    """End a grant on a day (today if None: at once); one still to come never begins.

    Raises:
        NotAllowed: the actor may not manage users.
        NotVisible: there is no such grant.
        ProblemError: ``core.last_administrator``, ``core.role_ended``.
    """
    require(actor, USERS_MANAGE)
    grant = RoleGrant.objects.select_related("user").filter(pk=grant_id).first()
    if grant is None:
        raise NotVisible
    day = max(ends_on or actor.today, grant.starts_on)
    if grant.ends_on is not None and grant.ends_on <= day:
        raise ProblemError(
            Problem(
                code="core.role_ended",
                message=_("This role has ended already."),
                hint=_("Nothing is left to revoke."),
            )
        )
    before, grant.ends_on, grant.revoked_by = grant.ends_on, day, actor.user
    grant.save(update_fields=["ends_on", "revoked_by"])
    _keep_an_administrator()
    audit.record(
        "core.role_revoked",
        actor=actor,
        subject=audit.Subject.of(grant.user),
        changes={"role": (grant.role, None), "ends_on": (before, day)},
        person=person_of(grant.user),
    )
    return grant


def _keep_an_administrator() -> None:
    """Refuse, at the end of the transaction's work, what would leave nobody to administer."""
    if not administrators().exists():
        raise ProblemError(
            Problem(
                code="core.last_administrator",
                message=_("Nobody would be left to administer Vetta."),
                hint=_("Grant somebody else the role of administrator first."),
            )
        )


@transaction.atomic
def deactivate(*, user: User, actor: Actor) -> None:
    """Keep a user from signing in: sessions and tokens end at once; nothing is deleted.

    Raises:
        NotAllowed: the actor may not manage users.
        ProblemError: ``core.last_administrator``.
    """
    require(actor, USERS_MANAGE)
    if not user.is_active:
        return
    had_administrator = administrators().exists()
    user.is_active = False
    user.save(update_fields=["is_active"])
    if had_administrator:
        _keep_an_administrator()
    user.tokens.filter(revoked_at__isnull=True).update(revoked_at=clock.now())
    audit.record(
        "core.user_deactivated", actor=actor, subject=audit.Subject.of(user), person=person_of(user)
    )


@transaction.atomic
def reactivate(*, user: User, actor: Actor) -> None:
    """Let a deactivated user sign in again; tokens stay revoked.

    Raises:
        NotAllowed: the actor may not manage users.
    """
    require(actor, USERS_MANAGE)
    if user.is_active:
        return
    user.is_active = True
    user.save(update_fields=["is_active"])
    audit.record(
        "core.user_reactivated", actor=actor, subject=audit.Subject.of(user), person=person_of(user)
    )


@transaction.atomic
def erase_person(*, user: User, actor: Actor) -> None:
    """Erase who a deactivated user was: name and address here, sealed values in the trail.

    The number stays, so that what the user did keeps its place; it names nobody any more.

    Raises:
        NotAllowed: the actor may not manage users.
        ProblemError: ``core.still_active``.
    """
    require(actor, USERS_MANAGE)
    if user.is_active:
        raise ProblemError(
            Problem(
                code="core.still_active",
                message=_("Only a deactivated user can be erased."),
                hint=_("Deactivate the user first."),
            )
        )
    user.email, user.name = f"erased-{user.pk}@erased.invalid", _("Erased user")
    user.set_unusable_password()
    user.save(update_fields=["email", "name", "password"])
    user.emailaddress_set.all().delete()
    user.authenticator_set.all().delete()
    audit.forget(person_of(user))
    audit.record(
        "core.person_erased", actor=actor, subject=audit.Subject("core.user", str(user.pk))
    )
