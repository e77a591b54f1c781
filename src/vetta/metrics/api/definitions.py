"""Defining KPIs of one's own."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status

from vetta.core.access import NotVisible, require
from vetta.core.api import REFUSALS
from vetta.kernel.problem import ProblemError
from vetta.metrics import permissions, selectors, services

from .shapes import AnswerOut, Asked, KpiOut, ProblemOut, answer_out, kpi_out

router = Router()


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


class VersionOut(Schema):
    version: int
    is_active: bool
    created_at: datetime | None
    created_by: str | None
    definition: dict[str, Any]


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


def _problem(problem: Any) -> dict[str, Any]:
    return {
        "code": problem.code,
        "severity": problem.severity.value,
        "message": problem.message,
        "hint": problem.hint,
        "details": dict(problem.details),
    }
