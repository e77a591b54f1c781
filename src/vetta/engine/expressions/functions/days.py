"""Functions of days and moments."""

from __future__ import annotations

import re

from vetta.engine.expressions.context import Context
from vetta.engine.expressions.dates import add_days, add_months, as_date
from vetta.engine.expressions.functions.model import (
    DATE,
    DAY,
    DAY_OR_MOMENT,
    INT64,
    STRING,
    TEXT,
    WHOLE,
    Call,
    Function,
    as_text,
    as_whole,
    takes,
    wrong_arguments,
)
from vetta.engine.expressions.tree import (
    CastNode,
    LiteralNode,
    Typed,
    call,
    cast,
)
from vetta.engine.schema.types import ColumnType

_DAY = takes("day", DAY_OR_MOMENT)
_TRUNCATIONS = ("week", "month", "quarter", "year")
_DATE_FORMAT = re.compile(r"(?=.*%)(?:%[dmYybBHMSpjf]|[^%])+")
_DATE_PARTS = {
    "YEAR": "year",
    "QUARTER": "quarter",
    "MONTH": "month",
    "WEEK": "week",
    "DAY": "day",
    "WEEKDAY": "isodow",
}


def date_of(context: Context, made: Call) -> Typed:
    return as_date(context.scope.time_zone, made.arguments[0])


def date_part(context: Context, made: Call) -> Typed:
    day = as_date(context.scope.time_zone, made.arguments[0])
    node = call(_DATE_PARTS[made.name], [(day.node, DATE)], INT64)
    return Typed(node, ColumnType.INTEGER)


def truncated_date(context: Context, made: Call) -> Typed:
    unit = made.text(0).lower()
    if unit not in _TRUNCATIONS:
        raise wrong_arguments(
            context, made, f"{unit!r} is no unit.", "Write one of: " + ", ".join(_TRUNCATIONS) + "."
        )
    day = as_date(context.scope.time_zone, made.arguments[1])
    arguments = [(LiteralNode(unit, STRING), STRING), (day.node, DATE)]
    node = CastNode(call("date_trunc", arguments, "timestamp"), DATE)
    return Typed(node, ColumnType.DATE)


def last_day(context: Context, made: Call) -> Typed:
    day = as_date(context.scope.time_zone, made.arguments[0])
    return Typed(call("last_day", [(day.node, DATE)], DATE), ColumnType.DATE)


def moved_by_days(context: Context, made: Call) -> Typed:
    day, count = made.arguments
    return add_days(cast(day, DATE), as_whole(count))


def moved_by_months(context: Context, made: Call) -> Typed:
    day, count = made.arguments
    return add_months(cast(day, DATE), as_whole(count))


def days(context: Context, made: Call) -> Typed:
    zone = context.scope.time_zone
    return days_between(*(as_date(zone, day) for day in made.arguments))


def days_between(first: Typed, second: Typed) -> Typed:
    """Days from the first date to the second."""
    arguments = [(cast(second, DATE), DATE), (cast(first, DATE), DATE)]
    return Typed(call("subtract", arguments, INT64), ColumnType.INTEGER)


def parsed_date(context: Context, made: Call) -> Typed:
    layout = made.text(1)
    if len(layout) > 50 or not _DATE_FORMAT.fullmatch(layout):
        raise wrong_arguments(
            context, made, f"{layout[:50]!r} is no date format.", "Write such as '%d/%m/%Y'."
        )
    arguments = [(as_text(made.arguments[0]), STRING), (made.arguments[1].node, STRING)]
    return Typed(CastNode(call("strptime", arguments, "timestamp"), DATE), ColumnType.DATE)


TABLE = (
    Function(
        "DATE",
        (_DAY,),
        "date",
        "The day of a moment, in the organisation's time zone.",
        ("DATE(TIMESTAMP '2017-03-01 14:30:00')", "2017-03-01"),
        date_of,
    ),
    Function(
        "YEAR",
        (_DAY,),
        "integer",
        "The civil year.",
        ("YEAR(DATE '2017-03-01')", "2017"),
        date_part,
    ),
    Function(
        "QUARTER",
        (_DAY,),
        "integer",
        "The civil quarter, 1–4.",
        ("QUARTER(DATE '2017-05-01')", "2"),
        date_part,
    ),
    Function(
        "MONTH",
        (_DAY,),
        "integer",
        "The month, 1–12.",
        ("MONTH(DATE '2017-03-01')", "3"),
        date_part,
    ),
    Function(
        "WEEK",
        (_DAY,),
        "integer",
        "The ISO week, 1–53.",
        ("WEEK(DATE '2017-03-01')", "9"),
        date_part,
    ),
    Function(
        "DAY",
        (_DAY,),
        "integer",
        "The day of the month.",
        ("DAY(DATE '2017-03-17')", "17"),
        date_part,
    ),
    Function(
        "WEEKDAY",
        (_DAY,),
        "integer",
        "Monday 1 to Sunday 7.",
        ("WEEKDAY(DATE '2017-03-01')", "3"),
        date_part,
    ),
    Function(
        "DATE_TRUNC",
        (takes("unit", TEXT, written=True), _DAY),
        "date",
        "The first day of its week, month, quarter or year (civil).",
        ("DATE_TRUNC('month', DATE '2017-03-17')", "2017-03-01"),
        truncated_date,
    ),
    Function(
        "LAST_DAY",
        (_DAY,),
        "date",
        "The last day of its month.",
        ("LAST_DAY(DATE '2016-02-10')", "2016-02-29"),
        last_day,
    ),
    Function(
        "DATE_ADD",
        (_DAY, takes("interval", frozenset())),
        "date",
        "Later by ``INTERVAL 3 MONTH`` (day to year); also ``day + INTERVAL …``.",
        ("DATE_ADD(DATE '2017-01-31', INTERVAL 1 MONTH)", "2017-02-28"),
        days,
    ),
    Function(
        "DATE_SUB",
        (_DAY, takes("interval", frozenset())),
        "date",
        "Earlier by an interval; also ``day - INTERVAL …``.",
        ("DATE_SUB(DATE '2017-03-01', INTERVAL 1 DAY)", "2017-02-28"),
        days,
    ),
    Function(
        "ADD_DAYS",
        (takes("day", DAY), takes("count", WHOLE)),
        "date",
        "Later by a number of days; earlier where it is negative.",
        ("ADD_DAYS(DATE '2017-03-01', 30)", "2017-03-31"),
        moved_by_days,
    ),
    Function(
        "ADD_MONTHS",
        (takes("day", DAY), takes("count", WHOLE)),
        "date",
        "Later by a number of months; the 31st becomes the last day of a shorter month.",
        ("ADD_MONTHS(DATE '2017-03-31', -1)", "2017-02-28"),
        moved_by_months,
    ),
    Function(
        "DAYS_BETWEEN",
        (takes("from", DAY_OR_MOMENT), takes("to", DAY_OR_MOMENT)),
        "integer",
        "Days from the first to the second; also ``to - from`` of two dates.",
        ("DAYS_BETWEEN(DATE '2017-03-01', DATE '2017-03-31')", "30"),
        days,
    ),
    Function(
        "PARSE_DATE",
        (takes("text", TEXT), takes("format", TEXT, written=True)),
        "date",
        "A day read by a format of ``%d %m %Y %y %b %B %H %M %S %p``; fails where it does not fit.",
        ("PARSE_DATE('31/12/2017', '%d/%m/%Y')", "2017-12-31"),
        parsed_date,
    ),
)
