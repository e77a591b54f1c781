"""Whose the facts are: matched by key, identity, e-mail or hand; unmatched; erased."""

from __future__ import annotations

import polib
import pytest

from tests.intake.conftest import Door
from tests.people.factories import person
from vetta.core.access import NotAllowed, system_actor
from vetta.core.models import AuditEntry
from vetta.engine.schema import COMMON_COLUMNS, FACT_TABLES
from vetta.facts import selectors, services, words
from vetta.facts.models import OwnerMatch
from vetta.intake.services import locking
from vetta.kernel.problem import ProblemError
from vetta.people import services as people


@pytest.fixture
def me(db):
    return system_actor("test")


@pytest.fixture
def door(tmp_path, vetta_home, db):
    made = Door(tmp_path, vetta_home)
    made.deals(
        "1,bea,Won,10,EUR,2024-01-05,2024-02-01",
        "2,Bea@Example.com,Won,20,EUR,2024-01-06,2024-03-01",
        "3,C. Sales,Lost,30,EUR,2024-03-07,",
        "4,C. Sales,Won,40,,2024-03-08,",
        "5,cy,Won,50,EUR,2024-03-08,",
    )
    person("bea", name="Bea Sales", email="bea@example.com")
    person("cy", name="Cy Sales", email="cy@example.com")
    made.run()
    return made


def matches():
    return {(r["owner_id"], r["person_id"]) for r in selectors.owner_matches().to_pylist()}


def test_owners_are_matched_by_key_and_address_and_by_hand(door, me):
    assert matches() == {("bea", "bea"), ("Bea@Example.com", "bea"), ("cy", "cy")}
    (unknown,) = selectors.unmatched_owners()
    assert (unknown.owner_id, unknown.rows) == ("C. Sales", 2)
    assert "cy" in {candidate.person_id for candidate in unknown.candidates}
    services.match_owner(source="crm", owner_id="C. Sales", person_id="cy", actor=me)
    assert ("C. Sales", "cy") in matches()
    assert selectors.unmatched_owners() == []
    services.forget_match(source="crm", owner_id="C. Sales", actor=me)
    assert len(selectors.unmatched_owners()) == 1


def test_an_owner_set_aside_is_nobody_and_is_not_asked_for_again(door, me):
    services.match_owner(source="crm", owner_id="cy", person_id="", actor=me)
    services.match_owner(source="crm", owner_id="C. Sales", person_id="", actor=me)
    assert "cy" not in {owner for owner, _ in matches()}
    assert selectors.unmatched_owners() == []


def test_nobody_is_matched_to_a_person_who_is_not_there(door, me):
    with pytest.raises(ProblemError):
        services.match_owner(source="crm", owner_id="C. Sales", person_id="x", actor=me)


def test_the_report_tells_gaps_owners_and_currencies(door):
    report = selectors.quality_report()
    (table,) = report.tables
    assert (table.table, table.rows, table.gaps) == ("opportunities", 5, ("2024-02",))
    assert table.months == (("2024-01", 2), ("2024-02", 0), ("2024-03", 3))
    assert [owner.owner_id for owner in report.unmatched] == ["C. Sales"]
    assert [(u.currency, u.rows) for u in report.unknown_currencies] == [("", 1)]


def test_erasing_a_person_erases_the_facts_first(door, me):
    new = people.erase_person(actor=me, person="bea")
    assert [row[0] for row in door.rows()] == ["3", "4", "5"]
    entry = AuditEntry.objects.get(action="facts.person_erased")
    assert entry.subject_id == new


def test_erasing_a_person_forgets_matches_by_hand(door, me):
    services.match_owner(source="crm", owner_id="C. Sales", person_id="cy", actor=me)
    people.erase_person(actor=me, person="cy")
    assert [row[0] for row in door.rows()] == ["1", "2"]
    assert not OwnerMatch.objects.exists()


def test_during_an_import_nobody_is_erased(door, me):
    with locking.writer_lock(), pytest.raises(ProblemError) as refused:
        people.erase_person(actor=me, person="bea")
    assert refused.value.problems[0].code == "facts.import_under_way"
    assert len(door.rows()) == 5
    assert ("bea", "bea") in matches()


def test_only_those_who_may_erase_facts(door, cast):
    with pytest.raises(NotAllowed):
        services.erase_person("bea", actor=cast.actor("rui"), reason="asked")
    gone = services.erase_person("bea", actor=cast.actor("ada"), reason="asked")
    assert gone["opportunities"] == 2


def test_every_title_of_the_contract_has_italian():
    titles = {title for t in FACT_TABLES.values() for title in (t.title, *(c.title for c in t))}
    titles |= {column.title for column in COMMON_COLUMNS}
    assert titles == set(words.TITLES)
    catalogue = polib.pofile("src/vetta/facts/locale/it/LC_MESSAGES/django.po")
    italian = {entry.msgid: entry.msgstr for entry in catalogue if not entry.obsolete}
    assert [title for title in titles if not italian.get(title)] == []
