"""Functions of DuckDB that Ibis does not spell exactly."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import ibis
import ibis.expr.datatypes as dt


@ibis.udf.scalar.builtin(
    name="timezone", signature=((dt.string, dt.Timestamp("UTC")), dt.timestamp)
)
def in_zone(zone, moment):  # type: ignore[no-untyped-def]
    """The wall clock of a moment in a time zone."""


@ibis.udf.scalar.builtin(name="date_diff", signature=((dt.string, dt.date, dt.date), dt.int64))
def days_apart(unit, first, last):  # type: ignore[no-untyped-def]
    """Whole days from the first date to the last."""


@ibis.udf.scalar.builtin(
    name="date_diff", signature=((dt.string, dt.Timestamp("UTC"), dt.Timestamp("UTC")), dt.int64)
)
def seconds_apart(unit, first, last):  # type: ignore[no-untyped-def]
    """Whole seconds from the first moment to the last."""


@ibis.udf.scalar.builtin(name="date_trunc", signature=((dt.string, dt.date), dt.timestamp))
def _truncated(unit, day):  # type: ignore[no-untyped-def]
    """A timestamp, whatever Ibis believes of DuckDB's date_trunc."""


def first_of(unit: str, column: Any) -> Any:
    """The first day of the civil week, month, quarter or year of a date."""
    return _truncated(unit, column).date()


def business_date(column: Any, zone: str) -> Any:
    """The date of a date or UTC moment in the organisation's time zone."""
    return column if column.type().is_date() else in_zone(zone, column).date()


def day(value: date) -> Any:
    """A date literal."""
    return ibis.literal(value.isoformat()).cast("date")


def moment(value: datetime) -> Any:
    """A UTC moment as literal."""
    return ibis.literal(value.strftime("%Y-%m-%d %H:%M:%S+00:00")).cast(dt.Timestamp("UTC"))
