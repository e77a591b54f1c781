"""The physical form of each contract type in Arrow, DuckDB and Ibis.

Timestamps are stored as instants (UTC). A business date is taken with
``(column AT TIME ZONE 'Europe/Rome')::DATE`` in DuckDB and the equivalent in Ibis.
"""

from __future__ import annotations

import pyarrow as pa

from vetta.engine.schema.types import ColumnType

DUCKDB_TYPES: dict[ColumnType, str] = {
    ColumnType.TEXT: "VARCHAR",
    ColumnType.INTEGER: "BIGINT",
    ColumnType.MONEY: "DECIMAL(18,4)",
    ColumnType.RATIO: "DECIMAL(18,6)",
    ColumnType.FX_RATE: "DECIMAL(20,10)",
    ColumnType.NUMBER: "DECIMAL(18,6)",
    ColumnType.BOOLEAN: "BOOLEAN",
    ColumnType.DATE: "DATE",
    ColumnType.TIMESTAMP: "TIMESTAMP WITH TIME ZONE",
}

IBIS_TYPES: dict[ColumnType, str] = {
    ColumnType.TEXT: "string",
    ColumnType.INTEGER: "int64",
    ColumnType.MONEY: "decimal(18, 4)",
    ColumnType.RATIO: "decimal(18, 6)",
    ColumnType.FX_RATE: "decimal(20, 10)",
    ColumnType.NUMBER: "decimal(18, 6)",
    ColumnType.BOOLEAN: "boolean",
    ColumnType.DATE: "date",
    ColumnType.TIMESTAMP: "timestamp('UTC')",
}

ARROW_TYPES: dict[ColumnType, pa.DataType] = {
    ColumnType.TEXT: pa.string(),
    ColumnType.INTEGER: pa.int64(),
    ColumnType.MONEY: pa.decimal128(18, 4),
    ColumnType.RATIO: pa.decimal128(18, 6),
    ColumnType.FX_RATE: pa.decimal128(20, 10),
    ColumnType.NUMBER: pa.decimal128(18, 6),
    ColumnType.BOOLEAN: pa.bool_(),
    ColumnType.DATE: pa.date32(),
    ColumnType.TIMESTAMP: pa.timestamp("us", tz="UTC"),
}

# Digits before and after the decimal point that each exact type holds.
DECIMAL_SHAPES: dict[ColumnType, tuple[int, int]] = {
    ColumnType.MONEY: (18, 4),
    ColumnType.RATIO: (18, 6),
    ColumnType.FX_RATE: (20, 10),
    ColumnType.NUMBER: (18, 6),
}


def quote(name: str) -> str:
    """``name`` as a DuckDB identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """``text`` as a DuckDB string literal."""
    return "'" + text.replace("'", "''") + "'"
