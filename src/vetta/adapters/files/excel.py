"""Excel workbooks (and OpenDocument sheets), read by calamine; formulas arrive as results."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from python_calamine import CalamineError, CalamineWorkbook

from vetta.adapters.files.archives import check_workbook
from vetta.adapters.files.limits import Limits
from vetta.adapters.files.reader import (
    ROW,
    FileOptions,
    SourceTable,
    check_columns,
    empty_file,
    unique_names,
)
from vetta.engine.schema.physical import quote
from vetta.kernel.problem import Problem, ProblemError


def read_excel(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    options: FileOptions,
    name: str,
    _folder: Path,
    limits: Limits,
) -> SourceTable:
    """Read one sheet: the named one, else the first. The first row that is not empty is the
    header."""
    check_workbook(path, limits)
    rows = _rows(path, options, limits)
    body = rows[options.skip :]
    start = next((i for i, row in enumerate(body) if any(_text(cell) for cell in row)), None)
    if start is None:
        raise ProblemError(empty_file(path.name))
    if options.header:
        header, data = [_text(cell) or "" for cell in body[start]], body[start + 1 :]
    else:
        header, data = [""] * len(body[start]), body[start:]
    names = unique_names(list(options.names) or header)
    check_columns(names, path.name, limits)
    kept = [(i, row) for i, row in enumerate(data, start=1) if any(_text(cell) for cell in row)]
    columns = {ROW: pa.array([i for i, _ in kept], pa.int64())}
    for position, column in enumerate(names):
        cells = [_text(row[position]) if position < len(row) else None for _, row in kept]
        columns[column] = pa.array(cells, pa.string())
    target = quote(f"file {name}")
    table = pa.table(columns)
    connection.register("__arriving", table)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {target} AS SELECT * FROM __arriving")
    connection.unregister("__arriving")
    return SourceTable(name, path.name, target, names, len(kept))


def _rows(path: Path, options: FileOptions, limits: Limits) -> list[list[Any]]:
    try:
        workbook = CalamineWorkbook.from_path(str(path))
    except (CalamineError, OSError) as error:
        raise ProblemError(
            Problem(
                "files.damaged_workbook",
                f"The workbook cannot be opened: {error}.",
                "Open it in a spreadsheet program and save it again as .xlsx, without a password.",
                file=path.name,
            )
        ) from error
    names = workbook.sheet_names
    if options.sheet is not None and options.sheet not in names:
        raise ProblemError(
            Problem(
                "files.no_such_sheet",
                f"The workbook has no sheet {options.sheet!r}.",
                f"Its sheets are: {', '.join(names)}.",
                file=path.name,
            )
        )
    sheet = workbook.get_sheet_by_name(options.sheet or names[0])
    if sheet.total_height * sheet.total_width > limits.sheet_cells:
        raise ProblemError(
            Problem(
                "files.sheet_too_large",
                f"The sheet has {sheet.total_height} rows and {sheet.total_width} columns, too "
                "many to be read at once.",
                "Save it as CSV, or delete the empty rows below the data.",
                file=path.name,
            )
        )
    rows: list[list[Any]] = sheet.to_python(skip_empty_area=True)
    return rows


def _text(cell: Any) -> str | None:
    """A cell as the text a person would read; None where it is empty."""
    if cell is None or cell == "":
        return None
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, dt.datetime):
        midnight = cell.time() == dt.time()
        return cell.date().isoformat() if midnight else cell.isoformat(sep=" ")
    if isinstance(cell, dt.date | dt.time):
        return cell.isoformat()
    return str(cell)
