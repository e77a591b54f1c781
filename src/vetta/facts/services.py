"""Matching owners by hand, and erasing facts about a person on request."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction
from django.utils.translation import gettext as _

from vetta.core import audit, clock
from vetta.core.access import Actor, require, system_actor
from vetta.engine.schema import OWNER_COLUMNS
from vetta.engine.schema.physical import literal, quote
from vetta.facts.models import OwnerMatch
from vetta.facts.permissions import ERASE, MATCH
from vetta.facts.selectors.matching import owner_matches
from vetta.facts.selectors.published import connection_at, current_snapshot
from vetta.intake import services as intake
from vetta.kernel.problem import Problem, ProblemError
from vetta.people import selectors as people


def match_owner(*, source: str, owner_id: str, person_id: str, actor: Actor) -> OwnerMatch:
    """Say whom a source means by an owner; an empty ``person_id`` sets the owner aside.

    Raises:
        ProblemError: ``facts.unknown_person``.
    """
    require(actor, MATCH)
    if person_id and people.person_on(person_id, clock.today()) is None:
        raise ProblemError(
            Problem(
                "facts.unknown_person",
                _("There is no person {person}.").format(person=person_id),
                _("Choose one of the list, or add the person first."),
                column="person_id",
            )
        )
    with transaction.atomic():
        before = OwnerMatch.objects.filter(source=source, owner_id=owner_id).first()
        match, _is_new = OwnerMatch.objects.update_or_create(
            source=source,
            owner_id=owner_id,
            defaults={
                "person_id": person_id,
                "matched_at": clock.now(),
                "matched_by": actor.user,
            },
        )
        audit.record(
            "facts.owner_matched",
            actor=actor,
            subject=match,
            changes={"person": (before.person_id if before else None, person_id)},
        )
    return match


def forget_match(*, source: str, owner_id: str, actor: Actor) -> None:
    """Take a match by hand back; the automatic one holds again."""
    require(actor, MATCH)
    with transaction.atomic():
        match = OwnerMatch.objects.filter(source=source, owner_id=owner_id).first()
        if match is None:
            return
        audit.record(
            "facts.owner_unmatched",
            actor=actor,
            subject=match,
            changes={"person": (match.person_id, None)},
        )
        match.delete()


def erase_person(person_id: str, *, actor: Actor, reason: str) -> dict[str, int]:
    """Delete every fact that names a person as its owner; by table, how many rows.

    Former versions hold the rows until ``intake.services.clear_old_versions``.
    """
    require(actor, ERASE)
    return _erase(person_id, person_id, actor, reason)


def forget_person(old_key: str, new_key: str, identities: list[tuple[str, str]]) -> None:
    """Erase the facts about somebody whom the people room is about to erase.

    Called by ``people.services.erase_person`` while the person's key, identities and addresses
    still stand, for they tell which owners are meant. What remains names the new key only.

    Raises:
        ProblemError: ``facts.import_under_way``; waiting would hold up the import, which may
            itself wait for this transaction.
    """
    _erase(old_key, new_key, system_actor("vetta"), _("A person was erased"), waiting=_refuse)
    OwnerMatch.objects.filter(person_id=old_key).delete()


def _refuse() -> None:
    raise ProblemError(
        Problem(
            "facts.import_under_way",
            _("An import is under way; the facts about this person cannot be erased now."),
            _("Try again when it has ended."),
        )
    )


def _erase(
    person_id: str,
    known_as: str,
    actor: Actor,
    reason: str,
    waiting: Callable[[], None] | None = None,
) -> dict[str, int]:
    keys = _rows_about(person_id)
    gone: dict[str, int] = {}
    if keys:
        gone = intake.erase_facts(keys, actor=actor, reason=reason, waiting=waiting)
    audit.record(
        "facts.person_erased",
        actor=actor,
        subject=audit.Subject("people.person", known_as, known_as),
        changes={table: (count, 0) for table, count in gone.items() if count},
        person=known_as,
    )
    return gone


def _rows_about(person_id: str) -> dict[str, list[tuple[str, str]]]:
    """(source, source_id) of the rows whose owner is the person, by table."""
    snapshot = current_snapshot()
    owners = [
        (row["source"], row["owner_id"])
        for row in owner_matches(snapshot).to_pylist()
        if row["person_id"] == person_id
    ]
    if not owners:
        return {}
    keys: dict[str, list[tuple[str, str]]] = {}
    with connection_at(snapshot) as connection:
        for table, column in OWNER_COLUMNS.items():
            if table not in snapshot.versions:
                continue
            named = " OR ".join(
                f"(source = {literal(source)} AND {quote(column)} = {literal(owner)})"
                for source, owner in owners
            )
            keys[table] = connection.execute(
                f"SELECT source, source_id FROM {quote(table)} WHERE {named}"
            ).fetchall()
    return keys
