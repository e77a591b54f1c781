"""Rows matched to the first later event: the reached side of conversions, response times."""

from __future__ import annotations

from typing import Any

import ibis

from vetta.engine.expressions import Scope
from vetta.engine.metrics.definitions import EVENT_AT
from vetta.engine.metrics.query import functions
from vetta.engine.metrics.query.columns import as_date, stored_table
from vetta.engine.metrics.query.filters import condition
from vetta.engine.metrics.query.request import TableQuery
from vetta.engine.schema import ColumnType


def followed(rows: Any, query: TableQuery) -> Any:
    """Adds the moment of the first later event that a row is matched to."""
    follow = query.parts[0].measure.followed_by
    if follow is None:
        return rows
    date = query.parts[0].measure.date
    if follow.column is not None:
        event = rows[follow.column]
        good = event >= rows[date]
        if follow.within_days is not None:
            good = good & (
                functions.days_apart("day", as_date(rows[date]), as_date(event))
                <= follow.within_days
            )
        return rows.mutate(**{EVENT_AT: good.ifelse(event, ibis.null(event.type()))})
    other = query.others[follow.table or ""]
    events = stored_table(follow.table or "", other)
    if follow.where is not None:
        scope = Scope(columns=dict(other.columns), time_zone=query.calendar.time_zone)
        events = events.filter(condition(follow.where, scope).to_ibis(events))
    events = events.select(
        event_source="source",
        event_date=follow.date,
        **{f"event_{column}": column for column in follow.entity.values()},
    )
    matches = [rows.source == events.event_source, rows[date] <= events.event_date]
    matches += [rows[own] == events[f"event_{their}"] for own, their in follow.entity.items()]
    if follow.within_days is not None:
        latest = rows[date] + ibis.interval(days=follow.within_days)
        matches.append(events.event_date <= latest)
    first = (
        rows.select("source", "source_id", date, *_without(follow.entity, date))
        .join(events, matches)
        .group_by(first_source="source", first_id="source_id")
        .agg(**{EVENT_AT: lambda pairs: pairs.event_date.min()})
    )
    return rows.left_join(
        first, [rows.source == first.first_source, rows.source_id == first.first_id]
    ).drop("first_source", "first_id")


def _without(entity: Any, date: str) -> list[str]:
    return [name for name in entity if name not in ("source", "source_id", date)]


def extra_columns(query: TableQuery) -> dict[str, ColumnType]:
    follow = query.parts[0].measure.followed_by
    if follow is None:
        return {}
    columns = query.stored.columns if follow.column else query.others[follow.table or ""].columns
    return {EVENT_AT: columns[follow.column or follow.date or ""]}
