"""One line per order that makes its lines equal its head.

What is missing is worked out over everything known after the batch: stored heads and lines, with
those of the batch in their place. So a line that arrives or is repaired later corrects it, and a
line that is no longer needed becomes zero instead of counting twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import duckdb

from vetta.adapters.store import FactStore
from vetta.engine.schema import BALANCING, FACT_TABLES
from vetta.engine.schema.physical import DUCKDB_TYPES, literal, quote
from vetta.kernel.problem import Problem, Severity

SUFFIX = "-balancing"
COPIED = ("account_id", "opportunity_id", "owner_id", "channel", "region", "currency")


@dataclass(frozen=True)
class Balanced:
    """The balancing lines of a batch, as rows of the DuckDB table ``rows``."""

    rows: str
    lines: int
    problems: tuple[Problem, ...]


def balance(
    connection: duckdb.DuckDBPyConnection,
    store: FactStore,
    source: str,
    versions: tuple[int | None, int | None],
    heads: str | None,
    lines: str | None,
    events: list[str],
    file: str,
) -> Balanced:
    """Work out the balancing lines.

    Args:
        versions: of (orders, order_lines) that the batch builds on.
        heads, lines: names of DuckDB tables or views with the batch's rows; None where it has
            none.
        events: the events whose lines are to add up to the head.
    """
    arriving_heads = _columns(connection, heads)
    arriving_lines = _columns(connection, lines)
    head = _current(store, "orders", versions[0], source, heads, arriving_heads)
    line = _current(store, "order_lines", versions[1], source, lines, arriving_lines)
    touched = " UNION ".join(
        f"SELECT order_id FROM {quote(name)}" for name in (heads, lines) if name is not None
    )
    counted = ", ".join(literal(event) for event in events)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE __balance AS "
        f"WITH heads AS (FROM {head} SEMI JOIN ({touched}) t USING (order_id)), "
        f"lines AS (SELECT order_id, sum(net_amount) FILTER (type IS DISTINCT FROM "
        f"'{BALANCING}' AND event IN ({counted})) AS amount, "
        f"count(DISTINCT currency) FILTER (type IS DISTINCT FROM '{BALANCING}') AS currencies, "
        f"min(currency) FILTER (type IS DISTINCT FROM '{BALANCING}') AS line_currency, "
        f"bool_or(type IS NOT DISTINCT FROM '{BALANCING}') AS balanced "
        f"FROM {line} SEMI JOIN ({touched}) t USING (order_id) GROUP BY order_id) "
        f"SELECT h.*, h.net_amount - coalesce(l.amount, 0) AS missing, "
        f"coalesce(l.balanced, false) AS balanced, "
        f"coalesce(l.currencies > 1 OR l.line_currency <> h.currency, false) AS mixed "
        f"FROM heads h LEFT JOIN lines l USING (order_id) "
        f"WHERE h.net_amount IS NOT NULL AND (h.net_amount <> coalesce(l.amount, 0) "
        f"OR coalesce(l.balanced, false))"
    )
    copied = ", ".join(COPIED)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE balancing_lines AS SELECT "
        f"order_id || '{SUFFIX}' AS source_id, order_id || '{SUFFIX}' AS order_line_id, order_id, "
        f"{copied}, '{BALANCING}' AS type, CAST(missing AS DECIMAL(18,4)) AS net_amount, "
        f"{literal(events[0])} AS event, ordered_on AS event_on, "
        f"left(CAST(ordered_on AS VARCHAR), 7) AS event_month FROM __balance WHERE NOT mixed"
    )
    return _report(connection, file)


def _columns(connection: duckdb.DuckDBPyConnection, name: str | None) -> set[str]:
    if name is None:
        return set()
    return {row[0] for row in connection.execute(f"DESCRIBE {quote(name)}").fetchall()}


def _current(
    store: FactStore,
    table: str,
    version: int | None,
    source: str,
    arriving: str | None,
    columns: set[str],
) -> str:
    """Rows of the source as they will be: the batch's own, else the stored ones."""
    wanted = {
        "orders": ["order_id", "net_amount", "ordered_on", *COPIED],
        "order_lines": ["order_id", "net_amount", "currency", "type", "event"],
    }[table]
    kinds = {column.name: DUCKDB_TYPES[column.type] for column in FACT_TABLES[table]}
    stored = ", ".join(f"old.{name}" for name in wanted)
    scan = f"(SELECT * FROM {store.sql_scan(table, version)} WHERE source = {literal(source)})"
    if arriving is None:
        return f"(SELECT {stored} FROM {scan} old)"
    # A column that the batch does not speak of keeps its stored value.
    fresh = ", ".join(
        f"new.{name} AS {name}"
        if name in columns
        else f"CAST(old.{name} AS {kinds[name]}) AS {name}"
        for name in wanted
    )
    return (
        f"(SELECT {fresh} FROM {quote(arriving)} new LEFT JOIN {scan} old USING (source_id) "
        f"UNION ALL SELECT {stored} FROM {scan} old "
        f"ANTI JOIN {quote(arriving)} new USING (source_id))"
    )


def _report(connection: duckdb.DuckDBPyConnection, file: str) -> Balanced:
    problems = []
    found = connection.execute(
        "SELECT currency, count(*), sum(net_amount) FROM balancing_lines WHERE net_amount <> 0 "
        "GROUP BY currency ORDER BY currency"
    ).fetchall()
    for currency, count, amount in found:
        problems.append(
            Problem(
                "intake.balanced",
                f"{count} orders do not add up to their head: one balancing line each was "
                f"added, {_plain(amount)} {currency or ''} in all.".replace("  ", " "),
                "Look for lines that the source leaves out; lines of type balancing show where.",
                Severity.NOTICE,
                file=file,
                details={
                    "rows": int(count),
                    "amount": _plain(amount),
                    "currency": currency or "",
                    "table": "order_lines",
                },
            )
        )
    mixed = connection.execute(
        "SELECT count(*), min(order_id) FROM __balance WHERE mixed"
    ).fetchone()
    if mixed is not None and mixed[0]:
        problems.append(
            Problem(
                "intake.not_balanced",
                f"{mixed[0]} orders have lines in another currency than their head, such as "
                f"{mixed[1]!r}; they were not balanced.",
                "Correct the currency in the source.",
                Severity.WARNING,
                file=file,
                details={"rows": int(mixed[0]), "table": "order_lines"},
            )
        )
    total = connection.execute("SELECT count(*) FROM balancing_lines").fetchone()
    assert total is not None
    return Balanced("balancing_lines", int(total[0]), tuple(problems))


def _plain(amount: Decimal) -> str:
    return format(amount.normalize(), "f")
