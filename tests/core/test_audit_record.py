"""Recording an act: what is kept, what is sealed, and that nothing can be changed afterwards."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from vetta.core import clock, request_context
from vetta.core.audit import AuditClass, Subject, chain, forget, guard, read, record, search, verify
from vetta.core.models import AuditEntry, PersonKey

pytestmark = pytest.mark.django_db

NOTE = Subject("coaching.note", "7", "Note of March")


def written(entry: AuditEntry) -> AuditEntry:
    return AuditEntry.objects.get(pk=entry.pk)


def test_keeps_who_what_when_and_from_where(cast):
    moment = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    with clock.stopped_at(moment), request_context.entered(request_id="req-1", channel="page"):
        entry = written(
            record("core.tested", actor=cast.ada, subject=NOTE, changes={"amount": (1, 2)})
        )
    assert (entry.actor_id, entry.action, entry.occurred_at) == (cast.ada.pk, "core.tested", moment)
    assert (entry.subject_type, entry.subject_id, entry.subject_label) == (
        "coaching.note",
        "7",
        "Note of March",
    )
    assert (entry.request_id, entry.channel) == ("req-1", "page")
    assert entry.changes == [{"field": "amount", "class": "content", "before": 1, "after": 2}]


def test_leaves_out_what_did_not_change(cast):
    entry = record(
        "core.tested", actor=cast.ada, subject=NOTE, changes={"same": (1, 1), "other": (None, 2)}
    )
    assert [change["field"] for change in entry.changes] == ["other"]


def test_keeps_values_without_loss_on_both_databases(cast):
    before = {
        "money": Decimal("12345678901234.5678"),
        "day": date(2026, 2, 28),
        "deep": {"list": [1, Decimal("0.10")], "nul": "a\x00b", "odd": "\ud800"},
    }
    record(
        "core.tested",
        actor=cast.ada,
        subject=NOTE,
        changes={name: (value, None) for name, value in before.items()},
    )
    kept = {change["field"]: change["before"] for change in AuditEntry.objects.get().changes}
    assert kept["money"] == "12345678901234.5678"
    assert kept["day"] == "2026-02-28"
    assert kept["deep"] == {"list": [1, "0.10"], "nul": "a\ufffdb", "odd": "?"}
    assert verify().is_sound


def test_fact_only_keeps_no_value(cast):
    entry = written(
        record(
            "core.tested",
            actor=cast.ada,
            subject=NOTE,
            changes={"text": ("secret before", "secret after")},
            classes={"text": AuditClass.FACT_ONLY},
        )
    )
    assert entry.changes == [{"field": "text", "class": "fact_only"}]
    opened = read([entry], actor=cast.actor("ada"))[0]
    assert opened.changes[0].state == "fact_only"


def test_sealed_actor_leaves_no_trace_of_the_author(cast):
    moment = datetime(2026, 3, 1, 12, 34, 56, tzinfo=UTC)
    with clock.stopped_at(moment), request_context.entered(request_id="req-2", channel="page"):
        entry = written(
            record(
                "core.tested",
                actor=cast.bea,
                subject=NOTE,
                changes={"answer": (None, "4 of 5")},
                classes={"answer": AuditClass.SEALED_ACTOR},
            )
        )
    assert (entry.actor_id, entry.actor_label, entry.request_id) == (None, "", "")
    assert entry.occurred_at == datetime(2026, 3, 1, tzinfo=UTC)
    assert str(cast.bea.pk) not in entry.actor_sealed.split(".")
    opened = read([entry], actor=cast.actor("ada"))[0]
    assert opened.is_actor_sealed
    assert opened.actor == ""
    assert list(search(who="bea")) == []


def test_personal_values_are_sealed_and_can_be_read_until_erasure(cast):
    record(
        "core.tested",
        actor=cast.ada,
        subject=Subject("people.person", "P-1", "Bea Brown"),
        changes={"name": ("Bea Brown", "Bea Green")},
        person="P-1",
    )
    entry = AuditEntry.objects.get()
    stored = f"{entry.changes} {entry.subject_label}"
    assert "Bea" not in stored
    opened = read([entry], actor=cast.actor("ada"))[0]
    assert opened.subject == "Bea Brown"
    assert (opened.changes[0].before, opened.changes[0].after) == ("Bea Brown", "Bea Green")

    assert forget("P-1") is True
    opened = read([entry], actor=cast.actor("ada"))[0]
    assert opened.subject is None
    assert (opened.changes[0].state, opened.changes[0].before) == ("erased", None)
    assert verify().is_sound


def test_nothing_is_sealed_anew_about_an_erased_person(cast):
    assert forget("P-9") is False
    record("core.tested", actor=cast.ada, subject=NOTE, changes={"name": ("A", "B")}, person="P-9")
    assert read([AuditEntry.objects.get()], actor=cast.actor("ada"))[0].changes[0].state == "erased"
    assert PersonKey.objects.get().wrapped == ""


def test_a_key_opens_nothing_without_the_secret_of_the_installation(cast, settings):
    record("core.tested", actor=cast.ada, subject=NOTE, changes={"name": ("A", "B")}, person="P-1")
    old = settings.SECRET_KEY
    settings.SECRET_KEY = "another secret"
    assert read([AuditEntry.objects.get()], actor=cast.actor("ada"))[0].changes[0].state == "erased"
    settings.SECRET_KEY_FALLBACKS = [old]
    assert read([AuditEntry.objects.get()], actor=cast.actor("ada"))[0].changes[0].state == "open"


@pytest.mark.parametrize(
    "statement",
    ["UPDATE core_auditentry SET action = 'x'", "DELETE FROM core_auditentry"],
)
def test_the_database_refuses_changes(cast, statement):
    record("core.tested", actor=cast.ada, subject=NOTE)
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert guard.is_up(connection)
    assert AuditEntry.objects.get().action == "core.tested"


def test_the_database_refuses_truncate(cast):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite knows no TRUNCATE")
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("TRUNCATE core_auditentry")


def _tamper(sql: str, *values: object) -> None:
    guard.take_down(connection)
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
    guard.put_up(connection)


@pytest.fixture
def five(cast):
    for number in range(1, 6):
        record("core.tested", actor=cast.ada, subject=NOTE, changes={"n": (number - 1, number)})


def test_a_sound_chain_verifies(five):
    found = verify()
    assert (found.is_sound, found.entries) == (True, 5)
    assert found.head == AuditEntry.objects.get(sequence=5).hash
    assert verify(anchor=AuditEntry.objects.get(sequence=2).hash).is_sound


@pytest.mark.parametrize(
    ("sql", "broken_at", "code"),
    [
        (
            "UPDATE core_auditentry SET action = 'core.forged' WHERE sequence = 3",
            3,
            "core.audit_entry_changed",
        ),
        ("DELETE FROM core_auditentry WHERE sequence = 4", 5, "core.audit_entry_missing"),
        ("DELETE FROM core_auditentry WHERE sequence = 1", 2, "core.audit_entry_missing"),
        (
            "UPDATE core_auditentry SET previous_hash = 'x' WHERE sequence = 2",
            2,
            "core.audit_link_broken",
        ),
    ],
)
def test_the_first_broken_link_is_named(five, sql, broken_at, code):
    _tamper(sql)
    found = verify()
    assert not found.is_sound
    assert found.broken_at == broken_at
    assert found.problem is not None
    assert found.problem.code == code


def test_a_rewritten_entry_breaks_the_next_link(five):
    entry = AuditEntry.objects.get(sequence=3)
    entry.action = "core.forged"
    _tamper(
        "UPDATE core_auditentry SET action = %s, hash = %s WHERE sequence = 3",
        entry.action,
        chain._hash_of(entry),
    )
    assert verify().broken_at == 4


def test_a_cut_off_tail_is_found_by_a_noted_head(five):
    head = verify().head
    _tamper("DELETE FROM core_auditentry WHERE sequence = 5")
    assert verify().is_sound
    found = verify(anchor=head)
    assert found.problem is not None
    assert found.problem.code == "core.audit_cut_off"
