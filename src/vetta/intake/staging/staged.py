"""Check a whole delivery against its mapping: everything before anything is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import duckdb

from vetta.adapters.files import SourceTable
from vetta.engine.schema import TableSchema
from vetta.engine.schema.physical import quote
from vetta.intake.mapping import Mapping as MappingFile
from vetta.intake.mapping import TableMapping
from vetta.intake.staging.checking import (
    BAD,
    ODD,
    CheckedSection,
    RefusedCell,
    RefusedRow,
    check_section,
)
from vetta.intake.staging.duplicates import refuse_duplicates
from vetta.intake.staging.gaps import empty_cells
from vetta.intake.staging.section import Compiler
from vetta.kernel.problem import Problem, ProblemError, Severity

Progress = Callable[[str, int, int | None], None]
UNDECLARED_SHARE = 0.2
UNDECLARED_FLOOR = 100
"""Where a mapping declares no error share, this many refused rows must come together first."""


@dataclass
class StagedTable:
    """All sections of one table, checked together."""

    name: str
    schema: TableSchema
    sections: list[CheckedSection] = field(default_factory=list)
    unreadable: list[RefusedRow] = field(default_factory=list)

    @property
    def refused(self) -> list[tuple[int, RefusedRow]]:
        """(section number, row) of everything that may not land."""
        rows = [(0, row) for row in self.unreadable]
        for number, section in enumerate(self.sections):
            rows += [(number, row) for row in section.refused]
        return rows

    @property
    def refused_count(self) -> int:
        return len(self.unreadable) + sum(len(section.refused) for section in self.sections)

    @property
    def read(self) -> int:
        return len(self.unreadable) + sum(section.read for section in self.sections)

    def good_rows(self) -> str:
        """A SELECT of the rows that may land, from all sections."""
        parts = [
            f"SELECT * EXCLUDE ({BAD}, {ODD}) FROM {quote(section.rows)} WHERE NOT {BAD}"
            for section in self.sections
        ]
        return " UNION ALL BY NAME ".join(parts)


@dataclass
class Staged:
    """A checked delivery."""

    tables: dict[str, StagedTable] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    numbers: dict[str, list[int]] = field(default_factory=dict)  # of the staged sections

    @property
    def failed(self) -> bool:
        """Whether a problem concerns more than single rows: then nothing may land."""
        return any(problem.severity is Severity.ERROR for problem in self.problems)


def stage(
    connection: duckdb.DuckDBPyConnection,
    mapping: MappingFile,
    schemas: Mapping[str, TableSchema],
    sources: Mapping[str, SourceTable],
    zone: str,
    progress: Progress,
    repaired: Mapping[tuple[str, int], str] | None = None,
) -> Staged:
    """Check every table that the mapping fills, in the order of ``schemas``.

    Args:
        zone: the organisation's time zone.
        repaired: in place of files, DuckDB relations of repaired rows by (table, section number);
            other sections are left out.
    """
    staged = Staged()
    compiler = Compiler(mapping.files, sources, zone)
    names = [name for name in schemas if name in mapping.tables]
    told: set[str] = set()
    for done, name in enumerate(names):
        progress("checking", done, len(names))
        table = StagedTable(name, schemas[name])
        for number, section in enumerate(mapping.tables[name]):
            relation = None if repaired is None else repaired.get((name, number))
            if repaired is not None and relation is None:
                continue
            if repaired is None and not _is_there(section, sources):
                continue
            try:
                _stage_section(
                    connection, compiler, table, section, number, relation, sources, told, staged
                )
            except ProblemError as error:
                staged.problems += error.problems
        if table.sections:
            refuse_duplicates(connection, table.sections)
            staged.tables[name] = table
    progress("checking", len(names), len(names))
    return staged


def _is_there(section: TableMapping, sources: Mapping[str, SourceTable]) -> bool:
    return all(name in sources for name in (section.from_, *(j.file for j in section.join)))


def _stage_section(
    connection: duckdb.DuckDBPyConnection,
    compiler: Compiler,
    table: StagedTable,
    mapping: TableMapping,
    number: int,
    relation: str | None,
    sources: Mapping[str, SourceTable],
    told: set[str],
    staged: Staged,
) -> None:
    section = compiler.section(table.name, table.schema, mapping, relation)
    if relation is None:
        _check_joins(connection, compiler, section.file, table.name, mapping)
    checked = check_section(connection, section, f"rows {table.name} {number}")
    table.sections.append(checked)
    staged.numbers.setdefault(table.name, []).append(number)
    staged.problems += checked.notices
    if relation is None:
        staged.problems += empty_cells(connection, checked)
    if relation is None and mapping.from_ not in told:
        told.add(mapping.from_)
        source = sources[mapping.from_]
        staged.problems += source.notices
        table.unreadable += [_unreadable(problem, source) for problem in source.refused]


def _unreadable(problem: Problem, source: SourceTable) -> RefusedRow:
    value = str(problem.details.get("value", ""))
    cell = RefusedCell(problem.column or "", value, problem.code)
    return RefusedRow(source.file, problem.row or 0, {}, (cell,), problem)


def _check_joins(
    connection: duckdb.DuckDBPyConnection,
    compiler: Compiler,
    file: str,
    table: str,
    mapping: TableMapping,
) -> None:
    for join in mapping.join:
        keys = [f"__k{number}" for number in range(len(join.on))]
        filled = " AND ".join(f"{key} IS NOT NULL" for key in keys)
        found = connection.execute(
            f"SELECT {', '.join(keys)}, count(*) AS n FROM {compiler.joined(join)} WHERE {filled} "
            f"GROUP BY ALL HAVING count(*) > 1 ORDER BY n DESC LIMIT 1"
        ).fetchone()
        if found is not None:
            value = ", ".join(str(part) for part in found[:-1])
            raise ProblemError(
                Problem(
                    "intake.join_not_unique",
                    f"{table}: {join.file} holds {found[-1]} rows for {value!r}, so looking "
                    "values up there would double rows.",
                    "Add to on: what tells them apart, or choose among them with where: in the "
                    "join.",
                    file=file,
                )
            )


def over_error_share(staged: Staged, declared: float | None) -> list[Problem]:
    """The tables whose share of refused rows forbids that anything lands."""
    problems = []
    for table in staged.tables.values():
        refused, read = table.refused_count, table.read
        if not read or not refused:
            continue
        limit = UNDECLARED_SHARE if declared is None else declared
        if declared is None and refused < UNDECLARED_FLOOR:
            continue
        if refused / read > limit:
            problems.append(
                Problem(
                    "intake.error_share",
                    f"{table.name}: {refused} of {read} rows are refused, more than the error "
                    f"share of {limit:.0%}; nothing landed.",
                    "Correct the mapping or the file; error_share: in the mapping (or "
                    "--error-share) allows more.",
                    file=table.sections[0].section.file,
                    details={"rows": refused, "table": table.name},
                )
            )
    return problems
