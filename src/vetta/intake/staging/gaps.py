"""What a delivery leaves empty, told once a section: nothing goes missing in silence."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb

from vetta.engine.schema.physical import quote
from vetta.intake.staging.checking import BAD, CheckedSection
from vetta.kernel.problem import Problem, Severity


def empty_cells(
    connection: duckdb.DuckDBPyConnection, checked: CheckedSection
) -> Iterator[Problem]:
    """One notice with the number of empty values of each mapped column that has any."""
    section = checked.section
    names = [column.name for column in section.columns if column.spec.constant is None]
    if not names or not checked.read:
        return
    counts = ", ".join(f"count(*) - count({quote(name)})" for name in names)
    found = connection.execute(
        f"SELECT {counts} FROM {quote(checked.rows)} WHERE NOT {BAD}"
    ).fetchone()
    assert found is not None
    gaps = {name: int(count) for name, count in zip(names, found, strict=True) if count}
    if gaps:
        listed = ", ".join(f"{name} {count}" for name, count in gaps.items())
        yield Problem(
            "intake.empty_cells",
            f"{section.table}: of {checked.read} rows, these columns are empty in: {listed}.",
            "Nothing to do where the source does not know more; default: fills them in.",
            Severity.NOTICE,
            section.file,
            details={"table": section.table, "rows": checked.read, **gaps},
        )
