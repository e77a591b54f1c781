"""Parquet: typed cells become text again, so that one way of checking serves every format."""

from __future__ import annotations

from pathlib import Path

import duckdb

from vetta.adapters.files.limits import Limits
from vetta.adapters.files.reader import (
    ROW,
    FileOptions,
    SourceTable,
    check_columns,
    unique_names,
)
from vetta.engine.schema.physical import literal, quote
from vetta.kernel.problem import Problem, ProblemError


def read_parquet(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    _options: FileOptions,
    name: str,
    _folder: Path,
    limits: Limits,
) -> SourceTable:
    """Read a Parquet file; NaN and infinity arrive as the words that the checks refuse."""
    scan = f"read_parquet({literal(str(path))}, file_row_number = true)"
    target = quote(f"file {name}")
    try:
        described = connection.execute(f"DESCRIBE SELECT * FROM {scan}").fetchall()
        stored = [row[0] for row in described if row[0] != "file_row_number"]
        names = unique_names(stored)
        check_columns(names, path.name, limits)
        cells = ", ".join(
            f"CAST({quote(old)} AS VARCHAR) AS {quote(new)}"
            for old, new in zip(stored, names, strict=True)
        )
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {target} AS "
            f"SELECT file_row_number + 1 AS {ROW}, {cells} FROM {scan}"
        )
    except duckdb.Error as error:
        raise ProblemError(
            Problem(
                "files.damaged_parquet",
                f"The Parquet file cannot be read: {str(error).splitlines()[0]}",
                "Write or copy it again: it may be cut short.",
                file=path.name,
            )
        ) from error
    found = connection.execute(f"SELECT count(*) FROM {target}").fetchone()
    assert found is not None
    return SourceTable(name, path.name, target, names, int(found[0]))
