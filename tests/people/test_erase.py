"""Erasing a person: nothing says any more who it was."""

from __future__ import annotations

from datetime import date

import pytest

from vetta.core import audit
from vetta.core.models import AuditEntry
from vetta.kernel.problem import ProblemError
from vetta.people import selectors, services
from vetta.people.models import DatedRow, ImportedRow, Person, PersonAttribute, PersonIdentity
from vetta.people.services import erasure

from .factories import person
from .test_import_people import bring

pytestmark = pytest.mark.django_db


@pytest.fixture
def erased():
    bring(
        [
            {"person_id": "77", "name": "Anna Rossi", "email": "anna@example.test"},
            {"person_id": "78", "name": "Rep", "manager_id": "77"},
        ]
    )
    services.change_person(actor=None, person="77", name="Anna Bianchi", country="Italy")
    services.define_attribute(actor=None, key="note", title="Note", type="text")
    services.set_attribute(actor=None, person="77", attribute="note", value="secret")
    return services.erase_person(actor=None, person="77")


def test_no_row_holds_the_name_the_address_or_an_attribute(erased):
    for model in (*DatedRow.__subclasses__(), Person, PersonIdentity, ImportedRow):
        for row in model.objects.values():
            text = " ".join(str(value) for value in row.values())
            for word in ("Anna", "Rossi", "Bianchi", "anna@", "secret", "Italy"):
                assert word not in text, (model, row)
    assert not PersonAttribute.objects.exists()
    assert not PersonIdentity.objects.filter(external_id="77").exists()


def test_the_trail_cannot_be_read_and_still_holds(erased):
    assert audit.verify().is_sound
    for entry in AuditEntry.objects.all():
        assert "Bianchi" not in str(entry.changes) + str(entry.subject_label)


def test_the_past_keeps_its_shape_under_a_meaningless_key(erased):
    rep = selectors.person_on("78", date(2024, 1, 1))
    assert rep.manager.id == rep.manager.name == erased
    assert erased.startswith("erased-")


def test_rooms_above_are_told_in_the_same_transaction(monkeypatch):
    told = []
    monkeypatch.setitem(erasure._erasers, "test", lambda *what: told.append(what))
    bring([{"person_id": "77", "name": "Anna"}])
    new = services.erase_person(actor=None, person="77")
    assert told == [("77", new, [("crm", "77")])]

    def fails(*what):
        raise RuntimeError

    monkeypatch.setitem(erasure._erasers, "test", fails)
    person("b", name="Bob")
    with pytest.raises(RuntimeError):
        services.erase_person(actor=None, person="b")
    assert selectors.person_on("b", date(2024, 1, 1)).name == "Bob"


def test_twice_is_refused(erased):
    with pytest.raises(ProblemError):
        services.erase_person(actor=None, person=erased)
