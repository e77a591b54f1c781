from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vetta.kernel.timeline import Dated, Standing, Timeline

JANUARY, MARCH, JUNE = date(2020, 1, 1), date(2020, 3, 1), date(2020, 6, 1)
LEARNT = datetime(2020, 1, 5, tzinfo=UTC)
LATER = datetime(2020, 4, 1, tzinfo=UTC)


def test_ended_differs_from_never_was() -> None:
    team: Timeline[str] = Timeline([Dated("East", JANUARY, MARCH)])
    assert team.at(date(2020, 2, 1)).standing is Standing.HOLDS
    assert team.at(MARCH).standing is Standing.ENDED
    assert team.at(MARCH).value is None
    assert team.at(MARCH).entry == Dated("East", JANUARY, MARCH)
    assert team.at(date(2019, 1, 1)).standing is Standing.NOT_YET
    assert Timeline[str]().at(MARCH).standing is Standing.NEVER


def test_the_end_is_exclusive_and_the_start_is_not() -> None:
    team = Timeline([Dated("East", JANUARY, MARCH), Dated("West", MARCH)])
    assert team.value_at(JANUARY) == "East"
    assert team.value_at(MARCH - timedelta(days=1)) == "East"
    assert team.value_at(MARCH) == "West"
    assert team.value_at(date(9999, 12, 31)) == "West"


def test_a_gap_has_ended() -> None:
    team = Timeline([Dated("East", JANUARY, MARCH), Dated("West", JUNE)])
    answer = team.at(date(2020, 4, 1))
    assert answer.standing is Standing.ENDED
    assert answer.entry is not None
    assert answer.entry.value == "East"


def test_what_was_known_stays_readable() -> None:
    first = Timeline[str]().changed("East", JANUARY, known_from=LEARNT)
    corrected = first.changed("West", MARCH, known_from=LATER)
    day = date(2020, 5, 1)
    assert corrected.value_at(day) == "West"
    assert corrected.value_at(day, known_at=LATER - timedelta(seconds=1)) == "East"
    assert corrected.value_at(day, known_at=LEARNT - timedelta(seconds=1)) is None
    assert corrected.value_at(date(2020, 2, 1)) == "East"


def test_a_change_in_the_middle_leaves_both_sides() -> None:
    line = Timeline[str]().changed("East", JANUARY, known_from=LEARNT)
    line = line.changed("leave", MARCH, JUNE, known_from=LATER)
    assert [line.value_at(day) for day in (JANUARY, MARCH, JUNE)] == ["East", "leave", "East"]


def test_an_end_can_be_learnt() -> None:
    line = Timeline[str]().changed("East", JANUARY, known_from=LEARNT)
    ended = line.ended(MARCH, known_from=LATER)
    assert ended.at(MARCH).standing is Standing.ENDED
    assert ended.value_at(MARCH, known_at=LEARNT) == "East"


def test_knowledge_does_not_go_backwards() -> None:
    line = Timeline[str]().changed("East", JANUARY, known_from=LATER)
    with pytest.raises(ValueError, match="already known"):
        line.changed("West", MARCH, known_from=LEARNT)


def test_two_values_at_once_are_refused() -> None:
    with pytest.raises(ValueError, match="two values hold"):
        Timeline([Dated("East", JANUARY, JUNE), Dated("West", MARCH)])
    superseded = Dated("East", JANUARY, JUNE, LEARNT, LATER)
    assert len(Timeline([superseded, Dated("West", MARCH, None, LATER)])) == 2


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Dated("x", MARCH, MARCH),
        lambda: Dated("x", MARCH, None, datetime(2020, 1, 1)),
        lambda: Dated("x", MARCH, None, LATER, LEARNT),
    ],
)
def test_impossible_entries_are_refused(wrong) -> None:
    with pytest.raises(ValueError):
        wrong()


def test_entries_are_cut_to_a_window() -> None:
    line = Timeline([Dated("East", JANUARY, MARCH), Dated("West", MARCH)])
    cut = line.within(date(2020, 2, 1), JUNE)
    assert [(entry.value, entry.starts_on, entry.ends_on) for entry in cut] == [
        ("East", date(2020, 2, 1), MARCH),
        ("West", MARCH, JUNE),
    ]
    assert line.within(date(2019, 1, 1), JANUARY) == []


changes = st.lists(
    st.tuples(
        st.sampled_from("abcd"), st.integers(0, 60), st.one_of(st.none(), st.integers(1, 40))
    ),
    max_size=8,
)


@given(changes=changes, asked=st.integers(-5, 110), moment=st.integers(-1, 9))
def test_a_timeline_answers_as_a_list_of_changes_would(changes, asked: int, moment: int) -> None:
    """The plain way: replay what was learnt up to a moment, day by day."""
    line: Timeline[str] = Timeline()
    days: dict[int, str] = {}
    for step, (value, start, length) in enumerate(changes):
        starts_on = JANUARY + timedelta(days=start)
        ends_on = None if length is None else starts_on + timedelta(days=length)
        line = line.changed(value, starts_on, ends_on, known_from=LEARNT + timedelta(days=step))
        if step <= moment:
            last = 200 if length is None else start + length
            days.update(dict.fromkeys(range(start, last), value))
    known_at = LEARNT + timedelta(days=moment)
    assert line.value_at(JANUARY + timedelta(days=asked), known_at) == days.get(asked)
