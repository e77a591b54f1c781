"""Reading and committing Delta tables.

DuckDB reads a version by its list of Parquet files (its Delta extension cannot be relied on
without a network) and writes new files; delta-rs alone writes the log. A reader is never
disturbed by a writer: files are immutable and a version is a list of files.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import unquote

import duckdb
import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, PostCommitHookProperties
from deltalake import Schema as DeltaSchema
from deltalake.exceptions import TableNotFoundError
from deltalake.transaction import AddAction, RemoveAction

from vetta.adapters.store.change import BACK, Change, FileAdd
from vetta.engine.schema.contract import (
    COMMON_COLUMNS,
    CUSTOM_PREFIX,
    EVENT_MONTH,
    FACT_TABLES,
)
from vetta.engine.schema.physical import ARROW_TYPES, DUCKDB_TYPES, literal, quote
from vetta.engine.schema.types import ColumnType

_BATCH = "vettaBatch"


class FactStore:
    """The Delta tables under one folder; cheap to make, safe to share between readers.

    Versions and file lists are read from disk each time; nothing here is cached across calls
    but the contents of a version, which never change.
    """

    def __init__(self, root: Path | str) -> None:
        self.root = Path(root)
        self._pinned: dict[tuple[str, int], tuple[tuple[FileAdd, ...], dict[str, ColumnType]]] = {}

    # -- reading ---------------------------------------------------------------------------

    def path(self, table: str) -> Path:
        """The folder of a table, whether or not it exists yet."""
        if table not in FACT_TABLES:
            raise KeyError(table)
        return self.root / table

    def tables(self) -> list[str]:
        """The tables that hold at least one version, in the contract's order."""
        return [name for name in FACT_TABLES if (self.root / name / "_delta_log").is_dir()]

    def version(self, table: str) -> int | None:
        """The newest version on disk, published or not; None where the table does not exist."""
        found = self._open(table, None)
        return None if found is None else int(found.version())

    def batch_of(self, table: str, version: int) -> str | None:
        """The batch that committed ``version``, from the commit's own metadata."""
        found = self._open(table, version)
        if found is None:
            return None
        for entry in found.history(1):
            batch = entry.get(_BATCH)
            return None if batch is None else str(batch)
        return None

    def files(self, table: str, version: int | None) -> list[str]:
        """Absolute paths of the Parquet files of a version; empty for a missing table."""
        if version is None:
            return []
        folder = self.path(table)
        return [str(folder / add.path) for add in self._pin(table, version)[0]]

    def adds(self, table: str, version: int | None) -> tuple[FileAdd, ...]:
        """The files of a version with size, rows and month."""
        return () if version is None else self._pin(table, version)[0]

    def columns(self, table: str, version: int | None) -> dict[str, ColumnType]:
        """The columns of a version without the partition: contract, common, then custom."""
        columns = {column.name: column.type for column in FACT_TABLES[table]}
        columns |= {column.name: column.type for column in COMMON_COLUMNS}
        if version is not None:
            stored = self._pin(table, version)[1]
            columns |= {name: kind for name, kind in stored.items() if name not in columns}
        return columns

    def rows(self, table: str, version: int | None) -> int:
        """The number of rows of a version, from the log alone."""
        return sum(add.rows for add in self.adds(table, version))

    def sql_scan(
        self, table: str, version: int | None, months: Sequence[str | None] | None = None
    ) -> str:
        """A DuckDB table expression over a version, with ``event_month`` as its last column.

        Args:
            version: a version number; None gives an empty relation of the contract's columns.
            months: read only these partitions (None stands for rows without a date).
        """
        columns = self.columns(table, version)
        adds = self.adds(table, version)
        if months is not None:
            adds = tuple(add for add in adds if add.month in months)
        if not adds:
            return _empty(columns)
        stored = self._pin(table, version)[1] if version is not None else {}
        folder = self.path(table)
        paths = ", ".join(literal(str(folder / add.path)) for add in adds)
        one_shape = len({_fingerprint_of(add.path) for add in adds}) == 1
        options = "hive_partitioning = true, hive_types_autocast = false"
        if not one_shape:
            options += ", union_by_name = true"
        chosen = ", ".join(
            quote(name)
            if name in stored
            else f"CAST(NULL AS {DUCKDB_TYPES[kind]}) AS {quote(name)}"
            for name, kind in columns.items()
        )
        month = f"coalesce({EVENT_MONTH}, '') AS {EVENT_MONTH}"
        return f"(SELECT {chosen}, {month} FROM read_parquet([{paths}], {options}))"

    def attach(
        self, connection: duckdb.DuckDBPyConnection, versions: Mapping[str, int | None]
    ) -> None:
        """Make one view per fact table; tables absent from ``versions`` are empty views."""
        for table in FACT_TABLES:
            scan = self.sql_scan(table, versions.get(table))
            connection.execute(f"CREATE OR REPLACE VIEW {quote(table)} AS SELECT * FROM {scan}")

    # -- committing ------------------------------------------------------------------------

    def commit(self, change: Change) -> int:
        """Commit a prepared change and return the new version.

        Repeating a change that is already committed returns its version: the journal calls this
        again after a crash. New columns are a commit of their own, without rows, before it.

        Raises:
            RuntimeError: when another batch has committed since the change was prepared.
        """
        done = self.committed(change)
        if done is not None:
            return done
        self._prepare_columns(change)
        table = DeltaTable(self.path(change.table))
        table.create_write_transaction(
            [
                *(_add_action(add) for add in change.adds),
                *(_remove_action(remove) for remove in change.removes),
            ],
            "append",
            delta_schema(dict(change.columns)),
            partition_by=[EVENT_MONTH],
            commit_properties=CommitProperties(custom_metadata={_BATCH: change.batch}),
            post_commithook_properties=PostCommitHookProperties(cleanup_expired_logs=False),
        )
        return int(DeltaTable(self.path(change.table)).version())

    def committed(self, change: Change) -> int | None:
        """The version that holds ``change``; None where it is not committed yet."""
        table = self._open(change.table, None)
        if table is None:
            return None
        current = int(table.version())
        fresh = current - (-1 if change.base is None else change.base)
        if fresh <= 0:
            return None
        for entry in table.history(fresh):
            if entry.get(_BATCH) == change.batch:
                return int(entry["version"])
            if _BATCH in entry and entry[_BATCH] != f"{change.batch}{BACK}":
                raise RuntimeError(
                    f"{change.table}: batch {entry[_BATCH]} has committed since version "
                    f"{change.base}, on which {change.batch} was prepared"
                )
        return None

    def _prepare_columns(self, change: Change) -> None:
        wanted = delta_schema(dict(change.columns))
        folder = self.path(change.table)
        existing = self._open(change.table, None)
        if existing is None:
            folder.mkdir(parents=True, exist_ok=True)
            DeltaTable.create(folder, wanted, partition_by=[EVENT_MONTH], name=change.table)
            return
        known = {field.name for field in existing.schema().fields}
        missing = [field for field in wanted.fields if field.name not in known]
        if missing:
            existing.alter.add_columns(missing)

    def clear_orphans(self, table: str, batch: str) -> int:
        """Delete the data files that ``batch`` wrote and no version names; returns how many."""
        folder = self.path(table)
        version = self.version(table)
        kept = {add.path for add in self.adds(table, version)}
        count = 0
        for path in folder.glob(f"{EVENT_MONTH}=*/{batch}~*.parquet"):
            if str(path.relative_to(folder)) not in kept:
                path.unlink()
                count += 1
        return count

    def vacuum(self, table: str, keep_hours: int) -> list[str]:
        """Delete files that no version of the last ``keep_hours`` names; returns their paths."""
        found = self._open(table, None)
        if found is None:
            return []
        return list(
            found.vacuum(
                retention_hours=keep_hours, dry_run=False, enforce_retention_duration=False
            )
        )

    # -- inside ----------------------------------------------------------------------------

    def _open(self, table: str, version: int | None) -> DeltaTable | None:
        if not (self.path(table) / "_delta_log").is_dir():
            return None
        try:
            return DeltaTable(self.path(table), version=version)
        except TableNotFoundError:
            return None

    def _pin(self, table: str, version: int) -> tuple[tuple[FileAdd, ...], dict[str, ColumnType]]:
        pinned = self._pinned.get((table, version))
        if pinned is not None:
            return pinned
        found = self._open(table, version)
        if found is None:
            raise KeyError(f"{table} has no version {version}")
        # Not pyarrow.table(), and no column of moments: both would import pandas.
        stream = pa.RecordBatchReader.from_stream(found.get_add_actions(flatten=True))
        month = f"partition.{EVENT_MONTH}"
        actions = stream.read_all().select(["path", "size_bytes", "num_records", month]).to_pylist()
        adds = tuple(
            FileAdd(
                path=unquote(action["path"]),
                size=action["size_bytes"],
                rows=action["num_records"],
                month=action[month],
            )
            for action in actions
        )
        columns = {
            field.name: _column_type(field.name, str(field.type.type), table)
            for field in found.schema().fields
            if field.name != EVENT_MONTH
        }
        self._pinned[table, version] = adds, columns
        return adds, columns


