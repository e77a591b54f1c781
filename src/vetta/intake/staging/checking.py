"""Run a compiled section: typed rows that may land, and a reason for each that may not."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb

from vetta.adapters.files import LIMITS, ROW
from vetta.adapters.files.encoding import BROKEN
from vetta.engine.schema import CURRENCY_COLUMNS, EVENT_MONTH, ColumnType
from vetta.engine.schema.physical import DUCKDB_TYPES, literal, quote
from vetta.intake.staging import cells
from vetta.intake.staging.reasons import refusal
from vetta.intake.staging.section import BASE, FIX, CompiledColumn, CompiledSection
from vetta.kernel.money import CURRENCIES
from vetta.kernel.problem import Problem, ProblemError, Severity

BAD = "__bad"
ODD = "__odd"
FORMULA = (("=", ">"), ("@", "A"))


@dataclass(frozen=True)
class RefusedCell:
    """One cell that may not land, in the contract's column, with its raw value."""

    column: str
    value: str | None
    code: str


@dataclass(frozen=True)
class RefusedRow:
    """One row that may not land: all its raw cells, so that it can be repaired and sent again."""

    file: str
    row: int
    cells: dict[str, str | None]
    reasons: tuple[RefusedCell, ...]
    whole: Problem | None = None  # where the line could not be read, or a receiver refused it
    key: str = ""

    def problems(self) -> Iterator[Problem]:
        if self.whole is not None:
            yield self.whole
            return
        for cell in self.reasons:
            yield refusal(cell.code, self.file, self.row, cell.column, cell.value)


@dataclass
class CheckedSection:
    """The outcome of one section.

    Args:
        rows: name of a DuckDB table: ``__row``, ``source_id``, columns, ``event_month``, ``__bad``.
        read: rows that belong to the table (after ``where`` and ``distinct``).
    """

    section: CompiledSection
    rows: str
    read: int
    refused: list[RefusedRow] = field(default_factory=list)
    notices: list[Problem] = field(default_factory=list)

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.section.columns]


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
    odd = " OR ".join(condition for check in checks for _, condition in _curiosities(check))
    odd = odd or "false"
    typed = _typed_raw(section, checks)
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
    read, refused, curious = _one(
        connection,
        f"SELECT count(*), count(*) FILTER ({BAD}), count(*) FILTER ({ODD}) FROM {quote(name)}",
    )
    outcome = CheckedSection(section, name, read)
    if refused:
        outcome.refused += _refused_rows(connection, section, checks, name)
    outcome.notices += _left_out(connection, section, read)
    if curious:
        outcome.notices += _notices(connection, section, checks)
    return outcome


