"""The data contract as values: types, tables, physical forms."""

from vetta.engine.schema.contract import (
    BALANCING,
    COMMON_COLUMNS,
    CURRENCY_COLUMNS,
    CUSTOM_PREFIX,
    EVENT_MONTH,
    FACT_TABLES,
    OWNER_COLUMNS,
)
from vetta.engine.schema.types import Column, ColumnType, TableSchema

__all__ = [
    "BALANCING",
    "COMMON_COLUMNS",
    "CURRENCY_COLUMNS",
    "CUSTOM_PREFIX",
    "EVENT_MONTH",
    "FACT_TABLES",
    "OWNER_COLUMNS",
    "Column",
    "ColumnType",
    "TableSchema",
]
