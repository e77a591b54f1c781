"""The stored table as Ibis sees it: only the columns that a question reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ibis

from vetta.engine.expressions import Scope, parse
from vetta.engine.metrics.definitions import EVENT_AT, Measure
from vetta.engine.metrics.dimensions import BORROWED, DIMENSIONS, Home, stage_column
from vetta.engine.metrics.query.filters import NAMES
from vetta.engine.metrics.query.needs import Needs
from vetta.engine.metrics.query.request import StoredTable, TableQuery
from vetta.engine.schema import ColumnType
from vetta.engine.schema.physical import IBIS_TYPES


def stored_table(name: str, stored: StoredTable, used: frozenset[str] | None = None) -> Any:
    """The table as Ibis sees it; fewer columns make a shorter text that is written faster."""
    borrowed = BORROWED.get(name, ())
    return ibis.table(
        {
            column: IBIS_TYPES[type_]
            for column, type_ in stored.columns.items()
            if column not in borrowed and (used is None or column in used)
        },
        name=name,
    )


def used_columns(query: TableQuery, needs: Needs) -> frozenset[str]:
    """The columns that the question reads, and keys that joins may need."""
    columns = query.stored.columns
    found = {"source", "source_id", "opportunity_id", "currency", *needs.names}
    found |= {name.replace("custom.", "custom__", 1) for name in needs.names}
    found |= {
        DIMENSIONS[one].column
        for one in (NAMES.get(n, n) for n in needs.names)
        if one in DIMENSIONS
    }
    if needs.personal:
        found.add("owner_id")
    if any(DIMENSIONS[one].home is Home.ACCOUNT for one in needs.names if one in DIMENSIONS) or (
        "account_name" in needs.names
    ):
        found.add("account_id")
    if "product_family" in needs.names:
        found.add("product_id")
    for part in query.parts:
        found |= _read_by(part.measure, columns)
    return frozenset(found)


def _read_by(measure: Measure, columns: Mapping[str, ColumnType]) -> set[str]:
    found = {measure.date, stage_column(measure)}
    if measure.state is not None:
        found |= {measure.state.opened_on, measure.state.closed_on}
    if measure.elapsed is not None:
        found |= {measure.elapsed.from_column, measure.elapsed.to_column}
    if measure.followed_by is not None:
        found |= {measure.followed_by.column or "", *measure.followed_by.entity}
    scope = Scope(columns={**columns, EVENT_AT: ColumnType.TIMESTAMP})
    for text in (measure.value, measure.where):
        if text is not None and text in columns:
            found.add(text)
        elif text is not None:
            found |= set(_columns_in(text, scope))
    return found


def _columns_in(text: str, scope: Scope) -> frozenset[str]:
    return frozenset(parse(text, scope).columns)


def as_date(column: Any) -> Any:
    return column if column.type().is_date() else column.date()
