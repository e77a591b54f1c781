from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vetta.kernel.calendar import Calendar, Grain
from vetta.kernel.period import Period
from vetta.kernel.problem import ProblemError

QUOTA_DATES = [
    (date(2011, 5, 31), "2011-Q2"),
    (date(2011, 8, 31), "2011-Q3"),
    (date(2011, 12, 1), "2011-Q4"),
    (date(2012, 2, 29), "2012-Q1"),
    (date(2012, 5, 30), "2012-Q2"),
    (date(2012, 8, 30), "2012-Q3"),
    (date(2012, 11, 30), "2012-Q4"),
    (date(2013, 2, 28), "2013-Q1"),
    (date(2013, 5, 30), "2013-Q2"),
    (date(2013, 8, 30), "2013-Q3"),
    (date(2013, 11, 30), "2013-Q4"),
    (date(2014, 3, 1), "2014-Q1"),
    (date(2014, 5, 31), "2014-Q2"),
]
# Years from a Sunday near the end of January; 2017 has 53 weeks.
RETAIL_YEARS = [date(2015, 2, 1), date(2016, 1, 31), date(2017, 1, 29), date(2018, 2, 4)]


def listed() -> Calendar:
    return Calendar.listed(QUOTA_DATES, date(2014, 8, 31))


def weeks(pattern: str = "4-4-5") -> Calendar:
    return Calendar.four_four_five(RETAIL_YEARS, pattern)


calendars = st.one_of(
    st.builds(
        Calendar.standard,
        st.integers(1, 12),
        year_named_by=st.sampled_from(["start", "end", "most"]),
        week_start=st.integers(1, 7),
    ),
    st.builds(weeks, st.sampled_from(["4-4-5", "4-5-4", "5-4-4"])),
    st.builds(listed),
)


@given(
    calendar=calendars,
    grain=st.sampled_from(Grain),
    start=st.dates(date(2015, 2, 1), date(2017, 1, 1)),
    days=st.integers(1, 200),
)
def test_periods_tile_the_time_line(
    calendar: Calendar, grain: Grain, start: date, days: int
) -> None:
    if calendar == listed():
        start -= timedelta(days=3 * 365)
    end = start + timedelta(days=days)
    periods = calendar.periods(grain, start, end)
    assert periods[0].starts_on <= start
    assert periods[-1].ends_on >= end
    for earlier, later in pairwise(periods):
        assert earlier.ends_on == later.starts_on
    assert len({period.label for period in periods}) == len(periods)
    for period in periods:
        assert calendar.period(grain, period.starts_on) == period
        assert calendar.period(grain, period.last_day) == period


@given(calendar=calendars, day=st.dates(date(2015, 2, 1), date(2017, 12, 1)))
def test_finer_periods_lie_within_coarser_ones(calendar: Calendar, day: date) -> None:
    if calendar == listed():
        return  # its quarters cut civil months on purpose
    quarter, year = calendar.period(Grain.QUARTER, day), calendar.period(Grain.YEAR, day)
    month = calendar.period(Grain.MONTH, day)
    assert quarter.overlap(month) == Period(month.starts_on, month.ends_on, quarter.label)
    assert year.overlap(quarter) == Period(quarter.starts_on, quarter.ends_on, year.label)


@given(calendar=calendars)
def test_a_calendar_survives_its_json(calendar: Calendar) -> None:
    assert Calendar.from_json(calendar.to_json()) == calendar


@given(day=st.dates(date(1950, 1, 1), date(2100, 1, 1)))
def test_weeks_from_monday_are_iso_weeks(day: date) -> None:
    iso = day.isocalendar()
    assert Calendar.standard().period("week", day).label == f"{iso.year}-W{iso.week:02d}"


@pytest.mark.parametrize(
    ("grain", "label"),
    [
        ("day", "2017-03-01"),
        ("week", "2017-W09"),
        ("month", "2017-03"),
        ("quarter", "2017-Q1"),
        ("year", "2017"),
    ],
)
def test_labels_of_civil_years(grain: str, label: str) -> None:
    assert Calendar.standard().period(grain, date(2017, 3, 1)).label == label


def test_a_year_from_july_is_named_by_the_year_it_ends_in() -> None:
    day = date(2017, 8, 15)
    named_by_end = Calendar.standard(7)
    assert named_by_end.period("quarter", day) == Period(
        date(2017, 7, 1), date(2017, 10, 1), "2018-Q1"
    )
    assert named_by_end.period("year", day).label == "2018"
    assert Calendar.standard(7, year_named_by="start").period("year", day).label == "2017"


