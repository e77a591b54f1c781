"""Asking: the catalogue, answers, the facts behind them and how they came about."""

from typing import Any

from django.http import HttpRequest

from vetta.core.access import NotVisible, require
from vetta.core.api import REFUSALS
from vetta.kernel.problem import ProblemError
from vetta.metrics import permissions, selectors
from vetta.metrics.contracts import CatalogueEntry

from .shapes import (
    AnswerOut,
    AskedOf,
    KpiOut,
    answer_out,
    kpi_out,
    router,
)


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
    by_alias=True,
)
def post_question(request: HttpRequest, asked: AskedOf) -> dict[str, Any]:
    """The same as the query of one KPI, for questions too long for an address."""
    known_kpi(asked.metric, request)
    return answer_out(selectors.ask(asked.question(asked.metric), actor=request.actor))


def known_kpi(name: str, request: HttpRequest) -> CatalogueEntry:
    """The KPI; one that does not exist is not found, rather than a bad question."""
    require(request.actor, permissions.VIEW)
    try:
        return selectors.entry(name)
    except ProblemError as error:
        if error.problems[0].code == "metrics.unknown_metric":
            raise NotVisible from None
        raise
