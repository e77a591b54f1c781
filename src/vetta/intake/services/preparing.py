"""The fact tables of a batch: balanced, compared with the store, written but not committed."""

from __future__ import annotations

from typing import Any

import duckdb

from vetta.adapters.store import Change
from vetta.adapters.store.upsert import count_upsert, prepare_upsert
from vetta.engine.schema import COMMON_COLUMNS, EVENT_MONTH, FACT_TABLES, ColumnType
from vetta.engine.schema.physical import literal, quote
from vetta.intake.contracts import TableResult
from vetta.intake.services import journal
from vetta.intake.services.passage import Passage
from vetta.intake.staging.balancing import COPIED, balance
from vetta.intake.staging.staged import Staged, StagedTable
from vetta.kernel.problem import Problem


def prepare_facts(passage: Passage, staged: Staged) -> tuple[list[Change], dict[str, TableResult]]:
    changes, results = [], {}
    tables = [name for name in FACT_TABLES if name in staged.tables]
    _balance(passage, staged)
    for done, name in enumerate(tables):
        passage.progress("writing", done, len(tables))
        change, result = _prepare_table(passage, staged.tables[name])
        if not change.empty:
            changes.append(change)
        results[name] = result
    passage.progress("writing", len(tables), len(tables))
    return changes, results


def _prepare_table(passage: Passage, table: StagedTable) -> tuple[Change, TableResult]:
    facts = journal.store()
    base = facts.version(table.name)
    columns = _columns_of(table)
    view = f"landing {table.name}"
    _make_view(passage, table, columns, view)
    balanced = 0
    if _balance_section(table) is not None:
        balanced = _count(passage.connection, "balancing_lines")
    prepare = count_upsert if passage.dry_run else prepare_upsert
    change = prepare(facts, passage.connection, table.name, base, view, columns, passage.batch_id)
    counts = change.counts
    return change, TableResult(
        read=table.read,
        inserted=counts.inserted,
        updated=counts.updated,
        unchanged=counts.unchanged,
        quarantined=table.refused_count,
        balanced=balanced,
        version=base,
    )


def _columns_of(table: StagedTable) -> dict[str, ColumnType]:
    """The physical columns that the batch speaks of, in the contract's order."""
    mapped: dict[str, ColumnType] = {}
    for section in table.sections:
        for column in section.section.columns:
            mapped[column.name] = column.column.type
    if _balance_section(table) is not None:
        # The balancing lines take these from their heads, whatever the lines' own file holds.
        mapped |= {name: table.schema.column(name).type for name in ("type", *COPIED)}
    common = {column.name: column.type for column in COMMON_COLUMNS}
    ordered = {c.name: c.type for c in table.schema if c.name in mapped}
    custom = {name: kind for name, kind in mapped.items() if name not in ordered}
    return {**ordered, **common, **custom}


def conflicts(staged: Staged) -> list[Problem]:
    facts = journal.store()
    return [
        problem
        for name, table in staged.tables.items()
        if name in FACT_TABLES
        for problem in _custom_conflicts(
            facts.columns(name, facts.version(name)), _columns_of(table), table
        )
    ]


def _custom_conflicts(
    stored: dict[str, ColumnType], columns: dict[str, ColumnType], table: StagedTable
) -> list[Problem]:
    same = {ColumnType.RATIO: ColumnType.NUMBER}
    return [
        Problem(
            "intake.custom_type",
            f"{table.name}: the custom attribute {name.removeprefix('custom__')!r} holds "
            f"{stored[name].value}, not {kind.value}.",
            "Give it the type that it has, or another name.",
            column=name,
        )
        for name, kind in columns.items()
        if name in stored and same.get(stored[name], stored[name]) != same.get(kind, kind)
    ]


def _make_view(
    passage: Passage, table: StagedTable, columns: dict[str, ColumnType], view: str
) -> None:
    good = table.good_rows()
    if _balance_section(table) is not None:
        good = (
            f"SELECT * FROM ({good}) WHERE source_id NOT IN "
            f"(SELECT source_id FROM balancing_lines) "
            f"UNION ALL BY NAME SELECT * FROM balancing_lines"
        )
    given = {
        "source": literal(passage.source),
        "batch_id": literal(passage.batch_id),
        "ingested_at": f"TIMESTAMPTZ {literal(passage.context.known_at.isoformat())}",
    }
    listed = ", ".join(
        f"{given[name]} AS {quote(name)}" if name in given else quote(name) for name in columns
    )
    passage.connection.execute(
        f"CREATE OR REPLACE TEMP VIEW {quote(view)} AS SELECT {listed}, {EVENT_MONTH} FROM ({good})"
    )


def _balance_section(table: StagedTable) -> Any:
    for section in table.sections:
        if section.section.mapping.balance is not None:
            return section.section
    return None


def _balance(passage: Passage, staged: Staged) -> None:
    lines = staged.tables.get("order_lines")
    section = None if lines is None else _balance_section(lines)
    if lines is None or section is None:
        return
    connection = passage.connection
    views = {}
    for name in ("orders", "order_lines"):
        table = staged.tables.get(name)
        if table is not None:
            connection.execute(
                f"CREATE OR REPLACE TEMP TABLE {quote('arriving ' + name)} AS {table.good_rows()}"
            )
            views[name] = f"arriving {name}"
    facts = journal.store()
    outcome = balance(
        connection,
        facts,
        passage.source,
        (facts.version("orders"), facts.version("order_lines")),
        views.get("orders"),
        views.get("order_lines"),
        section.mapping.balance.events,
        section.file,
    )
    staged.problems += outcome.problems


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM {quote(table)}").fetchone()
    assert row is not None
    return int(row[0])
