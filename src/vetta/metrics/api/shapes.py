"""What the operations take and give. Values are decimal strings; None does not exist."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from ninja import Field, Router, Schema

from vetta.kernel.calendar import Grain
from vetta.metrics.contracts import (
    Answer,
    CatalogueEntry,
    Comparison,
    Drill,
    Explanation,
    FxKind,
    Question,
)

router = Router()
"""One router for all operations on KPIs: GET and POST share addresses."""


class Asked(Schema):
    """A question; the KPI's name stands in the address."""

    by: str = Field("", description="Dimensions, separated by commas: person,product_family")
    grain: Grain | None = None
    starts_on: date | None = Field(None, alias="from", description="The first day.")
    ends_on: date | None = Field(
        None, alias="until", description="The first day that no longer counts."
    )
    where: str = Field("", description="A filter: channel = 'web' AND amount > 1000")
    as_of: date | None = Field(None, description="The world at the end of this day.")
    compare: Comparison | None = None
    currency: str = Field("", description="Of the answer, ISO 4217; empty: the organisation's.")
    fx: FxKind = FxKind.SPOT
    below: str = Field("", description="A person: only facts of this one and everybody below.")

    def question(self, metric: str) -> Question:
        return Question(
            metric=metric,
            by=tuple(part.strip() for part in self.by.split(",") if part.strip()),
            grain=self.grain,
            starts_on=self.starts_on,
            ends_on=self.ends_on,
            where=self.where or None,
            as_of=self.as_of,
            compare=self.compare,
            currency=self.currency.upper() or None,
            fx=self.fx,
            below=self.below or None,
        )


class AskedOf(Asked):
    """A question with the KPI's name in it."""

    metric: str


class MemberOut(Schema):
    id: str | None
    name: str | None


class ComparedOut(Schema):
    value: str | None
    difference: str | None
    change: str | None = Field(description="Difference ÷ the other value's size.")


class RowOut(Schema):
    by: dict[str, MemberOut]
    period: str | None = Field(None, description="Only where a grain was asked for.")
    value: str | None
    parts: dict[str, str | None] = Field(description="What the value was computed from, by KPI.")
    compared: ComparedOut | None = None


class ProblemOut(Schema):
    code: str
    severity: str
    message: str
    hint: str
    details: dict[str, Any]


class AnswerOut(Schema):
    metric: str
    title: str
    version: int
    unit: str
    currency: str | None
    starts_on: date | None = Field(serialization_alias="from")
    ends_on: date | None = Field(serialization_alias="until")
    rows: list[RowOut]
    facts: dict[str, int] = Field(description="The versions of the fact tables that were read.")
    problems: list[ProblemOut]


def answer_out(answer: Answer) -> dict[str, Any]:
    graded = answer.question is None or answer.question.grain is not None
    return {
        "metric": answer.metric,
        "title": answer.title,
        "version": answer.version,
        "unit": answer.unit.value,
        "currency": answer.currency,
        "starts_on": answer.starts_on,
        "ends_on": answer.ends_on,
        "rows": [
            {
                "by": {name: member.as_json() for name, member in row.by.items()},
                **({"period": row.period} if graded else {}),
                "value": row.value,
                "parts": dict(row.parts),
                **({"compared": row.compared.as_json()} if row.compared else {}),
            }
            for row in answer.rows
        ],
        "facts": dict(answer.facts),
        "problems": [
            {
                "code": problem.code,
                "severity": problem.severity.value,
                "message": problem.message,
                "hint": problem.hint,
                "details": dict(problem.details),
            }
            for problem in answer.problems
        ],
    }


class DimensionOut(Schema):
    name: str
    title: str
    named: bool = Field(description="Whether members have names beside their ids.")


class KpiOut(Schema):
    name: str
    title: str
    description: str
    kind: str
    unit: str
    direction: str
    category: str
    owner: str
    formula: str
    sources: list[str]
    caveats: list[str]
    version: int
    parts: list[str]
    dimensions: list[DimensionOut]
    columns: dict[str, str] = Field(description="What a filter may name, with its type.")
    dated_by: str
    is_own: bool


def kpi_out(one: CatalogueEntry) -> dict[str, Any]:
    return {
        "name": one.name,
        "title": one.title,
        "description": one.description,
        "kind": one.kind.value,
        "unit": one.unit.value,
        "direction": one.direction.value,
        "category": one.category,
        "owner": one.owner,
        "formula": one.formula,
        "sources": list(one.sources),
        "caveats": list(one.caveats),
        "version": one.version,
        "parts": list(one.parts),
        "dimensions": [
            {"name": each.name, "title": each.title, "named": each.named} for each in one.dimensions
        ],
        "columns": dict(one.columns),
        "dated_by": one.dated_by,
        "is_own": one.is_own,
    }


class StepOut(Schema):
    label: str
    name: str
    operator: str | None
    left: str | None
    left_label: str | None
    right: str | None
    right_label: str | None
    result: str | None


class ExplanationOut(Schema):
    metric: str
    title: str
    description: str
    formula: str
    caveats: list[str]
    unit: str
    currency: str | None
    value: str | None
    numerator: str | None
    denominator: str | None
    steps: list[StepOut]


def explanation_out(found: Explanation) -> dict[str, Any]:
    names = (
        "metric",
        "title",
        "description",
        "formula",
        "currency",
        "value",
        "numerator",
        "denominator",
    )
    return {
        **{name: getattr(found, name) for name in names},
        "caveats": list(found.caveats),
        "unit": found.unit.value,
        "steps": [
            {name: getattr(step, name) for name in StepOut.model_fields} for step in found.steps
        ],
    }


class FactOut(Schema):
    source: str
    source_id: str
    on: date | None
    person: str | None
    values: dict[str, str]
    contributions: dict[str, str | None]


class DrillOut(Schema):
    metric: str
    table: str
    parts: list[str]
    total: int
    page: int
    size: int
    sums: dict[str, str | None]
    distinct: list[str] = Field(description="Parts that count different values.")
    currency: str | None
    rows: list[FactOut]


def drill_out(found: Drill) -> dict[str, Any]:
    return {
        "metric": found.metric,
        "table": found.table,
        "parts": list(found.parts),
        "total": found.total,
        "page": found.page,
        "size": found.size,
        "sums": dict(found.sums),
        "distinct": list(found.distinct),
        "currency": found.currency,
        "rows": [
            {
                "source": row.source,
                "source_id": row.source_id,
                "on": row.happened_on,
                "person": row.person,
                "values": {name: _text(value) for name, value in row.values.items()},
                "contributions": dict(row.contributions),
            }
            for row in found.rows
        ],
    }


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date | datetime) else str(value)
