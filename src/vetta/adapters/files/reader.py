"""Read a file of any accepted kind into a DuckDB table of text cells.

Every cell arrives as text (or NULL where empty) beside ``__row``, the data row's number in the
file counted from 1 without the header, so that what follows can name any cell.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from vetta.adapters.files.limits import LIMITS, Limits
from vetta.kernel.problem import Problem, ProblemError

ROW = "__row"


@dataclass(frozen=True, slots=True)
class FileOptions:
    """What a mapping may say about a file; None stands for *find out*."""

    format: str | None = None
    delimiter: str | None = None
    quote: str = '"'
    encoding: str | None = None
    sheet: str | None = None
    skip: int = 0
    header: bool = True
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceTable:
    """A file as a table.

    Args:
        relation: a DuckDB table expression with ``__row`` and the columns, all text.
        columns: the header, in order, made unique.
        rows: data rows read, the refused ones included.
        refused: one problem per row that could not be read at all.
        notices: what the reader decided by itself.
        broken: some cells hold U+FFFD where bytes could not be read.
        odd_spaces: cells may begin or end with tabs or no-break spaces.
    """

    name: str
    file: str
    relation: str
    columns: tuple[str, ...]
    rows: int
    encoding: str | None = None
    delimiter: str | None = None
    broken: bool = False
    odd_spaces: bool = True
    refused: tuple[Problem, ...] = ()
    notices: tuple[Problem, ...] = field(default=())


FORMATS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".tab": "csv",
    ".xlsx": "excel",
    ".xlsm": "excel",
    ".xlsb": "excel",
    ".xls": "excel",
    ".ods": "excel",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
}

Reader = Callable[
    [duckdb.DuckDBPyConnection, Path, FileOptions, str, Path, Limits],
    SourceTable,
]


def format_of(path: Path, options: FileOptions) -> str:
    """csv, excel, parquet or jsonl: as declared, else by the first bytes, else by the ending."""
    if options.format:
        return options.format
    with path.open("rb") as handle:
        head = handle.read(4)
    if head == b"PAR1":
        return "parquet"
    known = FORMATS.get(path.suffix.lower())
    if known is None:
        raise ProblemError(
            Problem(
                "files.unknown_format",
                f"Files that end in {path.suffix or 'nothing'} are not read.",
                "Send CSV, Excel, Parquet or JSON Lines, or name the format in the mapping: "
                "format: csv.",
                file=path.name,
            )
        )
    return known


def read_file(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    name: str,
    folder: Path,
    options: FileOptions | None = None,
    limits: Limits = LIMITS,
) -> SourceTable:
    """Read ``path`` into ``connection`` under ``name``.

    Args:
        folder: a private folder for unpacked and converted copies.

    Raises:
        ProblemError: when the file as a whole cannot be read.
    """
    from vetta.adapters.files.archives import is_gzip, unpack_gzip
    from vetta.adapters.files.delimited import read_csv
    from vetta.adapters.files.excel import read_excel
    from vetta.adapters.files.json_lines import read_jsonl
    from vetta.adapters.files.parquet import read_parquet

    options = options or FileOptions()
    if path.stat().st_size == 0:
        raise ProblemError(empty_file(path.name))
    original = path.name
    if is_gzip(path):
        path = unpack_gzip(path, folder, limits)
        if path.stat().st_size == 0:
            raise ProblemError(empty_file(original))
    readers: dict[str, Reader] = {
        "csv": read_csv,
        "excel": read_excel,
        "parquet": read_parquet,
        "jsonl": read_jsonl,
    }
    return readers[format_of(path, options)](connection, path, options, name, folder, limits)


def empty_file(name: str) -> Problem:
    """The problem of a file without a single byte or row."""
    return Problem(
        "files.empty",
        "The file is empty.",
        "Export it again; the first line must hold the names of the columns.",
        file=name,
    )


def unique_names(names: list[str]) -> tuple[str, ...]:
    """Header names made usable: trimmed, never empty, unique without regard to case."""
    seen: set[str] = set()
    result = []
    for position, raw in enumerate(names, start=1):
        base = " ".join(raw.split()) or f"column {position}"
        if base.startswith("__"):
            base = base.lstrip("_") or f"column {position}"
        name, count = base, 2
        while name.lower() in seen:
            name, count = f"{base} ({count})", count + 1
        seen.add(name.lower())
        result.append(name)
    return tuple(result)


def check_columns(columns: tuple[str, ...], file: str, limits: Limits) -> None:
    """Refuse a header with more columns than the limit."""
    if len(columns) > limits.columns:
        raise ProblemError(
            Problem(
                "files.too_many_columns",
                f"The file has {len(columns)} columns; {limits.columns} are read at most.",
                "Check the delimiter, or leave out the columns that are not needed.",
                file=file,
            )
        )
