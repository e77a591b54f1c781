"""One KPI: what it means, its answers, the facts behind a figure, its versions.

Addresses with a name in them come after those without: see ``questions`` and ``definitions``.
"""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Field, Query, Schema, Status

from vetta.core.access import NotVisible, require
from vetta.core.api import REFUSALS
from vetta.kernel.problem import ProblemError
from vetta.metrics import permissions, selectors, services

from .questions import known_kpi
from .shapes import (
    AnswerOut,
    Asked,
    DrillOut,
    ExplanationOut,
    KpiOut,
    answer_out,
    drill_out,
    explanation_out,
    kpi_out,
    router,
)

GROUP = "One figure's group: dimension:member, repeated; dimension: alone for facts without one."


class Figure(Asked):
    """A question and one figure of its answer."""

    group: list[str] = Field([], description=GROUP)
    period: str = Field("", description="The figure's period by its label.")

    def members(self) -> dict[str, str | None]:
        pairs = (text.partition(":") for text in self.group)
        return {name: member or None for name, _colon, member in pairs}


class DrilledFigure(Figure):
    part: str = Field("", description="Which part, of a KPI that reads several tables.")
    page: int = Field(1, ge=1)
    size: int = Field(50, ge=1, le=1000)


class VersionOut(Schema):
    version: int
    is_active: bool
    created_at: datetime | None
    created_by: str | None
    definition: dict[str, Any]


@router.get("/kpis/{name}", response={200: KpiOut, **REFUSALS}, summary="One KPI")
def read_kpi(request: HttpRequest, name: str) -> dict[str, Any]:
    """What it means, its formula, caveats, dimensions and columns."""
    return kpi_out(known_kpi(name, request))


@router.get(
    "/kpis/{name}/query",
    response={200: AnswerOut, **REFUSALS},
    summary="Ask a KPI",
    exclude_unset=True,
    by_alias=True,
)
def get_answer(request: HttpRequest, name: str, asked: Query[Asked]) -> dict[str, Any]:
    """The values, from the facts of those whom the caller may see."""
    known_kpi(name, request)
    return answer_out(selectors.ask(asked.question(name), actor=request.actor))


@router.get(
    "/kpis/{name}/facts", response={200: DrillOut, **REFUSALS}, summary="The facts behind a figure"
)
def get_facts(request: HttpRequest, name: str, asked: Query[DrilledFigure]) -> dict[str, Any]:
    """A page of the rows; over all pages their contributions add up to the figure's parts."""
    known_kpi(name, request)
    return drill_out(
        selectors.drill(
            asked.question(name),
            group=asked.members(),
            period=asked.period or None,
            part=asked.part or None,
            page=asked.page,
            size=asked.size,
            actor=request.actor,
        )
    )


@router.get(
    "/kpis/{name}/explain",
    response={200: ExplanationOut, **REFUSALS},
    summary="How a figure came about",
)
def get_explanation(request: HttpRequest, name: str, asked: Query[Figure]) -> dict[str, Any]:
    """The definition and the arithmetic, one operation a step."""
    known_kpi(name, request)
    return explanation_out(
        selectors.explain(
            asked.question(name),
            group=asked.members(),
            period=asked.period or None,
            actor=request.actor,
        )
    )


@router.get(
    "/kpis/{name}/versions", response={200: list[VersionOut], **REFUSALS}, summary="Its versions"
)
def list_versions(request: HttpRequest, name: str) -> list[dict[str, Any]]:
    """Every version, newest first."""
    require(request.actor, permissions.VIEW)
    try:
        found = selectors.definition_versions(name)
    except ProblemError:
        raise NotVisible from None
    return [
        {
            "version": one.definition.version,
            "is_active": one.is_active,
            "created_at": one.created_at,
            "created_by": one.created_by,
            "definition": one.definition.model_dump(mode="json", by_alias=True, exclude_none=True),
        }
        for one in found
    ]


@router.delete("/kpis/{name}", response={204: None, **REFUSALS}, summary="Take out of use")
def deactivate_kpi(request: HttpRequest, name: str) -> Status:
    """Only KPIs that were defined here; their versions stay."""
    services.deactivate(name=name, actor=request.actor)
    return Status(204, None)
