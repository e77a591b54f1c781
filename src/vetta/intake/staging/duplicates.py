"""Keys that stand more than once in a batch: the first row lands, the others are refused."""

from __future__ import annotations

import json
from collections.abc import Sequence

import duckdb

from vetta.adapters.files import ROW
from vetta.engine.schema.physical import literal, quote
from vetta.intake.staging.checking import BAD, CheckedSection, RefusedCell, RefusedRow
from vetta.intake.staging.section import BASE


def refuse_duplicates(
    connection: duckdb.DuckDBPyConnection, sections: Sequence[CheckedSection]
) -> None:
    """Mark every later row of a key as refused, across the sections of one table."""
    parts = [
        f"SELECT {number} AS section, {ROW}, source_id FROM {quote(section.rows)} WHERE NOT {BAD}"
        for number, section in enumerate(sections)
    ]
    together = " UNION ALL ".join(parts)
    doubled = connection.execute(
        f"SELECT count(*) FROM (SELECT hash(source_id) AS h FROM ({together}) "
        f"GROUP BY h HAVING count(*) > 1)"
    ).fetchone()
    if doubled is None or not doubled[0]:
        return
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE __doubled AS SELECT section, {ROW}, source_id FROM ("
        f"SELECT *, row_number() OVER (PARTITION BY source_id ORDER BY section, {ROW}) AS n "
        f"FROM ({together})) WHERE n > 1"
    )
    for number, section in enumerate(sections):
        _refuse(connection, section, number)
    connection.execute("DROP TABLE __doubled")


def _refuse(connection: duckdb.DuckDBPyConnection, checked: CheckedSection, number: int) -> None:
    section = checked.section
    mine = f"(SELECT {ROW} FROM __doubled WHERE section = {number})"
    names = ", ".join(
        f"{literal(n)}, CAST({section.cell_sql(n)} AS VARCHAR)" for n in section.cell_names
    )
    connection.execute(
        f"UPDATE {quote(checked.rows)} SET {BAD} = true WHERE {ROW} IN {mine} AND NOT {BAD}"
    )
    found = connection.execute(
        f"SELECT d.{ROW}, any_value(d.source_id), any_value(c.cells) "
        f"FROM (SELECT * FROM __doubled WHERE section = {number}) d LEFT JOIN "
        f"(SELECT {quote(BASE)}.{ROW} AS row, json_object({names}) AS cells {section.from_sql}) c "
        f"ON c.row = d.{ROW} GROUP BY d.{ROW} ORDER BY d.{ROW}"
    ).fetchall()
    column = section.key[0]
    checked.refused += [
        RefusedRow(
            section.file,
            int(row),
            json.loads(raw or "{}"),
            (RefusedCell(column, key, "intake.duplicate_key"),),
            key=key,
        )
        for row, key, raw in found
    ]
