"""The dated targets."""

from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema, Status
from ninja.pagination import paginate

from vetta.core.api import REFUSALS, Page
from vetta.metrics import selectors, services

router = Router()


class TargetOut(Schema):
    id: int
    subject_type: str
    subject_id: str
    metric: str
    starts_on: date
    ends_on: date
    amount: str
    currency: str | None
    origin: str


class TargetFilter(Schema):
    metric: str = ""
    subject_id: str = ""
    on: date | None = Field(None, description="Only those that cover this day.")


class TargetIn(Schema):
    subject_type: str = Field(description="person, team or organisation")
    subject_id: str = ""
    metric: str
    starts_on: date
    ends_on: date = Field(description="The first day that no longer counts.")
    amount: Decimal = Field(description="A decimal string with at most four decimals.")
    currency: str = ""


@router.get("/targets", response={200: list[TargetOut], **REFUSALS}, summary="List targets")
@paginate(Page)
def list_targets(request: HttpRequest, wanted: Query[TargetFilter]) -> list[dict[str, Any]]:
    """The targets that hold now, of those whom the caller may see."""
    found = selectors.target_rows(
        actor=request.actor, metric=wanted.metric, subject_id=wanted.subject_id, on=wanted.on
    )
    return [asdict(one) for one in found]


@router.post("/targets", response={201: TargetOut, **REFUSALS}, summary="Set a target")
def set_target(request: HttpRequest, wanted: TargetIn) -> Status:
    """One of the same subject, KPI and first day is replaced; what was known stays readable."""
    made = services.set_target(**wanted.dict(), origin="api", actor=request.actor)
    row = next(
        one
        for one in selectors.target_rows(actor=request.actor, subject_id=made.subject_id)
        if one.id == made.pk
    )
    return Status(201, asdict(row))
