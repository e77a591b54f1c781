"""What a KPI is: a declared, versioned definition, checked when it is read.

The words are those of MetricFlow (simple, ratio, cumulative, conversion, derived; measure,
numerator, denominator, grain to date, window, entity), so that analysts know them.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,62}$")]

TARGETS = "targets"
"""The table name by which a measure reads the dated targets instead of facts."""


class Kind(StrEnum):
    """How a KPI is made from its parts."""

    SIMPLE = "simple"
    RATIO = "ratio"
    CUMULATIVE = "cumulative"
    CONVERSION = "conversion"
    DERIVED = "derived"


class Unit(StrEnum):
    """What a value counts. Money is in the currency of the answer."""

    MONEY = "money"
    RATIO = "ratio"
    COUNT = "count"
    DAYS = "days"
    HOURS = "hours"
    MONTHS = "months"
    SCORE = "score"
    NUMBER = "number"


class Direction(StrEnum):
    """Which way is better."""

    UP = "higher_is_better"
    DOWN = "lower_is_better"
    NEUTRAL = "neutral"


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Text(_Model):
    """One sentence in each language of the interface."""

    en: str = Field(min_length=1)
    it: str = Field(min_length=1)

    def in_language(self, language: str) -> str:
        """The sentence in that language, in English where there is none."""
        return self.it if language.split("-")[0] == "it" else self.en


class Elapsed(_Model):
    """The time from one column to another, as whole days or whole seconds."""

    from_column: str = Field(alias="from")
    to_column: str = Field(alias="to")
    unit: Literal["days", "seconds"] = "days"

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class State(_Model):
    """A measure of what is open at the end of a day, not of what happened in a period."""

    opened_on: str
    closed_on: str


class FollowedBy(_Model):
    """A later event that a row is matched to: the first one on or after the row's date.

    Args:
        column: a column of the row's own table that holds the event's date; or
        table, date, where, entity: another table, the date in it, a filter, and which columns
            of the row equal which columns of the event.
        within_days: how late it may be; None for however late.
    """

    column: str | None = None
    table: str | None = None
    date: str | None = None
    where: str | None = None
    entity: Mapping[str, str] = Field(default_factory=dict)
    within_days: int | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _one_way(self) -> FollowedBy:
        if (self.column is None) == (self.table is None):
            raise ValueError("give either column, or table with date and entity")
        if self.table is not None and not (self.date and self.entity):
            raise ValueError("an event in another table needs date and entity")
        return self


EVENT_AT = "followed_at"
"""The column in which ``elapsed`` and ``where`` find the moment of the matched event."""


class Measure(_Model):
    """One aggregate over one table of facts.

    Args:
        table: a fact table; ``targets`` for dated targets; ``joiners`` for people's first days.
        aggregate: sum of ``value`` or ``elapsed``; count of rows; count_distinct of ``value``
            (a column); target or actual for ``targets``.
        where: a filter expression over the table's columns.
        date: the column that dates a row.
        targets_on: for ``targets``: the KPIs whose targets are meant; the first with any is used.
        stage: the column that the dimension ``stage`` reads.
    """

    table: str
    aggregate: Literal["sum", "count", "count_distinct", "target", "actual"]
    value: str | None = None
    elapsed: Elapsed | None = None
    where: str | None = None
    date: str = ""
    state: State | None = None
    followed_by: FollowedBy | None = None
    targets_on: tuple[str, ...] = ()
    stage: str | None = None

    @model_validator(mode="after")
    def _complete(self) -> Measure:
        if self.table == TARGETS:
            if self.aggregate not in ("target", "actual") or not self.targets_on:
                raise ValueError(
                    "a measure of targets needs aggregate target or actual, and targets_on"
                )
            return self
        if self.aggregate in ("target", "actual"):
            raise ValueError("aggregates target and actual belong to the table targets")
        if not self.date and self.state is None:
            raise ValueError("say by which column rows are dated: date")
        if self.aggregate == "sum" and (self.value is None) == (self.elapsed is None):
            raise ValueError("a sum needs either value or elapsed")
        if self.aggregate == "count_distinct" and self.value is None:
            raise ValueError("count_distinct needs value: the column whose values are counted")
        if self.aggregate == "count" and (self.value or self.elapsed):
            raise ValueError("a count counts rows; it takes no value")
        return self

    @property
    def dated_by(self) -> str:
        """The column that dates a row: of the event, or of its opening for a state."""
        return self.date or (self.state.opened_on if self.state else "")


class Definition(_Model):
    """One KPI.

    Args:
        name: how programs call it; stable for ever.
        version: counts up whenever its meaning changes.
        formula: what is computed, in symbols: ``won_deals ÷ (won_deals + lost_deals)``.
        sources: the tables that it reads.
        caveats: what a reader must know before trusting it.
        measure: for simple and conversion.
        numerator, denominator: names of KPIs, for ratio.
        of: the KPI that a cumulative one accumulates.
        grain_to_date: the grain within which it accumulates: the year to date.
        window_days: accumulate the last so many days instead.
        expression: for derived: ``+ - * / ( )`` over names of KPIs, numbers, and ``days`` (how
            many days the asked period has).
        scale: for ratio: the quotient is multiplied by it (100 for NPS).
    """

    name: Name
    version: int = Field(default=1, ge=1)
    kind: Kind
    title: Text
    description: Text
    owner: str = Field(min_length=1)
    category: str
    formula: str = Field(min_length=1)
    direction: Direction
    unit: Unit
    sources: tuple[str, ...] = Field(min_length=1)
    caveats: tuple[Text, ...] = ()
    measure: Measure | None = None
    numerator: Name | None = None
    denominator: Name | None = None
    of: Name | None = None
    grain_to_date: Literal["month", "quarter", "year"] | None = None
    window_days: int | None = Field(default=None, ge=1)
    expression: str | None = None
    scale: int = 1
    hidden: bool = False

    @model_validator(mode="after")
    def _complete(self) -> Definition:
        wanted = {
            Kind.SIMPLE: ("measure",),
            Kind.CONVERSION: ("measure",),
            Kind.RATIO: ("numerator", "denominator"),
            Kind.CUMULATIVE: ("of",),
            Kind.DERIVED: ("expression",),
        }[self.kind]
        for field in ("measure", "numerator", "denominator", "of", "expression"):
            given = getattr(self, field) is not None
            if given != (field in wanted):
                raise ValueError(
                    f"a {self.kind} KPI {'needs' if not given else 'takes no'} {field}"
                )
        if self.kind is Kind.CONVERSION and (
            self.measure is None
            or self.measure.followed_by is None
            or self.measure.aggregate != "count"
        ):
            raise ValueError("a conversion counts rows and needs followed_by")
        if self.kind is Kind.CUMULATIVE and (self.grain_to_date and self.window_days):
            raise ValueError("give grain_to_date or window_days, not both")
        return self

    @property
    def inputs(self) -> tuple[str, ...]:
        """Names of the KPIs that it is made of, without those of an expression."""
        named = (self.numerator, self.denominator, self.of)
        return tuple(name for name in named if name is not None)
