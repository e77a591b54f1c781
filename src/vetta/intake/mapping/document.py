"""The form of a mapping file. ``docs/reference/mapping.md`` explains it to its writers."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from vetta.engine.schema import ColumnType

NAME = r"^[A-Za-z][A-Za-z0-9_]*$"
CUSTOM_NAME = r"^[a-z][a-z0-9_]{0,62}$"


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str | dict | BaseModel) else value


def _as_text(value: Any) -> Any:
    return "" if value is None else value


Words = Annotated[list[str], BeforeValidator(_as_list)]
Text = Annotated[str, BeforeValidator(_as_text)]


class Document(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Reading(Document):
    """How text becomes numbers and dates; said for a file, or for one column of it."""

    decimal: Literal[".", ","] | None = Field(None, description="The decimal sign; . if not said.")
    thousands: Literal[".", ",", " ", "'"] | None = Field(
        None, description="The sign between thousands; none if not said."
    )
    date_format: Words | None = Field(
        None,
        description="How dates are written, such as dd/mm/yyyy or %d/%m/%Y; several may be "
        "listed. Not needed for 2024-03-01.",
    )
    time_zone: str | None = Field(
        None, description="The zone of times that name none; the organisation's if not said."
    )


class FileMapping(Reading):
    """One file of the delivery."""

    path: str = Field(description="Name in the folder or archive; * stands for anything.")
    format: Literal["csv", "excel", "parquet", "jsonl"] | None = None
    delimiter: str | None = Field(None, min_length=1, max_length=1)
    quote: str = Field('"', min_length=1, max_length=1)
    encoding: str | None = Field(None, description="Found out if not said.")
    sheet: str | None = Field(None, description="The first sheet if not said.")
    skip: int = Field(0, ge=0, le=10_000, description="Lines above the header.")
    header: bool = True
    names: list[str] = Field([], description="Column names, where the file has none.")
    empty: list[str] = Field([], description="Cells that mean nothing, such as NULL or n/a.")
    optional: bool = Field(False, description="Do without the file where it is absent.")


class ColumnMapping(Reading):
    """Where a column's values come from: exactly one of column, expression and constant."""

    column: str | None = Field(None, description="A column of the file, or alias.column.")
    expression: str | None = None
    constant: Text | None = None
    values: dict[str, Text | None] | None = Field(
        None, description="Each value of the file → the contract's; any other is refused."
    )
    replace: dict[str, Text] = Field({}, description="Values to put right; counted in the report.")
    default: str | None = Field(None, description="Stands where the cell is empty.")
    type: ColumnType | None = Field(None, description="For custom attributes.")

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: Any) -> Any:
        return {"expression": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _one_origin(self) -> ColumnMapping:
        given = [self.column, self.expression, self.constant]
        if sum(origin is not None for origin in given) != 1:
            raise ValueError("say exactly one of column, expression and constant")
        return self


class Join(Document):
    """Values from another file, looked up by a key that must be unique there."""

    file: str
    alias: str | None = Field(None, alias="as", pattern=NAME, description="The file's name.")
    on: dict[str, str] = Field(min_length=1, description="Expression here → expression there.")
    where: str | None = Field(None, description="Only these rows of the other file.")

    @property
    def name(self) -> str:
        return self.alias or self.file


class Balance(Document):
    """One line per order that makes the lines equal their head."""

    heads: Literal["orders"] = "orders"
    events: list[str] = Field(["booked"], min_length=1, description="Lines that count.")


class TableMapping(Document):
    """How one table is filled from one file."""

    from_: str = Field(alias="from")
    join: Annotated[list[Join], BeforeValidator(_as_list)] = []
    where: str | None = Field(None, description="Rows that belong to the table; others are counted")
    distinct: bool = Field(False, description="Rows that come out alike are one row.")
    key: Words | None = Field(None, description="Contract columns; the table's own if not said.")
    columns: dict[str, ColumnMapping]
    custom: dict[str, ColumnMapping] = {}
    balance: Balance | None = None

    @model_validator(mode="before")
    @classmethod
    def _take_custom(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        columns = value.get("columns")
        if isinstance(columns, dict) and "custom" in columns:
            custom = {**(columns["custom"] or {}), **(value.get("custom") or {})}
            columns = {name: spec for name, spec in columns.items() if name != "custom"}
            return {**value, "columns": columns, "custom": custom}
        return value


Sections = Annotated[list[TableMapping], BeforeValidator(_as_list)]


class OrganisationMapping(Document):
    """The organisation's settings, applied only where it has none yet."""

    name: str | None = None
    currency: str | None = Field(None, pattern=r"^[A-Z]{3}$")
    time_zone: str | None = None
    calendar: dict[str, Any] | None = None


class Mapping(Document):
    """A whole mapping file."""

    source: str = Field(
        min_length=1, max_length=100, description="The system that the rows come from."
    )
    description: str = ""
    organisation: OrganisationMapping | None = None
    error_share: float | None = Field(
        None, ge=0, le=1, description="With a larger share of refused rows nothing lands."
    )
    files: dict[Annotated[str, Field(pattern=NAME)], FileMapping] = Field(min_length=1)
    tables: dict[str, Sections] = Field(min_length=1)


def json_schema() -> dict[str, Any]:
    """The JSON Schema of mapping files, for editors."""
    schema = Mapping.model_json_schema(by_alias=True)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Vetta mapping file",
        **{key: value for key, value in schema.items() if key != "title"},
    }
