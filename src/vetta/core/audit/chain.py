"""The chain: each entry's hash covers its content and the hash of the entry before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Any

from django.db import connection, models, transaction
from django.utils.translation import gettext as _

from vetta.core import clock, request_context
from vetta.core.access.actor import Actor
from vetta.core.audit.registry import AuditClass
from vetta.core.audit.sealing import Json, seal
from vetta.core.models import AuditEntry, User
from vetta.kernel.problem import Problem

GENESIS = "0" * 64
_LOCK = 0x76657474  # "vett": one appender at a time on PostgreSQL

_COVERED = (
    "sequence",
    "occurred_at",
    "action",
    "actor_id",
    "actor_label",
    "actor_sealed",
    "subject_type",
    "subject_id",
    "subject_label",
    "changes",
    "channel",
    "request_id",
    "previous_hash",
)


@dataclass(frozen=True, slots=True)
class Subject:
    """What was acted on. ``label`` is how people call it, at the time."""

    type: str
    id: str = ""
    label: str = ""

    @classmethod
    def of(cls, thing: Subject | models.Model) -> Subject:
        """A subject as it is; a row by its model, key and name."""
        if isinstance(thing, Subject):
            return thing
        return cls(thing._meta.label_lower, str(thing.pk), str(thing))


@dataclass(frozen=True, slots=True)
class Verification:
    """What checking the chain found.

    Args:
        entries: how many entries were found sound, from the first on.
        head: the hash of the last sound entry; write it down elsewhere, and a later
            verification can tell whether the trail was cut off after it.
        broken_at: the sequence number of the first broken link, or None.
    """

    entries: int
    head: str
    broken_at: int | None = None
    problem: Problem | None = None

    @property
    def is_sound(self) -> bool:
        return self.problem is None


def record(
    action: str,
    *,
    actor: Actor | User | None,
    subject: Subject | models.Model,
    changes: Mapping[str, tuple[Any, Any]] | None = None,
    classes: Mapping[str, AuditClass] | None = None,
    person: str | None = None,
    request_id: str | None = None,
) -> AuditEntry:
    """Append one entry. Call it last in the service's transaction: appenders wait for one another.

    Args:
        action: dotted, room first, past tense: ``core.role_granted``.
        changes: field to (before, after); a field whose values are equal is left out.
        classes: how fields are kept; CONTENT where not said.
        person: the key of the person whom the entry is about. The values and the subject's name
            are then sealed under that person's key.
    """
    kept = {name: pair for name, pair in (changes or {}).items() if pair[0] != pair[1]}
    named = classes or {}
    is_sealed = any(named.get(name) == AuditClass.SEALED_ACTOR for name in kept)
    subject = Subject.of(subject)
    context = request_context.current()
    with transaction.atomic():
        entry = AuditEntry(
            action=action,
            subject_type=subject.type,
            subject_id=subject.id,
            subject_label=_sealed(person, _plain(subject.label)) if person else subject.label[:300],
            changes=[
                _change(name, pair, named.get(name, AuditClass.CONTENT), person)
                for name, pair in kept.items()
            ],
            **_who(actor, is_sealed),
        )
        if is_sealed:
            # The hour and the request would name the author as well as the name does.
            entry.occurred_at = datetime.combine(clock.now().date(), time(), UTC)
        else:
            entry.occurred_at = clock.now()
            entry.channel = context.channel
            entry.request_id = (request_id or context.request_id)[:64]
        _append(entry)
    return entry


def _who(actor: Actor | User | None, is_sealed: bool) -> dict[str, Any]:
    user = actor.user if isinstance(actor, Actor) else actor
    label = actor.label if isinstance(actor, Actor) else ""
    if user is None:
        return {"actor_label": (label or "vetta")[:200]}
    if is_sealed:
        return {"actor_sealed": seal(f"user:{user.pk}", user.pk) or ""}
    return {"actor_id": user.pk, "actor_label": label[:200]}


def _change(name: str, pair: tuple[Any, Any], kind: AuditClass, person: str | None) -> Json:
    if kind == AuditClass.FACT_ONLY:
        return {"field": name, "class": kind.value}
    before, after = (_plain(value) for value in pair)
    if person:
        before, after = _sealed(person, before), _sealed(person, after)
    return {"field": name, "class": kind.value, "before": before, "after": after}


def _sealed(person: str, value: Json) -> Json:
    return {"sealed": seal(person, value), "person": person}


def _plain(value: Any) -> Json:
    """A value as JSON keeps it without loss; both databases must give back the same text."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, Enum):
        return _plain(value.value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(_plain(str(key))): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, set | frozenset):
        return sorted((_plain(inner) for inner in value), key=str)
    text = str(value).replace("\x00", "\ufffd")  # PostgreSQL keeps no NUL
    return text.encode("utf-8", "replace").decode("utf-8")


def _append(entry: AuditEntry) -> None:
    # SQLite's transactions are IMMEDIATE: whoever is here holds the only write lock already.
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    last = AuditEntry.objects.order_by("-sequence").values("sequence", "hash").first()
    entry.sequence = last["sequence"] + 1 if last else 1
    entry.previous_hash = last["hash"] if last else GENESIS
    entry.hash = _hash_of(entry)
    entry.save(force_insert=True)


def _hash_of(entry: AuditEntry) -> str:
    values = {name: getattr(entry, name) for name in _COVERED}
    values["occurred_at"] = entry.occurred_at.astimezone(UTC).isoformat(timespec="microseconds")
    canonical = json.dumps(values, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def verify(
    *, anchor: str | None = None, progress: Callable[[int], None] | None = None
) -> Verification:
    """Recompute the whole chain and name the first broken link.

    Args:
        anchor: a head noted at an earlier verification; its absence means a cut-off trail.
        progress: called now and then with the number of entries checked.
    """
    entries, head, is_anchored = 0, GENESIS, anchor in (None, GENESIS)
    for entry in _in_order():
        fault = _fault(entry, entries + 1, head)
        if fault is not None:
            return Verification(entries, head, entry.sequence, fault)
        entries, head = entry.sequence, entry.hash
        is_anchored = is_anchored or head == anchor
        if progress and entries % 500 == 0:
            progress(entries)
    if not is_anchored:
        return Verification(entries, head, entries + 1, _cut_off(entries))
    return Verification(entries, head)


def _in_order() -> Iterable[AuditEntry]:
    return AuditEntry.objects.order_by("sequence").iterator(chunk_size=2000)


def _fault(entry: AuditEntry, expected: int, head: str) -> Problem | None:
    """What is wrong with an entry that should be number ``expected`` and follow ``head``."""
    if entry.sequence != expected:
        message = _("Entry {expected} is missing: the next one is {found}.").format(
            expected=expected, found=entry.sequence
        )
        return _broken("core.audit_entry_missing", message, expected)
    if entry.previous_hash != head:
        message = _("Entry {number} does not continue the one before it.").format(number=expected)
        return _broken("core.audit_link_broken", message, expected)
    if entry.hash != _hash_of(entry):
        message = _("Entry {number} was changed after it was written.").format(number=expected)
        return _broken("core.audit_entry_changed", message, expected)
    return None


def _cut_off(entries: int) -> Problem:
    message = _("The noted hash is not in the trail, which ends at entry {number}.").format(
        number=entries
    )
    return _broken("core.audit_cut_off", message, entries + 1)


def _broken(code: str, message: str, number: int) -> Problem:
    hint = _("Compare with a backup: everything before entry {number} is sound.").format(
        number=number
    )
    return Problem(code=code, message=message, hint=hint, details={"entry": number})
