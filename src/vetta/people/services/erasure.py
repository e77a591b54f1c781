"""Erasing a person: the one place where what was written is written over.

A person may ask to be forgotten. Names, addresses and attributes go from every dated row, past
beliefs included; the sealed values of the audit trail lose their key; rooms above that keep
values of the person register what they have to do. What remains is an unnamed person under a
meaningless key, so that structures and sums of the past still hold.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable

from django.db import models
from django.utils.translation import gettext as _

from vetta.core import audit, clock
from vetta.people.book import writing
from vetta.people.models import (
    ImportedRow,
    Person,
    PersonAttribute,
    PersonIdentity,
    PersonVersion,
)

from .editing import refuse
from .persons import Who, subject

#: ``(old key, new key, identities as (source, external id))``, called in the transaction,
#: before anything is written over.
Eraser = Callable[[str, str, list[tuple[str, str]]], None]

_erasers: dict[str, Eraser] = {}


def register_eraser(room: str, eraser: Eraser) -> None:
    """Let a room above forget a person too; called from its ``apps.ready()``."""
    known = _erasers.setdefault(room, eraser)
    if known is not eraser:
        raise ValueError(f"{room} registers two erasers.")


def erase_person(*, actor: Who, person: str) -> str:
    """Forget who a person is, everywhere; returns the new, meaningless key.

    Cannot be undone. An import that still holds the person would bring him or her back as
    somebody new, so take the person out of the source first.
    """
    with writing() as work:
        found = Person.objects.filter(key=person, erased_at__isnull=True).first()
        if found is None:
            refuse("people.unknown_person", _("There is no person “{key}”.").format(key=person))
        identities = list(
            PersonIdentity.objects.filter(person=found).values_list("source", "external_id")
        )
        new_key = f"erased-{secrets.token_hex(6)}"
        # Rooms above go first: they find their rows by what is about to disappear here.
        for eraser in _erasers.values():
            eraser(person, new_key, identities)
        # The base query set: dated rows refuse to be changed by anything else.
        models.QuerySet.update(
            PersonVersion.objects.filter(person=found), name=new_key, email="", country=""
        )
        PersonAttribute.objects.filter(person=found).delete()
        PersonIdentity.objects.filter(person=found).delete()
        ImportedRow.objects.filter(subject=person).delete()
        found.key = new_key
        found.user = None
        found.erased_at = work.known_at or clock.now()
        found.save(update_fields=["key", "user", "erased_at"])
        audit.forget(person)
        audit.record("people.person_erased", actor=actor, subject=subject(new_key), changes={})
    return new_key
