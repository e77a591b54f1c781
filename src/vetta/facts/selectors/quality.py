"""The quality report: freshness, volume, gaps, duplicates, what is missing or unknown."""

from __future__ import annotations

from datetime import date
from statistics import median

import duckdb

from vetta.core.selectors import organisation
from vetta.engine.schema import CURRENCY_COLUMNS, FACT_TABLES, ColumnType
from vetta.engine.schema.physical import literal, quote
from vetta.facts.contracts import (
    MissingRate,
    QualityReport,
    Snapshot,
    TableQuality,
    UnknownCurrency,
)
from vetta.facts.selectors.matching import unmatched_owners
from vetta.facts.selectors.published import connection_at, current_snapshot
from vetta.intake.models import QuarantinedRow, RowState
from vetta.kernel.money import CURRENCIES

USUAL_MONTHS = 12
UNUSUAL = 0.5
"""A month is unusual when it has less than half, or more than double, the usual rows."""
LEAST = 20
"""Below this many rows a month is too small to call anything unusual."""
_tables: dict[int, tuple[tuple[TableQuality, ...], tuple[UnknownCurrency, ...]]] = {}
_rates: dict[tuple[int, str], tuple[MissingRate, ...]] = {}


def quality_report() -> QualityReport:
    """The state of the published facts. What depends on them alone is computed once a snapshot."""
    snapshot = current_snapshot()
    if snapshot.id not in _tables:
        _tables.clear()
        with connection_at(snapshot) as connection:
            _tables[snapshot.id] = (
                tuple(_table(connection, name) for name in snapshot.versions),
                _unknown_currencies(connection, snapshot),
            )
    tables, unknown = _tables[snapshot.id]
    return QualityReport(
        snapshot=snapshot,
        tables=tables,
        unmatched=tuple(unmatched_owners(snapshot)),
        unknown_currencies=unknown,
        missing_rates=missing_rates(snapshot),
        open_quarantine=QuarantinedRow.objects.filter(
            state=RowState.OPEN, batch__state="finished"
        ).count(),
    )


def _table(connection: duckdb.DuckDBPyConnection, name: str) -> TableQuality:
    schema = FACT_TABLES[name]
    event = schema.event_column
    columns = [column.name for column in schema]
    counts = ", ".join(f"count({quote(column)})" for column in columns)
    newest = "NULL" if event is None else f"max(CAST({quote(event)} AS DATE))"
    found = connection.execute(
        f"SELECT count(*), {newest}, max(ingested_at), {counts} FROM {quote(name)}"
    ).fetchone()
    assert found is not None
    rows, newest_on, loaded_at, *filled = found
    months = _months(connection, name) if event is not None else ()
    missing = {
        column: 1 - count / rows
        for column, count in zip(columns, filled, strict=True)
        if rows and count < rows
    }
    return TableQuality(
        table=name,
        rows=rows,
        newest_on=newest_on,
        loaded_at=loaded_at,
        months=months,
        gaps=tuple(month for month, count in months if count == 0),
        unusual=_unusual(months),
        duplicates=_duplicates(connection, name),
        missing=missing,
    )


def _months(connection: duckdb.DuckDBPyConnection, name: str) -> tuple[tuple[str, int], ...]:
    found = dict(
        connection.execute(
            f"SELECT event_month, count(*) FROM {quote(name)} WHERE event_month <> '' "
            f"GROUP BY event_month ORDER BY event_month"
        ).fetchall()
    )
    if not found:
        return ()
    first, last = min(found), max(found)
    return tuple((month, found.get(month, 0)) for month in _between(first, last))


def _between(first: str, last: str) -> list[str]:
    start = date.fromisoformat(f"{first}-01")
    months, year, month = [], start.year, start.month
    while f"{year:04}-{month:02}" <= last:
        months.append(f"{year:04}-{month:02}")
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return months


