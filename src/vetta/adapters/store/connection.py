"""DuckDB connections with the settings that every reader and writer of facts relies on."""

from __future__ import annotations

from pathlib import Path

import duckdb


def connect(temporary: Path | None = None, threads: int | None = None) -> duckdb.DuckDBPyConnection:
    """An in-memory DuckDB connection: UTC, no extension downloads, spilling to ``temporary``."""
    connection = duckdb.connect(":memory:")
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET autoinstall_known_extensions = false")
    connection.execute("SET enable_progress_bar = false")
    if temporary is not None:
        connection.execute(f"SET temp_directory = '{_escaped(temporary)}'")
    if threads is not None:
        connection.execute(f"SET threads = {int(threads)}")
    return connection


def _escaped(path: Path) -> str:
    return str(path).replace("'", "''")
