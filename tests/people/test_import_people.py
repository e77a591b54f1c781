"""People through the import door: idempotent, in any order of rows, with problems that help."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from vetta.people import selectors, services
from vetta.people.models import DatedRow, ImportedRow, Person, PersonVersion
from vetta.people.receivers import RECEIVERS

from .factories import Clock, person

pytestmark = pytest.mark.django_db

BY_NAME = {receiver.schema.name: receiver for receiver in RECEIVERS}


@dataclass
class Context:
    batch_id: str = "b1"
    source: str = "crm"
    actor: object = None
    known_at: datetime = field(default_factory=lambda: datetime.now(UTC))


def bring(rows, table="people", batch="b1", source="crm"):
    """Check, leave out what is refused, apply the rest; (problems, counts)."""
    receiver, context = BY_NAME[table], Context(batch_id=batch, source=source)
    problems = receiver.check(rows, context=context)
    refused = {problem.row for problem in problems if problem.severity == "error"}
    good = [row for index, row in enumerate(rows) if index not in refused]
    return problems, receiver.apply(good, context=context)


def places():
    """Who is where now: {person: (name, team, region, manager)}."""
    return {
        row["person_id"]: (
            row["person_name"],
            row["team_name"],
            row["team_region"],
            row["manager_id"],
        )
        for row in selectors.person_intervals().to_pylist()
        if row["ends_on"] == date(9999, 12, 31)
    }


TEAM = [
    {"person_id": "1", "name": "Ann", "team": "East", "team_region": "Boston", "manager_id": "2"},
    {"person_id": "2", "name": "Max", "team": "East", "team_region": "Boston", "manager_id": None},
]


def test_a_person_arrives_with_seat_team_region_and_a_manager_from_a_later_row():
    problems, counts = bring(TEAM)
    assert problems == []
    assert counts == {"inserted": 2, "updated": 0, "unchanged": 0}
    assert places() == {
        "1": ("Ann", "East", "Boston", "2"),
        "2": ("Max", "East", "Boston", None),
    }


def test_the_same_rows_twice_change_nothing():
    bring(TEAM)
    before, revision = _rows(), selectors.revision()
    problems, counts = bring(TEAM, batch="b2")
    assert problems == []
    assert counts == {"inserted": 0, "updated": 0, "unchanged": 2}
    assert _rows() == before
    assert selectors.revision() == revision


def _rows():
    return {
        model.__name__: list(model.objects.order_by("pk").values())
        for model in (*DatedRow.__subclasses__(), ImportedRow, Person)
    }


def test_one_changed_row_changes_one_person_from_today_on():
    clock = Clock()
    with clock():
        bring(TEAM)
    clock.tick(days=1)
    with clock():
        _problems, counts = bring([{**TEAM[0], "team": "West", "team_region": "LA"}, TEAM[1]])
    assert counts == {"inserted": 0, "updated": 1, "unchanged": 1}
    rows = [r for r in selectors.person_intervals().to_pylist() if r["person_id"] == "1"]
    assert [(r["team_name"], r["starts_on"]) for r in rows] == [
        ("East", date(1900, 1, 1)),
        ("West", date(2024, 6, 4)),
    ]


def test_a_change_by_hand_outlives_the_same_file():
    bring(TEAM)
    services.change_person(actor=None, person="1", name="Anna")
    bring(TEAM, batch="b2")
    assert places()["1"][0] == "Anna"


def test_an_unknown_manager_is_refused_with_the_nearest_name_and_so_is_who_needs_the_row():
    rows = [
        {"person_id": "Anna Rossi", "name": "Anna Rossi", "manager_id": "Marko Bianchi"},
        {"person_id": "Marco Bianchi", "name": "Marco Bianchi", "manager_id": None},
        {"person_id": "x", "name": "X", "manager_id": "Anna Rossi"},
    ]
    problems, counts = bring(rows)
    assert [(problem.code, problem.row) for problem in problems] == [
        ("people.unknown_manager", 0),
        ("people.unknown_manager", 2),
    ]
    assert "Marco Bianchi" in problems[0].hint
    assert problems[0].column == "manager_id"
    assert counts["inserted"] == 1


def test_a_circle_within_a_file_refuses_the_row_that_closes_it():
    rows = [
        {"person_id": "a", "name": "A", "manager_id": "b"},
        {"person_id": "b", "name": "B", "manager_id": "c"},
        {"person_id": "c", "name": "C", "manager_id": "a"},
    ]
    problems, counts = bring(rows)
    codes = {problem.row: problem.code for problem in problems}
    assert codes[2] == "people.cycle"
    # Without c, b has no manager to report to, and without b, a has none.
    assert codes[1] == codes[0] == "people.unknown_manager"
    assert counts["inserted"] == 0


def test_two_people_may_swap_their_seats_in_one_file():
    first = [
        {"person_id": "a", "name": "A", "position_id": "p", "starts_on": None},
        {"person_id": "b", "name": "B", "position_id": "q", "starts_on": None},
    ]
    bring(first)
    day = date(2024, 1, 1)
    swapped = [
        {"person_id": "a", "name": "A", "position_id": "q", "starts_on": day},
        {"person_id": "b", "name": "B", "position_id": "p", "starts_on": day},
    ]
    problems, _counts = bring(swapped, batch="b2")
    assert problems == []


def test_a_second_whole_share_of_one_seat_is_refused_and_two_halves_are_not():
    whole = [
        {"person_id": "a", "name": "A", "position_id": "p"},
        {"person_id": "b", "name": "B", "position_id": "p"},
    ]
    problems, counts = bring(whole)
    assert [(one.code, one.row) for one in problems] == [("people.position_full", 1)]
    assert counts["inserted"] == 1
    halves = [
        {"person_id": key, "name": key, "position_id": "q", "share": Decimal("0.5")}
        for key in ("c", "d")
    ]
    problems, _counts = bring(halves, batch="b2")
    assert problems == []


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"hired_on": date(2020, 1, 1), "left_on": date(2019, 1, 1)}, "people.bad_dates"),
        ({"starts_on": date(1850, 1, 1)}, "people.bad_dates"),
        ({"hired_on": date(2020, 1, 1), "starts_on": date(2019, 1, 1)}, "people.bad_dates"),
        ({"name": " "}, "people.name_missing"),
        ({"title": "x" * 201}, "people.too_long"),
        ({"name": "A\x00"}, "people.bad_character"),
        ({"share": Decimal("1.5"), "position_id": "p"}, "people.bad_share"),
    ],
)
def test_a_row_that_cannot_be_is_refused_alone(fields, code):
    problems, counts = bring([{"person_id": "a", "name": "A", **fields}, TEAM[1]])
    assert [(one.code, one.row) for one in problems] == [(code, 0)]
    assert problems[0].message
    assert counts["inserted"] == 1


def test_several_rows_of_a_person_make_a_history_in_any_order():
    rows = [
        {"person_id": "a", "name": "A", "team": "Two", "starts_on": date(2023, 1, 1)},
        {"person_id": "a", "name": "A", "team": "One", "starts_on": date(2022, 1, 1)},
    ]
    problems, counts = bring(rows)
    assert problems == []
    assert counts["inserted"] == 2
    history = [
        (r["team_name"], r["starts_on"])
        for r in selectors.person_intervals().to_pylist()
        if r["team_name"]
    ]
    assert history == [("One", date(2022, 1, 1)), ("Two", date(2023, 1, 1))]
    assert bring(rows, batch="b2")[1] == {"inserted": 0, "updated": 0, "unchanged": 2}


def test_two_different_rows_from_the_same_day_on_are_a_duplicate():
    problems, _counts = bring([TEAM[1], {**TEAM[1], "name": "Other"}])
    assert [(one.code, one.row) for one in problems] == [("people.duplicate_row", 1)]


def test_a_second_source_knows_the_person_by_the_address():
    bring([{"person_id": "1", "name": "Ann", "email": "ann@example.test"}])
    problems, _counts = bring(
        [{"person_id": "E-77", "name": "Ann B.", "email": "Ann@Example.test"}],
        batch="b2",
        source="erp",
    )
    assert problems == []
    assert list(Person.objects.values_list("key", flat=True)) == ["1"]
    assert selectors.person_identities().to_pylist() == [
        {"source": "crm", "external_id": "1", "person_id": "1"},
        {"source": "erp", "external_id": "E-77", "person_id": "1"},
    ]


def test_the_same_id_of_somebody_else_in_another_source_is_refused():
    bring([{"person_id": "1", "name": "Ann", "email": "ann@example.test"}])
    problems, _counts = bring(
        [{"person_id": "1", "name": "Zoe", "email": "zoe@example.test"}], batch="b2", source="erp"
    )
    assert [one.code for one in problems] == ["people.key_taken"]


def test_leaving_ends_the_seat_and_a_file_silent_on_leaving_does_not_undo_it():
    bring(TEAM)
    services.end_employment(actor=None, person="1", ends_on=date(2024, 2, 1))
    bring([{**TEAM[0], "name": "Ann C."}, TEAM[1]], batch="b2")
    (row,) = [
        r
        for r in selectors.person_intervals().to_pylist()
        if r["person_id"] == "1" and r["ends_on"] == date(9999, 12, 31)
    ]
    assert row["status"] == "none"


def test_custom_columns_become_typed_attributes():
    rows = [
        {"person_id": "a", "name": "A", "custom__ramp": 3, "custom__area": "North"},
        {"person_id": "b", "name": "B", "custom__ramp": "three", "custom__area": None},
    ]
    problems, _counts = bring(rows)
    assert [(one.code, one.row, one.column) for one in problems] == [
        ("people.attribute_type", 1, "custom__ramp")
    ]


def test_undo_gives_back_what_was_before_and_keeps_what_was_known():
    clock = Clock()
    with clock():
        bring(TEAM)
    between = clock.tick()
    with clock():
        bring([{**TEAM[0], "name": "Anna"}, {"person_id": "3", "name": "New"}], batch="b2")
    assert set(places()) == {"1", "2", "3"}
    after = clock.tick()
    with clock():
        assert BY_NAME["people"].undo(context=Context(batch_id="b2")) == []
        assert BY_NAME["teams"].undo(context=Context(batch_id="b2")) == []
    assert places() == {"1": ("Ann", "East", "Boston", "2"), "2": ("Max", "East", "Boston", None)}
    assert "3" in selectors.person_intervals(after)["person_id"].to_pylist()
    assert "3" not in selectors.person_intervals(between)["person_id"].to_pylist()
    with clock():
        clock.tick()
        assert BY_NAME["people"].undo(context=Context(batch_id="b1")) == []
    assert places() == {}


def test_undo_is_refused_with_the_list_where_a_hand_or_an_import_changed_the_same_since():
    bring(TEAM)
    services.change_person(actor=None, person="1", name="Anna")
    (problem,) = BY_NAME["people"].undo(context=Context(batch_id="b1"))
    assert problem.code == "people.undo_conflict"
    assert places()["1"][0] == "Anna"
    bring([{**TEAM[1], "email": "max@example.test"}], batch="b2")
    problems = BY_NAME["people"].undo(context=Context(batch_id="b1"))
    assert any("b2" in one.message for one in problems)


def test_a_thousand_rows_take_a_fixed_number_of_queries():
    rows = [
        {
            "person_id": f"p{n}",
            "name": f"Person {n}",
            "email": f"p{n}@example.test",
            "title": "Rep",
            "team": f"Team {n % 40}",
            "manager_id": f"p{n // 10}" if n else None,
            "custom__area": f"Area {n % 7}",
        }
        for n in range(1000)
    ]
    with CaptureQueriesContext(connection) as first:
        problems, counts = bring(rows)
    assert problems == []
    assert counts["inserted"] == 1000
    written = [query for query in first if query["sql"].startswith("INSERT")]
    assert len(first) - len(written) <= 50
    assert len(written) <= 120  # SQLite takes some 90 rows a statement
    with CaptureQueriesContext(connection) as again:
        assert bring(rows, batch="b2")[1]["unchanged"] == 1000
    assert len(again) <= 25
    with CaptureQueriesContext(connection) as change:
        bring([{**rows[5], "team": "Team 6"}, *rows[6:]], batch="b3")
    assert len(change) <= 60


def test_tables_of_one_batch_see_one_another_before_anything_is_written():
    context = Context()
    people = [{"person_id": "a", "name": "A"}, {"person_id": "b", "name": "B"}]
    lines = [{"person_id": "a", "manager_id": "b"}, {"person_id": "a", "manager_id": "zz"}]
    assert BY_NAME["people"].check(people, context=context) == []
    problems = BY_NAME["reporting_lines"].check(lines, context=context)
    assert [(one.code, one.row) for one in problems] == [("people.unknown_manager", 1)]
    assert not PersonVersion.objects.exists()


def test_assignments_lines_teams_and_positions_by_their_own_tables():
    bring(
        [
            {"team_id": "n", "name": "North", "parent_id": "g", "region": "EU"},
            {"team_id": "g", "name": "Group", "parent_id": None, "region": None},
        ],
        "teams",
    )
    bring([{"person_id": "a", "name": "A"}, {"person_id": "b", "name": "B"}])
    bring(
        [
            {"position_id": "boss", "title": "Boss", "team": "g", "manager_position_id": None},
            {"position_id": "seat", "title": "Rep", "team": "n", "manager_position_id": "boss"},
        ],
        "positions",
    )
    problems, _ = bring(
        [
            {"person_id": "a", "position_id": "seat", "starts_on": date(2024, 1, 1)},
            {"person_id": "b", "position_id": "boss", "starts_on": date(2024, 1, 1)},
            {"person_id": "b", "position_id": "nowhere", "starts_on": date(2024, 1, 1)},
        ],
        "assignments",
    )
    assert [(one.code, one.row) for one in problems] == [("people.unknown", 2)]
    assert places() == {"a": ("A", "North", "EU", "b"), "b": ("B", "Group", None, None)}
    problems, _ = bring(
        [
            {"person_id": "a", "manager_id": "b", "kind": "overlay", "roll": Decimal("0.2")},
            {"person_id": "b", "manager_id": "a", "kind": "overlay", "roll": Decimal("0.2")},
        ],
        "reporting_lines",
    )
    assert [(one.code, one.row) for one in problems] == [("people.cycle", 1)]
    bring(
        [
            {
                "person_id": "a",
                "name": "territory",
                "value": "7",
                "type": "integer",
                "starts_on": date(2024, 1, 1),
                "ends_on": date(2024, 6, 1),
            }
        ],
        "person_attributes",
    )


def test_an_overlapping_assignment_is_refused():
    bring([{"person_id": "a", "name": "A"}])
    bring([{"position_id": "p"}, {"position_id": "q"}], "positions")
    problems, _ = bring(
        [
            {
                "person_id": "a",
                "position_id": "p",
                "starts_on": date(2024, 1, 1),
                "ends_on": date(2024, 6, 1),
            },
            {"person_id": "a", "position_id": "q", "starts_on": date(2024, 3, 1)},
        ],
        "assignments",
    )
    assert [(one.code, one.row) for one in problems] == [("people.overlapping_assignment", 1)]


def test_an_end_brought_later_cuts_what_was_open():
    person("a")
    person("b")
    bring(
        [{"person_id": "a", "manager_id": "b", "starts_on": date(2024, 1, 1)}],
        "reporting_lines",
        source="hr",
    )
    bring(
        [
            {
                "person_id": "a",
                "manager_id": "b",
                "starts_on": date(2024, 1, 1),
                "ends_on": date(2024, 3, 1),
            }
        ],
        "reporting_lines",
        batch="b2",
        source="hr",
    )
    rows = [r for r in selectors.person_intervals().to_pylist() if r["person_id"] == "a"]
    assert [(r["manager_id"], r["starts_on"]) for r in rows] == [
        (None, date(1900, 1, 1)),
        ("b", date(2024, 1, 1)),
        (None, date(2024, 3, 1)),
    ]