@dataclass(frozen=True)
class ColumnSql:
    """The SQL of one column, in terms of the typed sub-query (``r<i>``, ``v<i>``)."""

    section: CompiledSection
    column: CompiledColumn
    number: int

    @property
    def cell(self) -> str:
        return f"r{self.number}"

    @property
    def value(self) -> str:
        return f"v{self.number}"

    @property
    def kind(self) -> ColumnType:
        return self.column.column.type

    @property
    def is_plain_text(self) -> bool:
        return self.kind is ColumnType.TEXT

    # -- first level: the cell as text ------------------------------------------------------

    @property
    def cell_sql(self) -> str:
        """The raw cell: trimmed text, NULL for empty, put right and filled up as the mapping says.

        An expression that is not text gives its own type; its text is only for messages.
        """
        spec, origin = self.column.spec, self.column.origin
        if not self.column.is_text and not self.section.repaired:
            return origin
        if not self.column.is_text:
            origin = f"CAST({origin} AS VARCHAR)"
        if self.section.repaired:
            fixed = f"json_extract_string({BASE}.{FIX}, {literal('/' + self.column.name)})"
            origin = f"coalesce({fixed}, {origin})"
        cell = (
            f"nullif({origin}, '')"
            if spec.constant is not None
            else cells.trimmed(origin, odd=self.section.odd_spaces)
        )
        if self.column.empty:
            tokens = ", ".join(literal(token) for token in self.column.empty)
            cell = f"(CASE WHEN {cell} NOT IN ({tokens}) THEN {cell} END)"
        if spec.replace:
            cases = " ".join(
                f"WHEN {literal(old)} THEN {literal(new)}" for old, new in spec.replace.items()
            )
            cell = f"nullif(CASE {cell} {cases} ELSE {cell} END, '')"
        if spec.default is not None:
            cell = f"coalesce({cell}, {literal(spec.default)})"
        return cell

    # -- second level: the typed value ------------------------------------------------------

    @property
    def _mapped(self) -> str:
        values = self.column.spec.values
        if values is None:
            return self.cell
        cases = " ".join(
            f"WHEN {literal(old.lower())} THEN {literal(new or '')}" for old, new in values.items()
        )
        if self.section.repaired:
            # A repair may name the contract's value itself.
            return f"nullif(CASE lower({self.cell}) {cases} ELSE {self.cell} END, '')"
        return f"nullif(CASE lower({self.cell}) {cases} END, '')"

    @property
    def value_sql(self) -> str:
        if not self.column.is_text and not self.section.repaired:
            return f"TRY_CAST({self.cell} AS {DUCKDB_TYPES[self.kind]})"
        value = cells.typed(self.kind, self._mapped, self.column.manner)
        if self.column.name in CURRENCY_COLUMNS:
            return f"upper({value})"
        if self.column.column.choices:
            return f"lower({value})"
        return value

    # -- what is wrong ----------------------------------------------------------------------

    def conditions(self) -> Iterator[tuple[str, str]]:
        """(SQL that is true where the cell is refused, SQL of the reason's code), in order."""
        column, cell, value = self.column.column, self.cell, self.value
        if column.required:
            yield f"{cell} IS NULL", "'intake.required'"
        if self.column.spec.values is not None and self.column.is_text:
            keys = ", ".join(literal(old.lower()) for old in self.column.spec.values)
            if self.section.repaired:
                known = {new for new in self.column.spec.values.values() if new}
                keys = ", ".join([keys, *(literal(new.lower()) for new in sorted(known))])
            yield f"lower({cell}) NOT IN ({keys})", "'intake.unknown_value'"
        if not self.is_plain_text:
            filled = self._mapped if self.column.is_text else cell
            text = filled if self.column.is_text else f"CAST({cell} AS VARCHAR)"
            why = cells.reason(self.kind, text, self.column.manner)
            yield f"({filled} IS NOT NULL AND {value} IS NULL)", why
        if self.kind is ColumnType.DATE or self.kind is ColumnType.TIMESTAMP:
            first, end = f"DATE '{cells.FIRST_DATE}'", f"DATE '{cells.END_DATE}'"
            yield f"({value} < {first} OR {value} >= {end})", "'intake.date_out_of_range'"
        if column.choices:
            choices = ", ".join(literal(choice) for choice in column.choices)
            yield f"{value} NOT IN ({choices})", "'intake.unknown_value'"
        if column.minimum is not None:
            least = f"CAST({literal(column.minimum)} AS {DUCKDB_TYPES[self.kind]})"
            yield f"{value} < {least}", "'intake.below_minimum'"
        if column.maximum is not None:
            most = f"CAST({literal(column.maximum)} AS {DUCKDB_TYPES[self.kind]})"
            yield f"{value} > {most}", "'intake.above_maximum'"
        if self.column.name in CURRENCY_COLUMNS:
            codes = ", ".join(literal(code) for code in sorted(CURRENCIES))
            yield f"{value} NOT IN ({codes})", "'intake.unknown_currency'"
        if self.is_plain_text and self.column.is_text:
            yield f"strlen({cell}) > {LIMITS.cell_bytes}", "'intake.cell_too_long'"
            if self.section.broken:
                yield f"contains({cell}, {literal(BROKEN)})", "'intake.broken_text'"

    @property
    def bad(self) -> str:
        return " OR ".join(condition for condition, _ in self.conditions()) or "false"

    @property
    def why(self) -> str:
        """SQL of the code of the first reason that holds, or NULL."""
        cases = " ".join(f"WHEN {condition} THEN {code}" for condition, code in self.conditions())
        return f"(CASE {cases} END)" if cases else "NULL"


def _typed(section: CompiledSection, checks: Sequence[ColumnSql], extra: str = "") -> str:
    """The sub-query with ``r<i>`` and ``v<i>`` of every column."""
    raw = ", ".join(f"{check.cell_sql} AS {check.cell}" for check in checks)
    values = ", ".join(f"{check.value_sql} AS {check.value}" for check in checks)
    return (
        f"SELECT *, {values} FROM (SELECT {BASE}.{ROW} AS {ROW}, {raw}{extra} {section.from_sql})"
    )


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


