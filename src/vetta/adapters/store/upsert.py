"""Copy-on-write: work out in DuckDB which months change, and write them anew.

Delta's MERGE holds every row in memory and rewrites whole files of its own choosing; here a
month is the unit, DuckDB does the comparison set-based, and delta-rs commits a list of files.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from vetta.adapters.store.change import Change, Counts, FileAdd
from vetta.adapters.store.store import FactStore, fingerprint
from vetta.engine.schema.contract import EVENT_MONTH
from vetta.engine.schema.physical import literal, quote
from vetta.engine.schema.types import ColumnType

PROVENANCE = ("ingested_at", "batch_id")
FILES_PER_MONTH = 8
"""A month that only gains rows gets a further file until it has this many, then is rewritten."""
ROW_GROUP = 122_880


def prepare_upsert(
    store: FactStore,
    connection: duckdb.DuckDBPyConnection,
    table: str,
    base: int | None,
    rows: str,
    columns: Mapping[str, ColumnType],
    batch: str,
) -> Change:
    """Write the files of an upsert without committing them.

    Args:
        base: the version to build on.
        rows: name of a DuckDB table with ``columns`` and ``event_month``; (source, source_id) is
            unique in it. Rows whose values equal the stored ones change nothing: they keep their
            ``batch_id`` and ``ingested_at``.
        columns: the columns of ``rows``; stored columns that it lacks keep their values.
    """
    all_columns = {**store.columns(table, base), **columns}
    if not store.adds(table, base):
        selected = f"SELECT {_listed(columns, all_columns)}, {EVENT_MONTH} FROM {quote(rows)}"
        adds = write_files(store, connection, table, selected, all_columns, batch)
        counts = Counts(inserted=sum(add.rows for add in adds))
        return _change(table, batch, base, adds, (), all_columns, counts)
    _compare(store, connection, table, base, rows, columns)
    try:
        return _upsert(store, connection, table, base, rows, columns, all_columns, batch)
    finally:
        connection.execute("DROP TABLE IF EXISTS __matched")


def count_upsert(
    store: FactStore,
    connection: duckdb.DuckDBPyConnection,
    table: str,
    base: int | None,
    rows: str,
    columns: Mapping[str, ColumnType],
    batch: str,
) -> Change:
    """What ``prepare_upsert`` would do, counted: a change without files; nothing is written."""
    all_columns = {**store.columns(table, base), **columns}
    if not store.adds(table, base):
        counts = Counts(inserted=_number(connection, f"SELECT count(*) FROM {quote(rows)}"))
    else:
        _compare(store, connection, table, base, rows, columns)
        counts = _counts(connection, rows)
        connection.execute("DROP TABLE __matched")
    return _change(table, batch, base, (), (), all_columns, counts)


def _compare(
    store: FactStore,
    connection: duckdb.DuckDBPyConnection,
    table: str,
    base: int | None,
    rows: str,
    columns: Mapping[str, ColumnType],
) -> None:
    """``__matched``: for each stored key that arrives again, its month and whether it differs."""
    business = [n for n in columns if n not in ("source", "source_id", *PROVENANCE)]
    differs = " OR ".join(f"new.{quote(n)} IS DISTINCT FROM old.{quote(n)}" for n in business)
    scan = store.sql_scan(table, base)
    known = store.columns(table, base)
    missing = [n for n in business if n not in known]
    extra = "".join(f", NULL AS {quote(n)}" for n in missing)
    wanted = ", ".join(quote(n) for n in ("source", "source_id", *business) if n not in missing)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE __matched AS "
        f"SELECT old.source, old.source_id, old.{EVENT_MONTH} AS old_month, "
        f"new.{EVENT_MONTH} AS new_month, ({differs or 'false'}) AS changed "
        f"FROM (SELECT {wanted}{extra}, {EVENT_MONTH} FROM {scan}) old "
        f"JOIN {quote(rows)} new ON old.source = new.source AND old.source_id = new.source_id"
    )


def _upsert(
    store: FactStore,
    connection: duckdb.DuckDBPyConnection,
    table: str,
    base: int | None,
    rows: str,
    columns: Mapping[str, ColumnType],
    all_columns: Mapping[str, ColumnType],
    batch: str,
) -> Change:
    counts = _counts(connection, rows)
    if not counts.inserted and not counts.updated:
        return _change(table, batch, base, (), (), all_columns, counts)
    arriving = _column_of(
        connection,
        f"SELECT DISTINCT coalesce({EVENT_MONTH}, '') FROM {quote(rows)} new ANTI JOIN "
        f"(FROM __matched WHERE NOT changed) m USING (source, source_id)",
    )
    rewritten = set(
        _column_of(connection, "SELECT DISTINCT old_month FROM __matched WHERE changed")
    )
    rewritten |= _crowded(store, table, base, arriving)
    fresh = (
        f"SELECT {_merged(columns, all_columns)}, "
        f"new.{EVENT_MONTH} FROM {quote(rows)} new {_old_values(store, table, base, columns)} "
        f"ANTI JOIN (FROM __matched WHERE NOT changed) m "
        f"ON new.source = m.source AND new.source_id = m.source_id"
    )
    months: list[str | None] = [month or None for month in rewritten]
    removes = tuple(add for add in store.adds(table, base) if add.month in months)
    if removes:
        kept = (
            f"SELECT {_listed(store.columns(table, base), all_columns)}, "
            f"nullif({EVENT_MONTH}, '') AS {EVENT_MONTH} "
            f"FROM {store.sql_scan(table, base, months)} old "
            f"ANTI JOIN (FROM __matched WHERE changed) m USING (source, source_id)"
        )
        fresh = f"{fresh} UNION ALL {kept}"
    adds = write_files(store, connection, table, fresh, all_columns, batch)
    return _change(table, batch, base, adds, removes, all_columns, counts)


def _counts(connection: duckdb.DuckDBPyConnection, rows: str) -> Counts:
    total = _number(connection, f"SELECT count(*) FROM {quote(rows)}")
    matched = _number(connection, "SELECT count(*) FROM __matched")
    updated = _number(connection, "SELECT count(*) FROM __matched WHERE changed")
    return Counts(inserted=total - matched, updated=updated, unchanged=matched - updated)


def _old_values(
    store: FactStore, table: str, base: int | None, columns: Mapping[str, ColumnType]
) -> str:
    """A join to the stored rows where they hold columns that the new rows do not speak of."""
    kept = [n for n in store.columns(table, base) if n not in columns]
    if not kept:
        return ""
    wanted = ", ".join(quote(n) for n in ("source", "source_id", *kept))
    return (
        f"LEFT JOIN (SELECT {wanted} FROM {store.sql_scan(table, base)}) old "
        f"ON new.source = old.source AND new.source_id = old.source_id"
    )


def _merged(columns: Mapping[str, ColumnType], all_columns: Mapping[str, ColumnType]) -> str:
    return ", ".join(f"new.{quote(n)}" if n in columns else f"old.{quote(n)}" for n in all_columns)


def _crowded(store: FactStore, table: str, base: int | None, arriving: Sequence[str]) -> set[str]:
    files: dict[str, int] = {}
    for add in store.adds(table, base):
        files[add.month or ""] = files.get(add.month or "", 0) + 1
    return {month for month in arriving if files.get(month, 0) >= FILES_PER_MONTH}


def prepare_delete(
    store: FactStore,
    connection: duckdb.DuckDBPyConnection,
    table: str,
    base: int | None,
    keys: str,
    batch: str,
    replacement: str | None = None,
) -> Change:
    """Write the files of a removal without committing them.

    Args:
        keys: name of a DuckDB table with (source, source_id) of the rows to take out.
        replacement: a DuckDB table expression of whole rows (all stored columns and
            ``event_month``) to put in their place, or None.
    """
    columns = store.columns(table, base)
    scan = store.sql_scan(table, base)
    touched = _column_of(
        connection,
        f"SELECT DISTINCT {EVENT_MONTH} FROM {scan} SEMI JOIN {quote(keys)} "
        f"USING (source, source_id)",
    )
    months: list[str | None] = [month or None for month in touched]
    removes = tuple(add for add in store.adds(table, base) if add.month in months)
    before = sum(add.rows for add in removes)
    listed = ", ".join(quote(n) for n in columns)
    rows = (
        f"SELECT {listed}, nullif({EVENT_MONTH}, '') AS {EVENT_MONTH} "
        f"FROM {store.sql_scan(table, base, months)} "
        f"ANTI JOIN {quote(keys)} USING (source, source_id)"
    )
    restored = 0
    if replacement is not None:
        restored = _number(connection, f"SELECT count(*) FROM {replacement}")
        rows += (
            f" UNION ALL SELECT {listed}, nullif({EVENT_MONTH}, '') AS {EVENT_MONTH} "
            f"FROM {replacement}"
        )
    adds = write_files(store, connection, table, rows, columns, batch)
    deleted = before + restored - sum(add.rows for add in adds)
    counts = Counts(updated=restored, deleted=deleted)
    return _change(table, batch, base, adds, removes, columns, counts)


def write_files(
    store: FactStore,
    connection: duckdb.DuckDBPyConnection,
    table: str,
    rows: str,
    columns: Mapping[str, ColumnType],
    batch: str,
) -> tuple[FileAdd, ...]:
    """Write ``rows`` (a SELECT) as Parquet files by month into the table's folder, durably."""
    folder = store.path(table)
    folder.mkdir(parents=True, exist_ok=True)
    pattern = f"{batch}~{fingerprint(columns)}~{{uuid}}"
    # The order of rows means nothing here, and keeping it would cost a third of the time.
    connection.execute("SET preserve_insertion_order = false")
    written = connection.execute(
        f"COPY ({rows}) TO {literal(str(folder))} (FORMAT parquet, COMPRESSION snappy, "
        f"ROW_GROUP_SIZE {ROW_GROUP}, PARTITION_BY ({EVENT_MONTH}), APPEND true, "
        f"FILENAME_PATTERN {literal(pattern)}, RETURN_STATS true)"
    ).fetchall()
    connection.execute("SET preserve_insertion_order = true")
    adds = []
    for name, count, size, _footer, _statistics, partition, *_ in written:
        _flush(Path(name))
        month = partition[EVENT_MONTH]
        adds.append(FileAdd(os.path.relpath(name, folder), int(size), int(count), month))
    for parent in {(folder / add.path).parent for add in adds}:
        _flush(parent)
    return tuple(adds)


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _listed(present: Mapping[str, ColumnType], wanted: Mapping[str, ColumnType]) -> str:
    return ", ".join(quote(n) if n in present else f"NULL AS {quote(n)}" for n in wanted)


def _change(
    table: str,
    batch: str,
    base: int | None,
    adds: tuple[FileAdd, ...],
    removes: tuple[FileAdd, ...],
    columns: Mapping[str, ColumnType],
    counts: Counts,
) -> Change:
    pairs = tuple((name, kind.value) for name, kind in columns.items())
    return Change(table, batch, base, adds, removes, pairs, counts)


def _number(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    row = connection.execute(query).fetchone()
    assert row is not None
    return int(row[0])


def _column_of(connection: duckdb.DuckDBPyConnection, query: str) -> list[str]:
    return [row[0] for row in connection.execute(query).fetchall()]