def test_four_four_five_puts_the_53rd_week_into_the_last_month() -> None:
    months = weeks().periods("month", date(2017, 1, 29), date(2018, 2, 4))
    assert [month.days // 7 for month in months] == [4, 4, 5] * 3 + [4, 4, 6]
    assert months[0].label == "2017-P01"
    year = weeks().period("year", date(2017, 6, 1))
    assert (year.days, year.label) == (371, "2017")
    assert weeks().period("year", date(2016, 6, 1)).days == 364


@pytest.mark.parametrize(("pattern", "first"), [("4-5-4", [4, 5, 4]), ("5-4-4", [5, 4, 4])])
def test_other_patterns(pattern: str, first: list[int]) -> None:
    months = weeks(pattern).periods("month", date(2016, 1, 31), date(2016, 5, 1))
    assert [month.days // 7 for month in months] == first


def test_the_53rd_week_may_go_elsewhere() -> None:
    calendar = Calendar.four_four_five(RETAIL_YEARS, extra_week_in=1)
    assert calendar.period("month", date(2017, 2, 1)).days == 35


def test_listed_quarters_keep_their_labels() -> None:
    calendar = listed()
    assert calendar.period("quarter", date(2013, 8, 30)) == Period(
        date(2013, 8, 30), date(2013, 11, 30), "2013-Q3"
    )
    assert calendar.period("quarter", date(2013, 11, 29)).label == "2013-Q3"
    assert calendar.period("year", date(2014, 2, 28)).label == "2013"
    assert calendar.period("month", date(2013, 8, 30)).label == "2013-08"
    assert len(calendar.periods("quarter", date(2000, 1, 1), date(2020, 1, 1))) == 13


def test_listed_months_form_quarters_by_threes() -> None:
    starts = [date(2020, month, 3) for month in range(1, 13)]
    calendar = Calendar.listed(
        [(day, f"2020-P{index:02d}") for index, day in enumerate(starts, 1)],
        date(2021, 1, 3),
        grain="month",
    )
    assert calendar.period("quarter", date(2020, 5, 1)) == Period(
        date(2020, 4, 3), date(2020, 7, 3), "2020-Q2"
    )
    assert calendar.period("month", date(2020, 2, 2)).label == "2020-P01"


def test_a_day_outside_says_what_is_covered() -> None:
    with pytest.raises(ProblemError) as caught:
        listed().period("quarter", date(2014, 8, 31))
    (problem,) = caught.value.problems
    assert problem.code == "calendar.outside"
    assert "2014-08-31" in problem.message
    assert "2011-05-31" in problem.message


def test_the_same_period_a_year_earlier() -> None:
    standard = Calendar.standard()
    leap = standard.period("day", date(2016, 2, 29))
    assert standard.year_earlier("day", leap).label == "2015-02-28"
    for grain, label, earlier in [
        ("month", date(2017, 3, 5), "2016-03"),
        ("quarter", date(2017, 3, 5), "2016-Q1"),
        ("year", date(2017, 3, 5), "2016"),
        ("week", date(2017, 3, 1), "2016-W09"),
    ]:
        assert standard.year_earlier(grain, standard.period(grain, label)).label == earlier
    quarters = listed()
    assert (
        quarters.year_earlier("quarter", quarters.period("quarter", date(2013, 9, 1))).label
        == "2012-Q3"
    )


def test_shifting_there_and_back() -> None:
    calendar = Calendar.standard(4)
    month = calendar.period("month", date(2017, 1, 15))
    assert calendar.shift("month", month, 3).label == "2017-04"
    assert calendar.shift("month", calendar.shift("month", month, -7), 7) == month


def test_a_period_is_found_by_its_label() -> None:
    calendar = listed()
    near = Period(date(2013, 1, 1), date(2014, 1, 1))
    assert calendar.named("quarter", "2013-Q3", near).starts_on == date(2013, 8, 30)
    with pytest.raises(ProblemError) as caught:
        calendar.named("quarter", "2013-Q5", near)
    assert caught.value.problems[0].code == "calendar.unknown_label"


def test_moments_become_business_dates_where_the_organisation_is() -> None:
    evening = datetime(2017, 3, 31, 23, 30, tzinfo=UTC)
    assert Calendar.standard(time_zone="Europe/Rome").business_date(evening) == date(2017, 4, 1)
    assert Calendar.standard(time_zone="America/New_York").business_date(evening) == date(
        2017, 3, 31
    )
    with pytest.raises(ValueError, match="time zone"):
        Calendar.standard().business_date(datetime(2017, 3, 31))


@given(
    day=st.dates(date(1990, 1, 1), date(2035, 1, 1)),
    zone=st.sampled_from(
        ["UTC", "Europe/Rome", "America/Sao_Paulo", "Asia/Kathmandu", "Pacific/Apia", "Asia/Beirut"]
    ),
)
def test_a_business_date_starts_where_the_day_before_ends(day: date, zone: str) -> None:
    calendar = Calendar.standard(time_zone=zone)
    start = calendar.starts_at(day)
    # Apia left a whole day out in 2011; its start is that of the day that came instead.
    assert calendar.business_date(start) >= day
    assert calendar.business_date(start - timedelta(microseconds=1)) < day


def test_working_days_leave_out_weekends_and_holidays() -> None:
    december = Period(date(2024, 12, 1), date(2025, 1, 1))
    assert Calendar.standard().working_days(december) == 22
    holidays = frozenset({date(2024, 12, 25), date(2024, 12, 26), date(2024, 12, 28)})
    assert Calendar.standard(holidays=holidays).working_days(december) == 20
    gulf = Calendar.standard(workdays=frozenset({7, 1, 2, 3, 4}))
    assert gulf.is_working_day(date(2024, 12, 1))
    assert not gulf.is_working_day(date(2024, 12, 6))


def test_yaml_may_write_dates_as_dates() -> None:
    calendar = Calendar.from_json(
        {
            "kind": "listed",
            "periods": [{"starts_on": date(2020, 1, 1), "label": "2020-Q1"}],
            "ends_on": date(2020, 4, 1),
            "time_zone": "Europe/Rome",
            "holidays": ["2020-01-06"],
        }
    )
    assert calendar.time_zone == "Europe/Rome"
    assert calendar.holidays == {date(2020, 1, 6)}


@pytest.mark.parametrize(
    ("data", "code", "words"),
    [
        ({"kind": "lunar"}, "calendar.unknown_kind", "standard"),
        ({"start_mont": 4}, "calendar.unknown_key", "start_month"),
        ({"start_month": 13}, "calendar.bad_start_month", "12"),
        ({"start_month": "4"}, "calendar.bad_value", "whole number"),
        ({"start_month": 4, "year_named_by": "luck"}, "calendar.bad_year_naming", "end"),
        ({"time_zone": "Europe/Atlantis"}, "calendar.unknown_time_zone", "Europe/Rome"),
        ({"time_zone": "../etc/passwd"}, "calendar.unknown_time_zone", "IANA"),
        ({"time_zone": 5}, "calendar.unknown_time_zone", "IANA"),
        ({"week_start": 0}, "calendar.bad_weekday", "week_start"),
        ({"holidays": ["25.12.2020"]}, "calendar.bad_value", "2013-08-30"),
        ({"kind": "weeks", "year_starts": ["2017-01-29"]}, "calendar.too_few_years", "day after"),
        (
            {"kind": "weeks", "year_starts": ["2017-01-29", "2018-01-29"]},
            "calendar.bad_year_length",
            "364",
        ),
        (
            {"kind": "weeks", "year_starts": ["2017-01-29", "2018-02-04"], "pattern": "4-4-4"},
            "calendar.bad_pattern",
            "4-4-5",
        ),
        ({"kind": "weeks"}, "calendar.bad_value", "list"),
        ({"kind": "listed", "periods": [], "ends_on": "2020-01-01"}, "calendar.no_periods", "List"),
        (
            {
                "kind": "listed",
                "periods": [["2020-01-01", "2020-Q1"], ["2020-04-01", "2020-Q1"]],
                "ends_on": "2020-07-01",
            },
            "calendar.same_label",
            "label",
        ),
        (
            {"kind": "listed", "periods": [["2020-04-01", "2020-Q2"]], "ends_on": "2020-01-01"},
            "calendar.disordered",
            "order",
        ),
        (
            {
                "kind": "listed",
                "periods": [
                    ["2020-01-01", "2020-Q1"],
                    ["2020-04-01", "2021-Q1"],
                    ["2020-07-01", "2020-Q2"],
                ],
                "ends_on": "2020-10-01",
            },
            "calendar.scattered_year",
            "hyphen",
        ),
        ({"kind": "listed", "periods": [5], "ends_on": "2020-01-01"}, "calendar.bad_value", "Q3"),
        (
            {
                "kind": "listed",
                "periods": [["2020-01-01", " "]],
                "ends_on": "2020-04-01",
            },
            "calendar.no_label",
            "2013-Q3",
        ),
    ],
)
def test_a_wrong_calendar_says_what_to_write(data: dict, code: str, words: str) -> None:
    with pytest.raises(ProblemError) as caught:
        Calendar.from_json(data)
    (problem,) = caught.value.problems
    assert problem.code == code
    assert words in problem.message + problem.hint


def test_a_moment_is_no_day() -> None:
    with pytest.raises(TypeError, match="business_date"):
        Calendar.standard().period("day", datetime(2017, 1, 1, tzinfo=UTC))


def test_an_empty_period_is_refused() -> None:
    with pytest.raises(ValueError, match="no longer belongs"):
        Period(date(2017, 1, 1), date(2017, 1, 1))
