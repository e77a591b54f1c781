"""What the footers of Parquet files tell about a table, without reading it."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import duckdb

from vetta.engine.schema.physical import literal


@lru_cache(maxsize=256)
def statistics(
    files: tuple[str, ...], rows: int
) -> tuple[dict[str, str], frozenset[str], dict[str, date]]:
    """From the footers of Parquet files: single values, columns without gaps, last days."""
    listed = ", ".join(literal(path) for path in files)
    connection = duckdb.connect(":memory:")
    try:
        found = connection.execute(
            "SELECT path_in_schema, sum(num_values), sum(stats_null_count), "  # noqa: S608
            "count(stats_null_count) = count(*), min(stats_min_value), max(stats_max_value), "
            "count(stats_max_value) = count(*) "
            f"FROM parquet_metadata([{listed}]) WHERE row_group_num_rows > 0 GROUP BY 1"
        ).fetchall()
    finally:
        connection.close()
    only: dict[str, str] = {}
    complete: set[str] = set()
    latest: dict[str, date] = {}
    for name, values, nulls, counted, least, most, bounded in found:
        everywhere = int(values or 0) == rows
        if everywhere and counted and not nulls:
            complete.add(name)
        # Long texts are cut in the statistics, so equal bounds prove nothing for them.
        if everywhere and bounded and least == most and least is not None and len(least) < 60:
            only[name] = least
        if most is not None:
            try:
                latest[name] = date.fromisoformat(most[:10])
            except ValueError:
                continue
    return only, frozenset(complete), latest
