"""CSV and its kin: any delimiter, any encoding, every unreadable line reported."""

from __future__ import annotations

import csv
import io
import itertools
from pathlib import Path

import duckdb

from vetta.adapters.files.encoding import TextFile, as_utf8
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

DELIMITERS = (",", ";", "\t", "|")
SAMPLE = 256 << 10
REASONS = {
    "MISSING COLUMNS": ("files.missing_cells", "The line has fewer cells than the header."),
    "TOO MANY COLUMNS": ("files.extra_cells", "The line has more cells than the header."),
    "UNQUOTED VALUE": ("files.open_quote", "A quoted cell does not end where it should."),
    "INVALID ENCODING": ("files.broken_encoding", "The line holds bytes that are no text."),
    "LINE SIZE OVER MAXIMUM": ("files.long_line", "The line is longer than any sound line."),
}
HINTS = {
    "files.missing_cells": "Check for a line break inside a cell that is not quoted.",
    "files.extra_cells": "Quote cells that hold the delimiter.",
    "files.open_quote": 'Double the quotes inside a quoted cell: "".',
    "files.broken_encoding": "Save the file as UTF-8, or name its encoding in the mapping.",
    "files.long_line": "A cell may hold one million bytes at most; shorten or leave it out.",
}


def read_csv(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    options: FileOptions,
    name: str,
    folder: Path,
    limits: Limits,
) -> SourceTable:
    """Read a delimited text file; lines that do not fit are refused one by one."""
    text = as_utf8(path, options.encoding, folder)
    with text.path.open("rb") as handle:
        sample = handle.read(SAMPLE).decode("utf-8", errors="ignore").lstrip("\ufeff")
    if not sample.strip():
        raise ProblemError(empty_file(path.name))
    delimiter = options.delimiter or detect_delimiter(sample, options)
    names = _header(sample, delimiter, options)
    check_columns(names, path.name, limits)
    if options.delimiter:
        _check_delimiter(names, delimiter, path.name)
    target = quote(f"file {name}")
    _load(connection, text, delimiter, names, options, target, limits)
    refused = _refused(connection, path.name, 1 if options.header else 0)
    relation, rows = _numbered(connection, target, names, refused)
    connection.execute("DROP TABLE IF EXISTS __rejects; DROP TABLE IF EXISTS __rejects_scan")
    return SourceTable(
        name=name,
        file=path.name,
        relation=relation,
        columns=names,
        rows=rows,
        encoding=text.encoding,
        delimiter=delimiter,
        broken=text.broken,
        odd_spaces=text.odd_spaces,
        refused=refused,
        notices=text.problems,
    )


def detect_delimiter(sample: str, options: FileOptions) -> str:
    """The candidate that cuts the most lines into as many cells as the header."""
    lines = sample.splitlines(keepends=True)[options.skip :][:200]
    best, best_score = ",", 0.0
    for candidate in DELIMITERS:
        rows = _parsed(lines, candidate, options.quote)
        width = len(rows[0]) if rows else 0
        if width < 2:
            continue
        even = sum(1 for row in rows if len(row) == width) / len(rows)
        score = even * 100 + min(width, 50)
        if score > best_score:
            best, best_score = candidate, score
    return best


def _parsed(lines: list[str], delimiter: str, quotation: str) -> list[list[str]]:
    # The last line of a sample may be cut; without it the widths are honest.
    body = lines[:-1] if len(lines) > 2 else lines
    try:
        return [row for row in csv.reader(body, delimiter=delimiter, quotechar=quotation) if row]
    except csv.Error:
        return []


def _header(sample: str, delimiter: str, options: FileOptions) -> tuple[str, ...]:
    stream = io.StringIO(sample, newline="")
    for _ in range(options.skip):
        stream.readline()
    csv.field_size_limit(SAMPLE)
    reader = csv.reader(stream, delimiter=delimiter, quotechar=options.quote)
    try:
        first = next(row for row in reader if row)
    except (StopIteration, csv.Error):
        first = []
    if options.names:
        return unique_names(list(options.names))
    if not options.header:
        return tuple(f"column {number}" for number in range(1, len(first) + 1))
    return unique_names(first)


