"""Repairing refused rows: by cell, by reason, by a corrected file, or dropped on purpose."""

from __future__ import annotations

from decimal import Decimal

import pytest

from vetta.intake import selectors
from vetta.intake.models import QuarantinedRow, RowState
from vetta.intake.services import drop_rows, repair_cells, repair_row, resend_quarantine
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