def _refused_rows(
    connection: duckdb.DuckDBPyConnection,
    section: CompiledSection,
    checks: Sequence[ColumnSql],
    name: str,
) -> list[RefusedRow]:
    names = ", ".join(
        f"{literal(n)}, CAST({section.cell_sql(n)} AS VARCHAR)" for n in section.cell_names
    )
    wanted = (
        f"SELECT t.*, k.source_id AS __key "
        f"FROM ({_typed(section, checks, f', json_object({names}) AS __cells')}) t "
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


def _notices(
    connection: duckdb.DuckDBPyConnection,
    section: CompiledSection,
    checks: Sequence[ColumnSql],
) -> Iterator[Problem]:
    asked = [
        (kind, check, condition) for check in checks for kind, condition in _curiosities(check)
    ]
    counts = ", ".join(
        f"count(*) FILTER ({condition}), min({ROW}) FILTER ({condition})"
        for _, _, condition in asked
    )
    found = _one(connection, f"SELECT {counts} FROM ({_typed_raw(section, checks)})")
    for position, (kind, check, _) in enumerate(asked):
        count, first = found[2 * position], found[2 * position + 1]
        if count:
            yield _notice(kind, check, int(count), int(first))


def _typed_raw(section: CompiledSection, checks: Sequence[ColumnSql]) -> str:
    originals = "".join(
        f", {cells.trimmed(check.column.origin, odd=section.odd_spaces)} AS o{check.number}"
        for check in checks
        if check.column.spec.replace and check.column.is_text
    )
    return _typed(section, checks, originals)


def _curiosities(check: ColumnSql) -> Iterator[tuple[str, str]]:
    """(kind, SQL that is true) of what is worth telling though the cell may land."""
    if not check.column.is_text or check.column.spec.constant is not None:
        return
    if check.column.spec.replace:
        old = ", ".join(literal(word) for word in check.column.spec.replace)
        yield "replaced", f"o{check.number} IN ({old})"
    if check.is_plain_text:
        # Ranges over the first character cost far less than cutting it off.
        first = [f"({check.cell} >= '{a}' AND {check.cell} < '{b}')" for a, b in FORMULA]
        yield "formula", " OR ".join(first)
        return
    lost = cells.rounded(check.kind, check.cell, check.value, check.column.manner)
    if lost is not None:
        yield "rounded", lost


def _notice(kind: str, check: ColumnSql, count: int, first: int) -> Problem:
    file, name = check.section.file, check.column.name
    details: dict[str, str | int] = {"rows": count, "table": check.section.table}
    if kind == "replaced":
        return Problem(
            "intake.replaced",
            f"{count} values of {name} were put right as replace: says.",
            "Correct them in the source, then the mapping can do without.",
            Severity.NOTICE,
            file,
            first,
            name,
            details=details,
        )
    if kind == "formula":
        return Problem(
            "intake.formula",
            f"{count} cells of {name} begin like a formula; they are kept as text.",
            "Exports write them so that no spreadsheet calculates them.",
            Severity.NOTICE,
            file,
            first,
            name,
            details=details,
        )
    return Problem(
        "intake.rounded",
        f"{count} values of {name} have more decimals than are stored and were rounded half "
        "away from zero.",
        "Nothing to do where that is known; money is stored to a ten-thousandth.",
        Severity.NOTICE,
        file,
        first,
        name,
        details=details,
    )


def _left_out(
    connection: duckdb.DuckDBPyConnection, section: CompiledSection, read: int
) -> Iterator[Problem]:
    mapping = section.mapping
    if section.repaired or not (mapping.where or mapping.distinct):
        return
    base = section.from_sql
    unfiltered = base.split(f" {quote(BASE)}", 1)[0] + f" {quote(BASE)}"
    total = _one(connection, f"SELECT count(*) {unfiltered}")[0]
    kept = _one(connection, f"SELECT count(*) {base}")[0]
    if mapping.where and total > kept:
        yield Problem(
            "intake.left_out",
            f"{section.table}: {total - kept} of {total} rows were left out by where:.",
            "Nothing to do if that is meant.",
            Severity.NOTICE,
            section.file,
            details={"rows": int(total - kept), "table": section.table},
        )
    if mapping.distinct and kept > read:
        yield Problem(
            "intake.alike",
            f"{section.table}: {kept} rows came out as {read} different ones.",
            "Nothing to do if that is meant by distinct:.",
            Severity.NOTICE,
            section.file,
            details={"rows": int(kept - read), "table": section.table},
        )


def _one(connection: duckdb.DuckDBPyConnection, query: str) -> tuple[Any, ...]:
    row = connection.execute(query).fetchone()
    assert row is not None
    return tuple(row)