def _check_delimiter(names: tuple[str, ...], delimiter: str, file: str) -> None:
    if len(names) > 1:
        return
    others = {other: names[0].count(other) for other in DELIMITERS if other != delimiter}
    likely = max(others, key=lambda other: others[other])
    if others[likely]:
        raise ProblemError(
            Problem(
                "files.wrong_delimiter",
                f"With the delimiter {delimiter!r} the file has a single column.",
                f"It looks separated by {likely!r}: say so in the mapping, or leave the "
                "delimiter out to have it found.",
                file=file,
                row=None,
                column=names[0][:80],
            )
        )


def _load(
    connection: duckdb.DuckDBPyConnection,
    text: TextFile,
    delimiter: str,
    names: tuple[str, ...],
    options: FileOptions,
    target: str,
    limits: Limits,
) -> None:
    columns = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in names)
    header = "true" if options.header else "false"
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {target} AS SELECT * FROM read_csv("
        f"{literal(str(text.path))}, auto_detect = false, delim = {literal(delimiter)}, "
        f"quote = {literal(options.quote)}, escape = {literal(options.quote)}, "
        f"header = {header}, skip = {int(options.skip)}, columns = {{{columns}}}, "
        f"max_line_size = {limits.line_bytes}, "
        f"store_rejects = true, rejects_limit = 0, "
        f"rejects_table = '__rejects', rejects_scan = '__rejects_scan')"
    )


def _refused(
    connection: duckdb.DuckDBPyConnection, file: str, header_lines: int
) -> tuple[Problem, ...]:
    found = connection.execute(
        "SELECT line, error_type, column_name, left(csv_line, 200), error_message "
        "FROM __rejects ORDER BY line, column_idx"
    ).fetchall()
    problems = []
    for line, group in itertools.groupby(found, key=lambda row: row[0]):
        _, kind, column, content, message = next(group)
        code, sentence = REASONS.get(str(kind), ("files.unreadable_line", str(message)))
        problems.append(
            Problem(
                code,
                sentence,
                HINTS.get(code, "Correct the line in the file."),
                file=file,
                row=int(line) - header_lines,
                column=column,
                details={"value": str(content or "")},
            )
        )
    return tuple(problems)


def _numbered(
    connection: duckdb.DuckDBPyConnection,
    target: str,
    names: tuple[str, ...],
    refused: tuple[Problem, ...],
) -> tuple[str, int]:
    """Row numbers of the rows that were read, counting the refused ones between them."""
    found = connection.execute(f"SELECT count(*) FROM {target}").fetchone()
    assert found is not None
    rows = int(found[0]) + len(refused)
    columns = ", ".join(quote(name) for name in names)
    if not refused:
        return f"(SELECT rowid + 1 AS {ROW}, {columns} FROM {target})", rows
    numbers = sorted(problem.row for problem in refused if problem.row is not None)
    # The i-th refused row (from 0) lies before every read row whose own count exceeds number - i.
    steps = [(number - i, i + 1) for i, number in enumerate(numbers)]
    thresholds: dict[int, int] = dict(steps)
    values = ", ".join(f"({threshold}, {shift})" for threshold, shift in thresholds.items())
    shifts = quote(f"{target.strip(chr(34))} shifts")
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {shifts} AS "
        f"SELECT * FROM (VALUES (0, 0), {values}) AS v(threshold, shift)"
    )
    return (
        f"(SELECT source.__n + coalesce(s.shift, 0) AS {ROW}, {columns} "
        f"FROM (SELECT rowid + 1 AS __n, * FROM {target}) source "
        f"ASOF LEFT JOIN {shifts} s ON source.__n >= s.threshold)",
        rows,
    )
