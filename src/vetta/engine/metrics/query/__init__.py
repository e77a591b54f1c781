"""From a resolved question to one SQL text per table: the only query path there is."""

from vetta.engine.metrics.query.build import compile_drill, compile_query, compile_unconverted
from vetta.engine.metrics.query.request import (
    LOOKUPS,
    Part,
    Place,
    StoredTable,
    TableQuery,
    rates_table,
)

__all__ = [
    "LOOKUPS",
    "Part",
    "Place",
    "StoredTable",
    "TableQuery",
    "compile_drill",
    "compile_query",
    "compile_unconverted",
    "rates_table",
]
