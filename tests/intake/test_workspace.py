"""Workspace tables through the same door: people with facts in one batch."""

from __future__ import annotations

from vetta.core import clock
from vetta.core.selectors import organisation
from vetta.intake.models import QuarantinedRow
from vetta.intake.services import undo_batch
from vetta.people import selectors as people

MAPPING = """
source: hr
organisation: {name: Acme, currency: USD, time_zone: Europe/Rome}
files: {staff: {path: staff.csv}}
tables:
  people:
    - from: staff
      columns: {person_id: id, name: name, email: mail, title: title, manager_id: boss}
"""
STAFF = "id,name,mail,title,boss\n1,Ada,ada@x.com,Head,\n2,Bea,bea@x.com,Rep,1\n"


def test_people_land_once_and_are_undone(door, actor):
    door.write("staff.csv", STAFF)
    first = door.run(MAPPING)
    assert first.exit_code == 0
    assert first.tables["people"].as_json() == {
        "read": 2,
        "inserted": 2,
        "updated": 0,
        "unchanged": 0,
        "quarantined": 0,
        "version": None,
    }
    assert door.run(MAPPING).tables["people"].unchanged == 2
    assert {row.name for row in people.people_on(clock.today())} == {"Ada", "Bea"}
    undo_batch(first.batch, actor=actor)
    assert people.people_on(clock.today()) == []


def test_what_a_receiver_refuses_goes_to_quarantine(door):
    door.write("staff.csv", STAFF + "3,Cy,cy@x.com,Rep,nobody\n,Dag,dag@x.com,Rep,\n")
    result = door.run(MAPPING)
    assert result.exit_code == 3
    assert [(p.row, p.column, p.file) for p in result.errors] == [
        (4, "person_id", "staff.csv"),
        (3, "manager_id", "staff.csv"),
    ]
    assert QuarantinedRow.objects.count() == 2
    assert result.tables["people"].inserted == 2


def test_a_dry_run_leaves_nobody_behind(door):
    door.write("staff.csv", STAFF)
    dry = door.run(MAPPING, dry_run=True)
    assert dry.tables["people"].inserted == 2
    assert people.people_on(clock.today()) == []
    assert organisation().configured_at is None


def test_the_organisation_is_set_up_once(door):
    door.write("staff.csv", STAFF)
    door.run(MAPPING)
    assert (organisation().name, organisation().currency) == ("Acme", "USD")
    result = door.run(MAPPING.replace("Acme", "Other"))
    assert "intake.organisation_kept" in door.codes(result)
    assert organisation().name == "Acme"
