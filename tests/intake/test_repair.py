"""Repairing refused rows: by cell, by reason, by a corrected file, or dropped on purpose."""

from __future__ import annotations

from decimal import Decimal

import pytest

from vetta.intake import selectors
from vetta.intake.models import QuarantinedRow, RowState
from vetta.intake.services import (
    drop_rows,
    journal,
    repair_cells,
    repair_row,
    resend_quarantine,
)
from vetta.kernel.problem import ProblemError


@pytest.fixture
def batch(door):
    door.deals(
        "1,Ann,Won,10,EUR,2024-01-05,",
        "2,Bob,Prospect,20,EUR,2024-01-05,",
        "3,Cy,Prospect,30,EUR,2024-01-06,",
        "4,Dag,Won,x,EUR,2024-01-07,",
    )
    return door.run().batch


def test_reasons_are_grouped_with_their_values(door, batch, actor):
    found = selectors.reasons(batch, actor=actor)
    assert [(r.column, r.code, r.rows, r.values) for r in found] == [
        ("stage", "intake.unknown_value", 2, (("Prospect", 2),)),
        ("amount", "intake.not_a_number", 1, (("x", 1),)),
    ]
    assert all(reason.message and reason.hint for reason in found)


def test_repair_by_reason_then_by_cell(door, batch, actor):
    noted = repair_cells(
        batch,
        table="opportunities",
        column="stage",
        code="intake.unknown_value",
        value="Prospect",
        replacement="Open",
        actor=actor,
    )
    assert noted == 2
    result = resend_quarantine(batch, actor=actor)
    assert result.tables["opportunities"].inserted == 2
    assert result.exit_code == 3
    assert [row[0] for row in door.rows()] == ["1", "2", "3"]
    left = selectors.refused_rows(batch, actor=actor)
    assert [(row.row, row.reasons[0].value) for row in left] == [(4, "x")]
    repair_row(left[0].id, {"amount": "40"}, actor=actor)
    result = resend_quarantine(batch, actor=actor)
    assert result.exit_code == 0
    assert door.rows()[-1] == ("4", Decimal(40), "won")
    assert QuarantinedRow.objects.filter(state=RowState.OPEN).count() == 0
    with pytest.raises(ProblemError):
        resend_quarantine(batch, actor=actor)


def test_a_repair_that_is_wrong_again_is_told_anew(door, batch, actor):
    row = selectors.refused_rows(batch, actor=actor, column="amount")[0]
    repair_row(row.id, {"amount": "inf"}, actor=actor)
    resend_quarantine(batch, actor=actor, row_ids=[row.id])
    again = selectors.refused_row(row.id, actor=actor)
    assert [(r.code, r.value) for r in again.reasons] == [("intake.not_finite", "inf")]


def test_a_repair_may_name_only_mapped_columns(door, batch, actor):
    row = selectors.refused_rows(batch, actor=actor)[0]
    with pytest.raises(ProblemError):
        repair_row(row.id, {"lost_reason": "x"}, actor=actor)


def test_importing_the_corrected_file_clears_the_quarantine(door, batch, actor):
    door.deals("2,Bob,Won,20,EUR,2024-01-05,", "4,Dag,Won,40,EUR,2024-01-07,")
    door.run()
    states = dict(QuarantinedRow.objects.values_list("key", "state"))
    assert states == {"2": "cleared", "3": "open", "4": "cleared"}


def test_dropping_on_purpose(door, batch, actor):
    assert drop_rows(batch, actor=actor) == 3
    assert selectors.refused_rows(batch, actor=actor) == []
    assert len(selectors.refused_rows(batch, actor=actor, state=None)) == 3


def test_repaired_rows_land_and_leave_the_quarantine_at_once(door, batch, actor, monkeypatch):
    """A process that dies as soon as the batch is visible leaves no row to be sent twice."""
    row = selectors.refused_rows(batch, actor=actor, column="amount")[0]
    repair_row(row.id, {"amount": "40"}, actor=actor)
    complete = journal.complete

    def die_afterwards(found, **options):
        complete(found, **options)
        raise KeyboardInterrupt

    monkeypatch.setattr(journal, "complete", die_afterwards)
    with pytest.raises(KeyboardInterrupt):
        resend_quarantine(batch, actor=actor, row_ids=[row.id])
    assert ("4", Decimal(40), "won") in door.rows()
    kept = QuarantinedRow.objects.get(pk=row.id)
    assert kept.state == RowState.LANDED
    assert kept.settled_by.parent_id == batch


def test_repaired_rows_whose_process_dies_while_committing_land_later(
    door, batch, actor, monkeypatch
):
    row = selectors.refused_rows(batch, actor=actor, column="amount")[0]
    repair_row(row.id, {"amount": "40"}, actor=actor)
    with monkeypatch.context() as patch:
        patch.setattr(journal, "complete", _die)
        with pytest.raises(KeyboardInterrupt):
            resend_quarantine(batch, actor=actor, row_ids=[row.id])
    assert QuarantinedRow.objects.get(pk=row.id).state == RowState.OPEN
    assert len(journal.recover()) == 1
    assert ("4", Decimal(40), "won") in door.rows()
    assert QuarantinedRow.objects.get(pk=row.id).state == RowState.LANDED


def _die(found, **options):
    raise KeyboardInterrupt
