"""Asking: the catalogue, answers, the facts behind them and how they came about."""

from typing import Any

from django.http import HttpRequest
from ninja import Field, Query, Router

from vetta.core.access import NotVisible, require
from vetta.core.api import REFUSALS
from vetta.kernel.problem import ProblemError
from vetta.metrics import permissions, selectors
from vetta.metrics.contracts import CatalogueEntry

from .shapes import (
    AnswerOut,
    Asked,
    AskedOf,
    DrillOut,
    ExplanationOut,
    KpiOut,
    answer_out,
    drill_out,
    explanation_out,
    kpi_out,
)

router = Router()

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


@router.get("/kpis", response={200: list[KpiOut], **REFUSALS}, summary="The catalogue")
def list_kpis(request: HttpRequest, hidden: bool = False) -> list[dict[str, Any]]:
    """Every KPI in use, with what it can be split and filtered by.

    ``hidden`` adds those that exist only as parts of others.
    """
    require(request.actor, permissions.VIEW)
    return [kpi_out(one) for one in selectors.entries(hidden=hidden)]


@router.post(
    "/kpis/query",
    response={200: AnswerOut, **REFUSALS},
    summary="Ask, in the body",
    exclude_unset=True,
)
def post_question(request: HttpRequest, asked: AskedOf) -> dict[str, Any]:
    """The same as the query of one KPI, for questions too long for an address."""
    _known(asked.metric, request)
    return answer_out(selectors.ask(asked.question(asked.metric), actor=request.actor))


@router.get("/kpis/{name}", response={200: KpiOut, **REFUSALS}, summary="One KPI")
def read_kpi(request: HttpRequest, name: str) -> dict[str, Any]:
    """What it means, its formula, caveats, dimensions and columns."""
    return kpi_out(_known(name, request))


@router.get(
    "/kpis/{name}/query",
    response={200: AnswerOut, **REFUSALS},
    summary="Ask a KPI",
    exclude_unset=True,
)
def get_answer(request: HttpRequest, name: str, asked: Query[Asked]) -> dict[str, Any]:
    """The values, from the facts of those whom the caller may see."""
    _known(name, request)
    return answer_out(selectors.ask(asked.question(name), actor=request.actor))


@router.get(
    "/kpis/{name}/facts", response={200: DrillOut, **REFUSALS}, summary="The facts behind a figure"
)
def get_facts(request: HttpRequest, name: str, asked: Query[DrilledFigure]) -> dict[str, Any]:
    """A page of the rows; over all pages their contributions add up to the figure's parts."""
    _known(name, request)
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
    _known(name, request)
    return explanation_out(
        selectors.explain(
            asked.question(name),
            group=asked.members(),
            period=asked.period or None,
            actor=request.actor,
        )
    )


def _known(name: str, request: HttpRequest) -> CatalogueEntry:
    """The KPI; one that does not exist is not found, rather than a bad question."""
    require(request.actor, permissions.VIEW)
    try:
        return selectors.entry(name)
    except ProblemError as error:
        if error.problems[0].code == "metrics.unknown_metric":
            raise NotVisible from None
        raise
