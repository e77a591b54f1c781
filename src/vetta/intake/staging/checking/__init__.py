"""Run a compiled section: typed rows that may land, and a reason for each that may not."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from vetta.adapters.files import ROW
from vetta.engine.schema import EVENT_MONTH, ColumnType
from vetta.engine.schema.physical import quote
from vetta.intake.staging.checking.columns import ColumnSql, curiosities, one_row, typed_raw
from vetta.intake.staging.checking.noticing import left_out, notices_of
from vetta.intake.staging.checking.outcome import BAD, ODD, CheckedSection, RefusedCell, RefusedRow
from vetta.intake.staging.checking.refusing import refused_rows
from vetta.intake.staging.section import CompiledSection
from vetta.kernel.problem import Problem, ProblemError

__all__ = ["BAD", "ODD", "CheckedSection", "RefusedCell", "RefusedRow", "check_section"]


def check_section(
    connection: duckdb.DuckDBPyConnection, section: CompiledSection, name: str
) -> CheckedSection:
    """Type and check the rows of a section into the DuckDB table ``name``.

    Raises:
        ProblemError: where an expression cannot be calculated for some row.
    """
    try:
        return _check(connection, section, name)
    except duckdb.Error as error:
        message = str(error).splitlines()[0]
        raise ProblemError(
            Problem(
                "intake.expression_failed",
                f"{section.table}: an expression cannot be calculated: {message}",
                "Correct the expression in the mapping, or refuse such rows with where:.",
                file=section.file,
            )
        ) from error


def _check(
    connection: duckdb.DuckDBPyConnection, section: CompiledSection, name: str
) -> CheckedSection:
    checks = [ColumnSql(section, column, i) for i, column in enumerate(section.columns)]
    odd = " OR ".join(condition for check in checks for _, condition in curiosities(check))
    odd = odd or "false"
    typed = typed_raw(section, checks)
    values = ", ".join(f"{check.value} AS {quote(check.column.name)}" for check in checks)
    bad = " OR ".join(check.bad for check in checks)
    key_bad = _key_is_empty(section, checks)
    select = (
        f"SELECT {ROW}, {_source_id(section, checks)} AS source_id, {values}, "
        f"{_event_month(section, checks)} AS {EVENT_MONTH}, "
        f"coalesce({bad} OR {key_bad}, false) AS {BAD}, "
        f"coalesce({odd}, false) AS {ODD} FROM ({typed})"
    )
    if section.mapping.distinct:
        others = ", ".join(quote(check.column.name) for check in checks)
        select = (
            f"SELECT min({ROW}) AS {ROW}, source_id, {others}, {EVENT_MONTH}, {BAD}, "
            f"bool_or({ODD}) AS {ODD} FROM ({select}) GROUP BY ALL"
        )
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {quote(name)} AS {select}")
    read, refused, curious = one_row(
        connection,
        f"SELECT count(*), count(*) FILTER ({BAD}), count(*) FILTER ({ODD}) FROM {quote(name)}",
    )
    outcome = CheckedSection(section, name, read)
    if refused:
        outcome.refused += refused_rows(connection, section, checks, name)
    outcome.notices += left_out(connection, section, read)
    if curious:
        outcome.notices += notices_of(connection, section, checks)
    return outcome


def _source_id(section: CompiledSection, checks: Sequence[ColumnSql]) -> str:
    values = {check.column.name: check.value for check in checks}
    parts = [values[name] for name in section.key if name in values]
    if len(parts) == 1:
        return f"CAST({parts[0]} AS VARCHAR)"
    written = ", ".join(f"coalesce(CAST({part} AS VARCHAR), '')" for part in parts)
    return f"concat_ws('|', {written})"


def _key_is_empty(section: CompiledSection, checks: Sequence[ColumnSql]) -> str:
    values = [check.value for check in checks if check.column.name in section.key]
    return " AND ".join(f"{value} IS NULL" for value in values)


def _event_month(section: CompiledSection, checks: Sequence[ColumnSql]) -> str:
    for check in checks:
        if check.column.name == section.schema.event_column:
            if check.kind is ColumnType.DATE:
                return f"left(CAST({check.value} AS VARCHAR), 7)"
            return f"strftime({check.value}, '%Y-%m')"
    return "CAST(NULL AS VARCHAR)"
