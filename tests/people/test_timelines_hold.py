"""Random sequences of dated changes against a slow model that knows nothing of spans."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from vetta.core import clock
from vetta.kernel.problem import ProblemError
from vetta.people import selectors, services
from vetta.people.contracts import Move
from vetta.people.models import DatedRow
from vetta.people.spans import Span, painted, pieces

from .factories import person

FIRST = date(2024, 1, 1)
DAYS = 24
PEOPLE = ("a", "b", "c", "d")

days = st.integers(0, DAYS - 1)
changes = st.one_of(
    st.tuples(
        st.just("manager"), st.sampled_from(PEOPLE), st.sampled_from(("", *PEOPLE)), days, days
    ),
    st.tuples(st.just("title"), st.sampled_from(PEOPLE), st.sampled_from("xyz"), days, days),
    st.tuples(st.just("leave"), st.sampled_from(PEOPLE), st.just(""), days, days),
)


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


class Model:
    """Day by day, a dictionary."""

    def __init__(self) -> None:
        self.manager = {(p, d): None for p in PEOPLE for d in range(DAYS)}
        self.title = {(p, d): "Account executive" for p in PEOPLE for d in range(DAYS)}
        self.status = {(p, d): "active" for p in PEOPLE for d in range(DAYS)}

    def set(self, what: str, who: str, value: str, start: int, end: int) -> bool:
        """Whether the change is allowed; nothing changes if not."""
        table = {"manager": self.manager, "title": self.title, "leave": self.status}[what]
        changed = dict(table)
        for at in range(start, end):
            changed[who, at] = (value or None) if what == "manager" else value or "leave"
        if what == "manager" and any(self.circle(changed, who, d) for d in range(start, end)):
            return False
        table.update(changed)
        return True

    @staticmethod
    def circle(manager, who: str, at: int) -> bool:
        seen, person_ = set(), who
        while person_ is not None and person_ not in seen:
            seen.add(person_)
            person_ = manager[person_, at]
        return person_ is not None

    def answer(self) -> dict:
        return {
            (p, d): (self.manager[p, d], self.title[p, d], self.status[p, d])
            for p in PEOPLE
            for d in range(DAYS)
        }


def answer(known_at=None) -> dict:
    """What the intervals say, day by day; they neither overlap nor leave gaps."""
    found = {}
    for row in selectors.person_intervals(known_at).to_pylist():
        for at in range(DAYS):
            if row["starts_on"] <= day(at) < row["ends_on"]:
                key = (row["person_id"], at)
                assert key not in found, "two intervals of one person overlap"
                found[key] = (row["manager_id"], row["title"], row["status"])
    return found


def apply(change, start: int, end: int) -> None:
    what, who, value, *_days = change
    if what == "leave":
        services.start_leave(actor=None, person=who, starts_on=day(start), ends_on=day(end))
        return
    field = {"manager": {"manager": value}, "title": {"title": value}}[what]
    services.move_person(
        actor=None, move=Move(person=who, starts_on=day(start), ends_on=day(end), **field)
    )


class TimelinesHold(TestCase):
    @settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.lists(changes, max_size=8))
    def test_every_day_is_as_the_slow_model_says_and_the_past_never_changes(self, sequence):
        model, known = Model(), []
        moment = datetime(2024, 5, 1, tzinfo=UTC)
        with clock.stopped_at(moment):
            for key in PEOPLE:
                person(key)
        for change in sequence:
            start, end = sorted(change[3:])
            if start == end:
                continue
            moment += timedelta(hours=1)
            with clock.stopped_at(moment):
                if model.set(*change[:3], start, end):
                    apply(change, start, end)
                else:
                    with pytest.raises(ProblemError):
                        apply(change, start, end)
            expected = model.answer()
            assert answer() == expected
            known.append((moment + timedelta(minutes=1), expected))
        for at, expected in known:
            assert answer(at) == expected
        for model_class in DatedRow.__subclasses__():
            _assert_no_overlap(model_class)


def _assert_no_overlap(model_class) -> None:
    """Neither in business time nor in known time do two rows of one timeline overlap."""
    rows = list(model_class.objects.all())
    names = ("person_id", "position_id", "team_id", "attribute_id", "kind", "is_main")
    for index, one in enumerate(rows):
        for other in rows[index + 1 :]:
            if any(getattr(one, n, None) != getattr(other, n, None) for n in names):
                continue
            in_time = (one.ends_on is None or other.starts_on < one.ends_on) and (
                other.ends_on is None or one.starts_on < other.ends_on
            )
            known = (one.known_to is None or other.known_from < one.known_to) and (
                other.known_to is None or one.known_from < other.known_to
            )
            # Assignments of different kinds of the same person may differ by position.
            assert not (in_time and known), (one, other)


spans = st.lists(
    st.tuples(st.integers(0, 20), st.integers(0, 20), st.sampled_from("abc")), max_size=6
)


@given(spans, st.integers(0, 20), st.integers(0, 20), st.sampled_from(["a", "z", None]))
def test_painting_is_what_painting_day_by_day_would_be(given_spans, start, end, value):
    line: list[Span[str]] = []
    by_day: dict[int, str | None] = dict.fromkeys(range(21))
    for first, last, letter in [*given_spans, (start, end, value)]:
        if first >= last:
            continue
        line = painted(line, first, last, letter)
        by_day.update(dict.fromkeys(range(first, last), letter))
    assert {d: p.value for p in pieces(line, 0, 21) for d in range(p.start, p.end)} == by_day
    assert all(
        a.end < b.start or (a.end == b.start and a.value != b.value) for a, b in pairwise(line)
    )
