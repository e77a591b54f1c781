"""Undoing a batch: as it was before, or the list of what stands against it."""

from __future__ import annotations

import pytest

from vetta.core.access import NotAllowed, NotVisible, actor_for
from vetta.intake.models import Batch, BatchState
from vetta.intake.services import erase_facts, undo_batch
from vetta.kernel.problem import ProblemError

WHAT = "source_id, amount, batch_id, ingested_at"


def test_undo_brings_back_what_was(door, actor):
    door.deals("1,Ann,Won,10,EUR,2024-01-05,", "2,Bob,Won,20,EUR,2024-02-05,")
    door.run()
    before = door.rows(what=WHAT)
    door.deals("1,Ann,Won,11,EUR,2024-05-05,", "3,Cy,Won,30,EUR,2024-02-05,")
    second = door.run()
    undo_batch(second.batch, actor=actor)
    assert door.rows(what=WHAT) == before
    assert Batch.objects.get(pk=second.batch).state == BatchState.UNDONE
    with pytest.raises(ProblemError) as error:
        undo_batch(second.batch, actor=actor)
    assert error.value.problems[0].code == "intake.already_undone"


def test_undo_of_the_first_batch_empties_the_table(door, actor):
    door.deals("1,Ann,Won,10,EUR,2024-01-05,")
    undo_batch(door.run().batch, actor=actor)
    assert door.rows() == []
    door.run()
    assert len(door.rows()) == 1


def test_undo_is_refused_where_a_later_batch_changed_the_same_rows(door, actor):
    door.deals("1,Ann,Won,10,EUR,2024-01-05,", "2,Bob,Won,20,EUR,2024-02-05,")
    first = door.run()
    door.deals("1,Ann,Won,11,EUR,2024-01-05,")
    second = door.run()
    with pytest.raises(ProblemError) as error:
        undo_batch(first.batch, actor=actor)
    assert [(p.code, p.details["key"], p.details["batch"]) for p in error.value.problems] == [
        ("intake.undo_conflict", "1", second.batch)
    ]
    assert Batch.objects.get(pk=first.batch).state == BatchState.FINISHED
    assert len(door.rows()) == 2
    undo_batch(second.batch, actor=actor)
    undo_batch(first.batch, actor=actor)
    assert door.rows() == []


def test_undo_after_a_new_custom_column(door, actor):
    door.deals("1,Ann,Won,10,EUR,2024-01-05,")
    door.run()
    mapping = door.mapping + "      custom: {note: owner}\n"
    second = door.run(mapping)
    assert second.tables["opportunities"].updated == 1
    undo_batch(second.batch, actor=actor)
    assert door.rows(what="source_id, custom__note") == [("1", None)]


def test_who_may_undo(door, cast, actor):
    door.deals("1,Ann,Won,10,EUR,2024-01-05,")
    batch = door.run().batch
    with pytest.raises(NotAllowed):
        undo_batch(batch, actor=actor_for(cast.bea))
    with pytest.raises(NotVisible):
        undo_batch("nope", actor=actor)


def test_erasing_by_key(door, actor):
    door.deals("1,Ann,Won,10,EUR,2024-01-05,", "2,Bob,Won,20,EUR,2024-02-05,")
    door.run()
    gone = erase_facts({"opportunities": [("crm", "1"), ("crm", "9")]}, actor=actor, reason="GDPR")
    assert gone == {"opportunities": 1}
    assert [row[0] for row in door.rows()] == ["2"]
