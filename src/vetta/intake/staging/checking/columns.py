"""The SQL of a section's columns: cell, typed value, what is wrong or odd with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from vetta.adapters.files import LIMITS, ROW
from vetta.adapters.files.encoding import BROKEN
from vetta.engine.schema import CURRENCY_COLUMNS, ColumnType
from vetta.engine.schema.physical import DUCKDB_TYPES, literal
from vetta.intake.staging import cells
from vetta.intake.staging.section import BASE, FIX, CompiledColumn, CompiledSection
from vetta.kernel.money import CURRENCIES

FORMULA = (("=", ">"), ("@", "A"))


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


def typed_query(section: CompiledSection, checks: Sequence[ColumnSql], extra: str = "") -> str:
    """The sub-query with ``r<i>`` and ``v<i>`` of every column."""
    raw = ", ".join(f"{check.cell_sql} AS {check.cell}" for check in checks)
    values = ", ".join(f"{check.value_sql} AS {check.value}" for check in checks)
    return (
        f"SELECT *, {values} FROM (SELECT {BASE}.{ROW} AS {ROW}, {raw}{extra} {section.from_sql})"
    )


def typed_raw(section: CompiledSection, checks: Sequence[ColumnSql]) -> str:
    """The typed sub-query, with the cells before replacement (``o<i>``) as well."""
    originals = "".join(
        f", {cells.trimmed(check.column.origin, odd=section.odd_spaces)} AS o{check.number}"
        for check in checks
        if check.column.spec.replace and check.column.is_text
    )
    return typed_query(section, checks, originals)


def curiosities(check: ColumnSql) -> Iterator[tuple[str, str]]:
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


def one_row(connection: duckdb.DuckDBPyConnection, query: str) -> tuple[Any, ...]:
    """The only row of a query that always gives one."""
    row = connection.execute(query).fetchone()
    assert row is not None
    return tuple(row)
