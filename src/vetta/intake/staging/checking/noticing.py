"""What is worth telling of rows that land, and of rows that were left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import duckdb
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from vetta.adapters.files import ROW
from vetta.engine.schema.physical import quote
from vetta.intake.staging.checking.columns import ColumnSql, curiosities, one_row, typed_raw
from vetta.intake.staging.section import BASE, CompiledSection
from vetta.kernel.problem import Problem, Severity


def notices_of(
    connection: duckdb.DuckDBPyConnection,
    section: CompiledSection,
    checks: Sequence[ColumnSql],
) -> Iterator[Problem]:
    """What is worth telling of cells that land: put right, like a formula, rounded."""
    asked = [(kind, check, condition) for check in checks for kind, condition in curiosities(check)]
    counts = ", ".join(
        f"count(*) FILTER ({condition}), min({ROW}) FILTER ({condition})"
        for _kind, _check, condition in asked
    )
    found = one_row(connection, f"SELECT {counts} FROM ({typed_raw(section, checks)})")
    for position, (kind, check, _condition) in enumerate(asked):
        count, first = found[2 * position], found[2 * position + 1]
        if count:
            yield _notice(kind, check, int(count), int(first))


def _notice(kind: str, check: ColumnSql, count: int, first: int) -> Problem:
    file, name = check.section.file, check.column.name
    details: dict[str, str | int] = {"rows": count, "table": check.section.table}
    if kind == "replaced":
        return Problem(
            "intake.replaced",
            ngettext(
                "{count} value of {name} was put right as replace: says.",
                "{count} values of {name} were put right as replace: says.",
                count,
            ).format(count=count, name=name),
            _("Correct them in the source, then the mapping can do without."),
            Severity.NOTICE,
            file,
            first,
            name,
            details=details,
        )
    if kind == "formula":
        return Problem(
            "intake.formula",
            ngettext(
                "{count} cell of {name} begins like a formula; it is kept as text.",
                "{count} cells of {name} begin like a formula; they are kept as text.",
                count,
            ).format(count=count, name=name),
            _("Exports write them so that no spreadsheet calculates them."),
            Severity.NOTICE,
            file,
            first,
            name,
            details=details,
        )
    return Problem(
        "intake.rounded",
        ngettext(
            "{count} value of {name} has more decimals than are stored and was "
            "rounded half away from zero.",
            "{count} values of {name} have more decimals than are stored and were "
            "rounded half away from zero.",
            count,
        ).format(count=count, name=name),
        _("Nothing to do where that is known; money is stored to a ten-thousandth."),
        Severity.NOTICE,
        file,
        first,
        name,
        details=details,
    )


def left_out(
    connection: duckdb.DuckDBPyConnection, section: CompiledSection, read: int
) -> Iterator[Problem]:
    """How many rows ``where`` and ``distinct`` kept from the table."""
    mapping = section.mapping
    if section.repaired or not (mapping.where or mapping.distinct):
        return
    base = section.from_sql
    unfiltered = base.split(f" {quote(BASE)}", 1)[0] + f" {quote(BASE)}"
    total = one_row(connection, f"SELECT count(*) {unfiltered}")[0]
    kept = one_row(connection, f"SELECT count(*) {base}")[0]
    if mapping.where and total > kept:
        yield Problem(
            "intake.left_out",
            _("{table}: {left} of {total} rows were left out by where:.").format(
                table=section.table, left=total - kept, total=total
            ),
            _("Nothing to do if that is meant."),
            Severity.NOTICE,
            section.file,
            details={"rows": int(total - kept), "table": section.table},
        )
    if mapping.distinct and kept > read:
        yield Problem(
            "intake.alike",
            _("{table}: {kept} rows came out as {read} different ones.").format(
                table=section.table, kept=kept, read=read
            ),
            _("Nothing to do if that is meant by distinct:."),
            Severity.NOTICE,
            section.file,
            details={"rows": int(kept - read), "table": section.table},
        )
