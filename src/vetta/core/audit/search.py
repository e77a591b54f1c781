"""Reading the trail: searched by who, what, on what and when; opened as far as one may."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from vetta.core.access import Actor, allows
from vetta.core.audit.registry import AuditClass, action_title, view_permission
from vetta.core.audit.sealing import Json, keys_of, unseal
from vetta.core.models import AuditEntry, PersonKey, User
from vetta.core.selectors import time_zone


@dataclass(frozen=True, slots=True)
class Change:
    """One field. ``state`` is ``open``, ``fact_only``, ``withheld`` (the reader may not see the
    values) or ``erased`` (nobody can any more)."""

    field: str
    kind: AuditClass
    state: str
    before: Json = None
    after: Json = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as a reader may see it. ``actor`` is empty where it is sealed."""

    sequence: int
    occurred_at: datetime
    action: str
    title: str
    actor: str
    actor_id: int | None
    is_actor_sealed: bool
    subject_type: str
    subject_id: str
    subject: str | None
    changes: tuple[Change, ...]
    channel: str
    request_id: str
    hash: str


def search(
    *,
    who: str = "",
    action: str = "",
    subject: str = "",
    since: date | None = None,
    until: date | None = None,
    request_id: str = "",
) -> QuerySet[AuditEntry]:
    """The entries that match all that is given, newest first.

    Args:
        who: a part of a user's name or e-mail address, or of a program's name.
        action: an action's code or its beginning: ``core.`` finds all of the house's own.
        subject: a subject's type, number, or both as ``type:number``.
        since, until: days in the organisation's time zone; ``until`` is included.
    """
    found = AuditEntry.objects.all()
    if who:
        users = User.objects.filter(Q(name__icontains=who) | Q(email__icontains=who))
        found = found.filter(
            Q(actor_id__in=users.values("pk"))
            | Q(actor_id__isnull=True, actor_label__icontains=who)
        )
    if action:
        found = found.filter(action__startswith=action)
    if subject:
        found = found.filter(_about(subject))
    if since:
        found = found.filter(occurred_at__gte=_start_of(since))
    if until:
        found = found.filter(occurred_at__lt=_start_of(until + timedelta(days=1)))
    if request_id:
        found = found.filter(request_id=request_id)
    return found.order_by("-sequence")


def _about(subject: str) -> Q:
    kind, colon, number = subject.partition(":")
    if colon:
        return Q(subject_type__iendswith=kind, subject_id=number)
    return Q(subject_id=subject) | Q(subject_type__icontains=subject)


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time(), time_zone())


def read(entries: Iterable[AuditEntry], *, actor: Actor) -> list[Entry]:
    """Open entries for a reader. Two queries, however many there are."""
    kept = list(entries)
    users = {entry.actor_id for entry in kept if entry.actor_id}
    names = {user.pk: str(user) for user in User.objects.filter(pk__in=users)}
    keys = keys_of({person for entry in kept for person in _persons(entry)})
    return [_opened(entry, actor, names, keys) for entry in kept]


def _persons(entry: AuditEntry) -> Iterable[str]:
    values = [entry.subject_label]
    for change in entry.changes:
        values += [change.get("before"), change.get("after")]
    return (value["person"] for value in values if _is_sealed(value))


def _is_sealed(value: Any) -> bool:
    return isinstance(value, dict) and set(value) == {"sealed", "person"}


def _opened(
    entry: AuditEntry, actor: Actor, names: dict[int, str], keys: dict[str, PersonKey]
) -> Entry:
    needed = view_permission(entry.action)
    may_read = needed is None or allows(actor, needed)
    is_known, label = _value(entry.subject_label, keys)
    return Entry(
        sequence=entry.sequence,
        occurred_at=entry.occurred_at,
        action=entry.action,
        title=action_title(entry.action),
        actor=names.get(entry.actor_id or 0) or entry.actor_label,
        actor_id=entry.actor_id,
        is_actor_sealed=bool(entry.actor_sealed),
        subject_type=entry.subject_type,
        subject_id=entry.subject_id,
        subject=str(label or "") if is_known and may_read else None,
        changes=tuple(_change(change, keys, may_read) for change in entry.changes),
        channel=entry.channel,
        request_id=entry.request_id,
        hash=entry.hash,
    )


def _change(change: dict[str, Any], keys: dict[str, PersonKey], may_read: bool) -> Change:
    kind = AuditClass(change["class"])
    if kind == AuditClass.FACT_ONLY:
        return Change(change["field"], kind, "fact_only")
    if not may_read:
        return Change(change["field"], kind, "withheld")
    (before_known, before), (after_known, after) = (
        _value(change["before"], keys),
        _value(change["after"], keys),
    )
    if not (before_known and after_known):
        return Change(change["field"], kind, "erased")
    return Change(change["field"], kind, "open", before, after)


def _value(value: Json, keys: dict[str, PersonKey]) -> tuple[bool, Json]:
    if not _is_sealed(value):
        return True, value
    if value["sealed"] is None:
        return False, None
    return unseal(value["person"], value["sealed"], keys)
