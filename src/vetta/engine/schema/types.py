"""Tables as values: what a column is, what a table is. The contract of facts and imports."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class ColumnType(StrEnum):
    """The types of the data contract; each has one Arrow, one DuckDB and one Ibis form."""

    TEXT = "text"
    INTEGER = "integer"
    MONEY = "money"  # decimal(18,4) in the row's own currency
    RATIO = "ratio"  # decimal(18,6), shares and fractions in 0..1
    FX_RATE = "fx_rate"  # decimal(20,10)
    NUMBER = "number"  # decimal(18,6): scores, coordinates, any other number
    BOOLEAN = "boolean"
    DATE = "date"
    TIMESTAMP = "timestamp"  # UTC


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Args:
        references: the table whose key this column names (``accounts``), or None.
        choices: the allowed values, or empty for any.
        minimum, maximum: inclusive bounds as decimal strings, or None.
        currency_column: for MONEY, the column that holds the currency.
    """

    name: str
    type: ColumnType
    title: str
    description: str = ""
    required: bool = False
    references: str | None = None
    choices: tuple[str, ...] = ()
    minimum: str | None = None
    maximum: str | None = None
    currency_column: str | None = None
    aliases: tuple[str, ...] = ()  # header names that suggest this column


@dataclass(frozen=True, slots=True)
class TableSchema:
    """One table.

    Args:
        key: the columns that, with ``source``, identify a row.
        event_column: the date or timestamp that a row happened on; partitions by its month.
        custom: whether typed attributes (``custom__name``) may be added by a mapping.
    """

    name: str
    title: str
    description: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    event_column: str | None = None
    custom: bool = True

    def column(self, name: str) -> Column:
        """The column of that name; KeyError if there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    def __iter__(self) -> Iterator[Column]:
        return iter(self.columns)