def delta_schema(columns: Mapping[str, str]) -> DeltaSchema:
    """The Delta schema of ``columns`` (name → contract type) and the partition column."""
    fields = [pa.field(name, ARROW_TYPES[ColumnType(kind)]) for name, kind in columns.items()]
    return DeltaSchema.from_arrow(pa.schema([*fields, pa.field(EVENT_MONTH, pa.string())]))


def fingerprint(columns: Mapping[str, ColumnType]) -> str:
    """Eight characters that differ when the physical columns of a file do."""
    text = ",".join(f"{name}:{kind.value}" for name, kind in columns.items())
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _fingerprint_of(path: str) -> str:
    return path.rsplit("/", 1)[-1].split("~")[1]


def _empty(columns: Mapping[str, ColumnType]) -> str:
    typed = ", ".join(
        f"CAST(NULL AS {DUCKDB_TYPES[kind]}) AS {quote(name)}" for name, kind in columns.items()
    )
    return f"(SELECT {typed}, CAST(NULL AS VARCHAR) AS {EVENT_MONTH} WHERE false)"


_PRIMITIVES = {
    "string": ColumnType.TEXT,
    "long": ColumnType.INTEGER,
    "boolean": ColumnType.BOOLEAN,
    "date": ColumnType.DATE,
    "timestamp": ColumnType.TIMESTAMP,
    "decimal(18,4)": ColumnType.MONEY,
    "decimal(18,6)": ColumnType.NUMBER,
    "decimal(20,10)": ColumnType.FX_RATE,
}


def _column_type(name: str, primitive: str, table: str) -> ColumnType:
    if not name.startswith(CUSTOM_PREFIX):
        for column in (*FACT_TABLES[table], *COMMON_COLUMNS):
            if column.name == name:
                return ColumnType(column.type)
    return _PRIMITIVES[primitive]


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def _add_action(add: FileAdd) -> AddAction:
    return AddAction(
        path=add.path,
        size=add.size,
        partition_values={EVENT_MONTH: add.month},
        modification_time=_now_ms(),
        data_change=True,
        stats=json.dumps({"numRecords": add.rows}),
    )


def _remove_action(remove: FileAdd) -> RemoveAction:
    return RemoveAction(
        remove.path,
        True,
        _now_ms(),
        size=remove.size,
        partition_values={EVENT_MONTH: remove.month},
    )
