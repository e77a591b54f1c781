"""JSON Lines: one object a line; a line that is none is refused with its number."""

from __future__ import annotations

from pathlib import Path

import duckdb

from vetta.adapters.files.encoding import as_utf8
from vetta.adapters.files.limits import Limits
from vetta.adapters.files.reader import (
    ROW,
    FileOptions,
    SourceTable,
    check_columns,
    empty_file,
    unique_names,
)
from vetta.engine.schema.physical import literal, quote
from vetta.kernel.problem import Problem, ProblemError


def read_jsonl(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    options: FileOptions,
    name: str,
    folder: Path,
    limits: Limits,
) -> SourceTable:
    """Read JSON Lines; the columns are the keys of all objects, nested values stay JSON text."""
    text = as_utf8(path, options.encoding, folder)
    target, lines = quote(f"file {name}"), quote(f"lines {name}")
    _read_lines(connection, text.path, lines, limits)
    keys = [
        row[0]
        for row in connection.execute(
            f"SELECT key FROM (SELECT unnest(json_keys(content)) AS key, n FROM {lines} "
            f"WHERE ok) GROUP BY key ORDER BY min(n), key"
        ).fetchall()
    ]
    if not keys:
        raise ProblemError(_no_objects(path.name))
    names = unique_names(keys)
    check_columns(names, path.name, limits)
    cells = ", ".join(
        f"json_extract_string(content, {literal(_pointer(key))}) AS {quote(column)}"
        for key, column in zip(keys, names, strict=True)
    )
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {target} AS SELECT n AS {ROW}, {cells} "
        f"FROM {lines} WHERE ok ORDER BY n"
    )
    bad = connection.execute(
        f"SELECT n, left(content, 200) FROM {lines} WHERE NOT ok ORDER BY n"
    ).fetchall()
    found = connection.execute(f"SELECT count(*) FROM {lines}").fetchone()
    connection.execute(f"DROP TABLE {lines}")
    assert found is not None
    refused = tuple(
        Problem(
            "files.not_an_object",
            "The line is no JSON object.",
            'Write each row on a line of its own as {"name": value, …}.',
            file=path.name,
            row=int(number),
            details={"value": str(content)},
        )
        for number, content in bad
    )
    return SourceTable(
        name,
        path.name,
        target,
        names,
        int(found[0]),
        encoding=text.encoding,
        broken=text.broken,
        refused=refused,
        notices=text.problems,
    )


def _read_lines(
    connection: duckdb.DuckDBPyConnection, path: Path, lines: str, limits: Limits
) -> None:
    # A delimiter and quote that no text holds make the CSV reader a fast reader of lines.
    try:
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {lines} AS SELECT rowid_ AS n, content, "
            f"CASE WHEN json_valid(content) THEN json_type(content) = 'OBJECT' ELSE false END "
            f"AS ok "
            f"FROM (SELECT row_number() OVER () AS rowid_, content FROM read_csv("
            f"{literal(str(path))}, auto_detect = false, delim = '\x1e', quote = '', "
            f"escape = '', header = false, columns = {{'content': 'VARCHAR'}}, "
            f"max_line_size = {8 * limits.line_bytes}, "
            f"buffer_size = {16 * limits.line_bytes})) WHERE trim(content) <> ''"
        )
    except duckdb.Error as error:
        raise ProblemError(
            Problem(
                "files.long_line",
                f"A line cannot be read: {str(error).splitlines()[0]}",
                "Shorten the line, or send the file as CSV or Parquet.",
                file=path.name,
            )
        ) from error


def _pointer(key: str) -> str:
    return "/" + key.replace("~", "~0").replace("/", "~1")


def _no_objects(file: str) -> Problem:
    problem = empty_file(file)
    return Problem(
        "files.not_an_object",
        "No line of the file is a JSON object.",
        'Write each row on a line of its own as {"name": value, …}.',
        file=problem.file,
    )