def _unusual(months: tuple[tuple[str, int], ...]) -> tuple[tuple[str, int, int], ...]:
    """Months far from the median of the twelve before; the last month may be still running."""
    strange = []
    for position, (month, count) in enumerate(months[:-1]):
        before = [n for _, n in months[max(0, position - USUAL_MONTHS) : position] if n]
        if len(before) < 3:
            continue
        usual = round(median(before))
        if usual >= LEAST and not usual * UNUSUAL <= count <= usual / UNUSUAL:
            strange.append((month, count, usual))
    return tuple(strange)


def _duplicates(connection: duckdb.DuckDBPyConnection, name: str) -> int:
    """Rows that say the same as another under a different key."""
    schema = FACT_TABLES[name]
    told = [
        column.name for column in schema if column.name not in schema.key and column.name != "type"
    ]
    if len(schema.key) != 1 or not told:
        return 0
    if name in ("products", "accounts"):
        told = ["name"]
    listed = ", ".join(quote(column) for column in told)
    found = connection.execute(
        f"SELECT coalesce(sum(n - 1), 0) FROM (SELECT count(*) AS n FROM {quote(name)} "
        f"GROUP BY source, {listed} HAVING count(*) > 1)"
    ).fetchone()
    return int(found[0]) if found is not None else 0


def _unknown_currencies(
    connection: duckdb.DuckDBPyConnection, snapshot: Snapshot
) -> tuple[UnknownCurrency, ...]:
    known = ", ".join(literal(code) for code in sorted(CURRENCIES))
    unknown = []
    for name in snapshot.versions:
        schema = FACT_TABLES[name]
        money = [c.name for c in schema if c.type is ColumnType.MONEY]
        for column in (c.name for c in schema if c.name in CURRENCY_COLUMNS):
            amounts = " OR ".join(f"{quote(m)} IS NOT NULL" for m in money) or "true"
            unknown += [
                UnknownCurrency(name, code or "", rows)
                for code, rows in connection.execute(
                    f"SELECT {column}, count(*) FROM {quote(name)} WHERE ({amounts}) "
                    f"AND ({column} IS NULL OR {column} NOT IN ({known})) GROUP BY {column} "
                    f"ORDER BY ALL"
                ).fetchall()
            ]
    return tuple(unknown)


def missing_rates(snapshot: Snapshot) -> tuple[MissingRate, ...]:
    """Months of amounts in another currency than the organisation's without any rate to it.

    A rate counts from its day on, in either direction.
    """
    target = organisation().currency
    key = (snapshot.id, target)
    if key not in _rates:
        _rates.clear()
        with connection_at(snapshot) as connection:
            _rates[key] = _missing_rates(connection, snapshot, target)
    return _rates[key]


def _missing_rates(
    connection: duckdb.DuckDBPyConnection, snapshot: Snapshot, target: str
) -> tuple[MissingRate, ...]:
    parts = [
        f"SELECT currency, event_month AS month, count(*) AS n FROM {quote(name)} "
        f"WHERE currency IS NOT NULL AND event_month <> '' GROUP BY ALL"
        for name in snapshot.versions
        if name != "fx_rates"
        and FACT_TABLES[name].event_column is not None
        and any(column.name == "currency" for column in FACT_TABLES[name])
    ]
    if not parts:
        return ()
    found = connection.execute(
        f"WITH used AS (SELECT currency, month, sum(n) AS n FROM ({' UNION ALL '.join(parts)}) "
        f"WHERE currency <> {literal(target)} GROUP BY ALL), "
        f"rates AS (SELECT from_currency AS currency, min(on_date) AS since FROM fx_rates "
        f"WHERE to_currency = {literal(target)} GROUP BY ALL UNION ALL "
        f"SELECT to_currency, min(on_date) FROM fx_rates WHERE from_currency = {literal(target)} "
        f"GROUP BY ALL) "
        f"SELECT used.currency, month, n FROM used LEFT JOIN "
        f"(SELECT currency, min(since) AS since FROM rates GROUP BY ALL) r USING (currency) "
        f"WHERE r.since IS NULL OR strftime(r.since, '%Y-%m') > month ORDER BY ALL"
    ).fetchall()
    return tuple(MissingRate(currency, month, int(rows)) for currency, month, rows in found)
