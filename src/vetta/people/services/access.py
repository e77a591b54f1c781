"""Who signs in as which person, which unit an analyst may read, what former managers keep."""

from __future__ import annotations

from datetime import date

from django.db.models import Q
from django.utils.translation import gettext as _

from vetta.core import audit
from vetta.core.models import User
from vetta.people.book import writing
from vetta.people.models import AccessPolicy, BusinessUnit, Person, UnitScope

from .editing import refuse
from .persons import Who, subject


def link_user(*, actor: Who, person: str, user: User | None) -> None:
    """Say that a user is a person (None: nobody): decides what "self" and "below" mean.

    Raises:
        ProblemError: where the person is unknown or the user is somebody else already.
    """
    with writing():
        found = Person.objects.select_related("user").filter(key=person).first()
        if found is None or not found.versions.known().exists():
            refuse("people.unknown_person", _("There is no person “{key}”.").format(key=person))
        taken = user and Person.objects.filter(user=user).exclude(pk=found.pk).first()
        if taken:
            refuse(
                "people.user_taken",
                _("{user} signs in as “{person}” already.").format(user=user, person=taken.key),
                _("Take the sign-in from that person first."),
            )
        before = found.user
        if before == user:
            return
        found.user = user
        found.save(update_fields=["user"])
        audit.record(
            "people.user_linked",
            actor=actor,
            subject=subject(person),
            changes={"user": (before and before.email, user and user.email)},
            person=person,
        )


def limit_to_unit(
    *,
    actor: Who,
    user: User,
    business_unit: str,
    starts_on: date,
    ends_on: date | None = None,
) -> None:
    """From a day on, let a user read this business unit (and others he or she is limited to)."""
    with writing():
        unit = BusinessUnit.objects.filter(key=business_unit).first()
        if unit is None:
            refuse(
                "people.unknown",
                _("There is no business unit “{key}”.").format(key=business_unit),
            )
        if ends_on is not None and ends_on <= starts_on:
            refuse("people.bad_dates", _("The end does not lie after the start."))
        overlapping = UnitScope.objects.filter(
            Q(ends_on__isnull=True) | Q(ends_on__gt=starts_on), user=user, business_unit=unit
        )
        if ends_on is not None:
            overlapping = overlapping.filter(starts_on__lt=ends_on)
        if overlapping.exists():
            refuse(
                "people.scope_exists",
                _("{user} is limited to this unit already in these dates.").format(user=user),
            )
        UnitScope.objects.create(
            user=user, business_unit=unit, starts_on=starts_on, ends_on=ends_on
        )
        audit.record(
            "people.unit_scope_added",
            actor=actor,
            subject=user,
            changes={
                "business_unit": (None, business_unit),
                "starts_on": (None, starts_on),
                "ends_on": (None, ends_on),
            },
        )


def end_unit_limit(*, actor: Who, user: User, business_unit: str, ends_on: date) -> None:
    """End a user's limit to a business unit; the past stays as it was."""
    with writing():
        scopes = UnitScope.objects.filter(
            Q(ends_on__isnull=True) | Q(ends_on__gt=ends_on),
            user=user,
            business_unit__key=business_unit,
        )
        if not scopes.exists():
            refuse("people.unknown", _("{user} is not limited to this unit.").format(user=user))
        for scope in scopes:
            scope.ends_on = max(ends_on, scope.starts_on)
            scope.save(update_fields=["ends_on"])
        audit.record(
            "people.unit_scope_ended",
            actor=actor,
            subject=user,
            changes={"business_unit": (business_unit, None), "ends_on": (None, ends_on)},
        )


def decide_former_managers(*, actor: Who, keep: bool) -> None:
    """Whether former managers keep access to the periods in which they managed."""
    with writing():
        policy, _made = AccessPolicy.objects.get_or_create(pk=1)
        before = policy.former_managers_keep
        policy.former_managers_keep = keep
        policy.save()
        audit.record(
            "people.access_policy_changed",
            actor=actor,
            subject=policy,
            changes={"former_managers_keep": (before, keep)},
        )
