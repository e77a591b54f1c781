"""Puts the two levels together and writes them as SQL text for DuckDB."""

from __future__ import annotations

from typing import Any

import ibis

from vetta.engine.metrics.definitions import EVENT_AT
from vetta.engine.metrics.query.facts_level import (
    CLOSED,
    ON,
    OPENED,
    PERIOD,
    contributions,
    fact_rows,
    is_direct,
    single,
    summed,
)
from vetta.engine.metrics.query.joined_level import RATE, grouped, joined
from vetta.engine.metrics.query.needs import needs_of
from vetta.engine.metrics.query.request import TableQuery


def compile_query(query: TableQuery) -> str:
    """The SQL text of the question to one table.

    Its columns: ``d0``, ``d1``, … (members' ids as text), ``kpi_period`` (the period's first
    day), ``kpi_target``, and for each part ``<key>_v`` (value), ``<key>_n`` (rows), ``<key>_k``
    (rows with a value), ``<key>_x`` (rows whose amount has no rate).

    Raises:
        ProblemError: where the filter is wrong.
    """
    needs = needs_of(query)
    rows, known = fact_rows(query, needs)
    rows = contributions(rows, query)
    sums = single(rows, query) if is_direct(query, needs) else summed(rows, query, needs, known)
    return _sql(grouped(joined(sums, query, needs, known), query, needs))


def compile_unconverted(query: TableQuery) -> str:
    """The amounts that no rate converts: (currency, sum, rows), as SQL text."""
    needs = needs_of(query)
    rows, known = fact_rows(query, needs)
    rows = joined(summed(contributions(rows, query), query, needs, known), query, needs, known)
    part = next(part for part in query.parts if part.money)
    counts = rows[f"{part.key}_k"] if f"{part.key}_k" in rows.columns else rows[f"{part.key}_n"]
    rows = rows.filter(rows[RATE].isnull(), counts > 0)
    return _sql(
        rows.group_by(currency=rows.currency).agg(
            amount=rows[f"{part.key}_s"].sum(),
            number=(
                rows[f"{part.key}_k"] if f"{part.key}_k" in rows.columns else rows[f"{part.key}_n"]
            ).sum(),
        )
    )


def compile_drill(query: TableQuery, *, limit: int, offset: int) -> tuple[str, str]:
    """The rows behind a figure, and how many there are with their sums, as two SQL texts.

    Each part contributes ``<key>_v``; over all pages these sum to the part's value (distinct
    counts: the distinct ones are counted).
    """
    needs = needs_of(query)
    rows, known = fact_rows(query, needs, whole=True)
    rows = contributions(rows, query)
    rows = joined(single(rows, query), query, needs, known)
    if query.covered_by is not None:
        rows = rows.filter(rows.kpi_is_covered)
    shown = _shown(rows, query)
    page = shown.order_by(ON, "source", "source_id").limit(limit, offset=offset)
    totals = {"rows": shown.count()}
    for part in query.parts:
        totals[f"{part.key}_v"] = _total(shown, part.key, part.measure.aggregate)
        totals[f"{part.key}_n"] = shown[f"{part.key}_n"].sum()
    return _sql(page), _sql(shown.agg(**totals))


def _shown(rows: Any, query: TableQuery) -> Any:
    columns: dict[str, Any] = {"source": rows.source, "source_id": rows.source_id, ON: rows[ON]}
    internal = {OPENED, CLOSED, PERIOD, "batch_id", "ingested_at"}
    for name in query.stored.columns:
        if name in rows.columns and name not in internal and name not in columns:
            columns[name] = rows[name]
    for name in ("person", EVENT_AT):
        if name in rows.columns:
            columns[name] = rows[name]
    for part in query.parts:
        columns[f"{part.key}_n"] = rows[f"{part.key}_n"]
        if part.measure.aggregate == "sum":
            value = rows[f"{part.key}_s"]
            if part.money and query.converts:
                value = value * rows[RATE]
            columns[f"{part.key}_v"] = value
        elif part.measure.aggregate == "count_distinct":
            columns[f"{part.key}_v"] = (rows[f"{part.key}_n"] > 0).ifelse(
                rows[f"{part.key}_v"], ibis.null("string")
            )
        else:
            columns[f"{part.key}_v"] = rows[f"{part.key}_n"]
    return rows.select(**columns)


def _total(rows: Any, key: str, aggregate: str) -> Any:
    value = rows[f"{key}_v"]
    return value.nunique() if aggregate == "count_distinct" else value.sum()


def _sql(expression: Any) -> str:
    return str(ibis.to_sql(expression, dialect="duckdb"))
