"""The refused rows of a section, with their raw cells and every reason."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import duckdb

from vetta.adapters.files import ROW
from vetta.engine.schema.physical import literal, quote
from vetta.intake.staging.checking.columns import ColumnSql, typed_query
from vetta.intake.staging.checking.outcome import BAD, RefusedCell, RefusedRow
from vetta.intake.staging.section import CompiledSection


def refused_rows(
    connection: duckdb.DuckDBPyConnection,
    section: CompiledSection,
    checks: Sequence[ColumnSql],
    name: str,
) -> list[RefusedRow]:
    """The rows of the checked table ``name`` that may not land, in the file's order."""
    names = ", ".join(
        f"{literal(n)}, CAST({section.cell_sql(n)} AS VARCHAR)" for n in section.cell_names
    )
    wanted = (
        f"SELECT t.*, k.source_id AS __key "
        f"FROM ({typed_query(section, checks, f', json_object({names}) AS __cells')}) t "
        f"JOIN (SELECT {ROW}, source_id FROM {quote(name)} WHERE {BAD}) k USING ({ROW})"
    )
    reasons = ", ".join(f"{check.why} AS w{check.number}" for check in checks)
    texts = ", ".join(
        f"left(CAST({check.cell} AS VARCHAR), 500) AS t{check.number}" for check in checks
    )
    found = connection.execute(
        f"SELECT {ROW}, __key, __cells, [{', '.join(f'w{c.number}' for c in checks)}], "
        f"[{', '.join(f't{c.number}' for c in checks)}] "
        f"FROM (SELECT {ROW}, __key, __cells, {reasons}, {texts} FROM ({wanted})) ORDER BY {ROW}"
    )
    return list(_rows_of(found, section, checks))


def _rows_of(
    found: Any, section: CompiledSection, checks: Sequence[ColumnSql]
) -> Iterator[RefusedRow]:
    while batch := found.fetchmany(10_000):
        for row, key, raw, codes, texts in batch:
            reasons = tuple(
                RefusedCell(check.column.name, text, code)
                for check, code, text in zip(checks, codes, texts, strict=True)
                if code is not None
            )
            if not reasons:
                column = section.key[0]
                reasons = (RefusedCell(column, None, "intake.key_empty"),)
            cells_of_row = _shortened(json.loads(raw))
            yield RefusedRow(section.file, int(row), cells_of_row, reasons, key=key or "")


def _shortened(found: dict[str, str | None]) -> dict[str, str | None]:
    # A refused cell of ten megabytes is not worth keeping whole.
    return {name: text[:10_000] if text else text for name, text in found.items()}
