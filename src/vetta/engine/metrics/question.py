"""What is asked, and what is answered: frozen values that every door shares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from vetta.engine.metrics.definitions import Unit
from vetta.kernel.calendar import Grain
from vetta.kernel.problem import Problem


class Comparison(StrEnum):
    """What a value is set beside."""

    PREVIOUS_PERIOD = "previous_period"
    PREVIOUS_YEAR = "previous_year"
    TARGET = "target"


class FxKind(StrEnum):
    """Which exchange rates convert: that of the day, of the month, or of the plan."""

    SPOT = "spot"
    MONTH_AVERAGE = "month_average"
    PLAN = "plan"


@dataclass(frozen=True, slots=True)
class Question:
    """A question to one KPI.

    Args:
        metric: the KPI's name.
        by: dimensions that split the answer, in order.
        grain: cut the answer by periods of this grain of the organisation's calendar.
        starts_on, ends_on: only facts of these days; the end is exclusive; None is open.
        where: a filter expression over dimensions and columns.
        as_of: the world at the end of this day: later facts are left out, open deals are those
            open then, targets are those known then.
        compare: what to set beside each value.
        currency: the currency of the answer; None for the organisation's.
        fx: which exchange rates convert.
        below: only facts of this person and everybody below, as of each fact's day.
    """

    metric: str
    by: tuple[str, ...] = ()
    grain: Grain | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    where: str | None = None
    as_of: date | None = None
    compare: Comparison | None = None
    currency: str | None = None
    fx: FxKind = FxKind.SPOT
    below: str | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """One member of a dimension; both None for facts that have none."""

    id: str | None
    name: str | None

    def as_json(self) -> dict[str, str | None]:
        return {"id": self.id, "name": self.name}


@dataclass(frozen=True, slots=True)
class Compared:
    """The other value and how far the value is from it, all as decimal text or None."""

    value: str | None
    difference: str | None
    change: str | None

    def as_json(self) -> dict[str, str | None]:
        return {"value": self.value, "difference": self.difference, "change": self.change}


class Row(NamedTuple):
    """One value of the answer: its group, its period, and what it is set beside.

    ``parts`` are the values that it was computed from, by KPI name.
    """

    by: Mapping[str, Member]
    value: str | None
    period: str | None = None
    period_starts_on: date | None = None
    parts: Mapping[str, str | None] = MappingProxyType({})
    compared: Compared | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer: values as exact decimal text, with the fact versions that they come from."""

    metric: str
    title: str
    unit: Unit
    currency: str | None
    starts_on: date | None
    ends_on: date | None
    rows: tuple[Row, ...]
    facts: Mapping[str, int]
    problems: tuple[Problem, ...] = ()
    version: int = 1
    question: Question | None = None
    cached: bool = False

    def as_json(self) -> dict[str, object]:
        """The stable contract of the command line and the API."""
        return {
            "metric": self.metric,
            "unit": self.unit.value,
            "currency": self.currency,
            "from": self.starts_on.isoformat() if self.starts_on else None,
            "until": self.ends_on.isoformat() if self.ends_on else None,
            "rows": [_row_json(row, self.question) for row in self.rows],
            "facts": dict(self.facts),
            "problems": [problem.as_json() for problem in self.problems],
        }


def _row_json(row: Row, question: Question | None) -> dict[str, object]:
    data: dict[str, object] = {"by": {name: one.as_json() for name, one in row.by.items()}}
    if question is None or question.grain is not None:
        data["period"] = row.period
    data["value"] = row.value
    if row.compared is not None:
        data["compared"] = row.compared.as_json()
    return data
