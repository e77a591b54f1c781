"""Defining KPIs of one's own."""

from typing import Any

from django.http import HttpRequest
from ninja import Field, Schema, Status

from vetta.core.access import require
from vetta.core.api import REFUSALS
from vetta.kernel.problem import ProblemError
from vetta.metrics import permissions, selectors, services

from .shapes import AnswerOut, Asked, KpiOut, ProblemOut, answer_out, kpi_out, router


class DefinitionIn(Schema):
    """A definition in the form of the catalogue's files."""

    definition: dict[str, Any] = Field(
        description="name, kind, title, description, owner, formula, direction, unit, and what "
        "its kind needs: measure; numerator and denominator; of; expression."
    )


class PreviewIn(DefinitionIn):
    question: Asked = Field(Asked(), description="What to ask it.")


class PreviewOut(Schema):
    answer: AnswerOut | None
    problems: list[ProblemOut]


@router.post("/kpis", response={201: KpiOut, **REFUSALS}, summary="Define a KPI")
def define_kpi(request: HttpRequest, wanted: DefinitionIn) -> Status:
    """Save the first version, or the next one where the meaning changed."""
    made = services.define(content=wanted.definition, actor=request.actor)
    return Status(201, kpi_out(selectors.entry(made.name)))


@router.post(
    "/kpis/preview",
    response={200: PreviewOut, **REFUSALS},
    summary="Try a definition",
    exclude_unset=True,
    by_alias=True,
)
def preview_kpi(request: HttpRequest, wanted: PreviewIn) -> dict[str, Any]:
    """What it would answer now, or what is wrong with it; nothing is saved."""
    require(request.actor, permissions.DEFINE)
    try:
        candidate = services.checked_definition({**wanted.definition, "version": 1})
    except ProblemError as error:
        return {"answer": None, "problems": [_problem(one) for one in error.problems]}
    found = selectors.preview(
        candidate, wanted.question.question(candidate.name), actor=request.actor
    )
    return {
        "answer": answer_out(found.answer) if found.answer else None,
        "problems": [_problem(one) for one in found.problems],
    }


def _problem(problem: Any) -> dict[str, Any]:
    return {
        "code": problem.code,
        "severity": problem.severity.value,
        "message": problem.message,
        "hint": problem.hint,
        "details": dict(problem.details),
    }
