"""The operations on the state of the data."""

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema
from ninja.pagination import paginate

from vetta.core.access import require
from vetta.core.api import REFUSALS, Page
from vetta.facts import selectors, services
from vetta.facts.contracts import QualityReport, UnmatchedOwner
from vetta.facts.permissions import QUALITY

router = Router(tags=["data"])


class TableOut(Schema):
    table: str
    rows: int
    newest_on: date | None
    loaded_at: datetime | None
    gaps: list[str] = Field(description="Months without a single row.")
    unusual: list[tuple[str, int, int]] = Field(description="Month, its rows, the usual rows.")
    duplicates: int
    missing: dict[str, float] = Field(description="Share of empty cells by column.")


class UnknownCurrencyOut(Schema):
    table: str
    currency: str
    rows: int


class MissingRateOut(Schema):
    currency: str
    month: str
    rows: int


class QualityOut(Schema):
    snapshot: int
    versions: dict[str, int]
    tables: list[TableOut]
    unknown_currencies: list[UnknownCurrencyOut]
    missing_rates: list[MissingRateOut]
    unmatched: int
    open_quarantine: int


class CandidateOut(Schema):
    person_id: str
    person_name: str
    reason: str
    certainty: float


class UnmatchedOut(Schema):
    source: str
    owner_id: str
    rows: int
    tables: dict[str, int]
    last_on: date | None
    candidates: list[CandidateOut]


class MatchIn(Schema):
    source: str
    owner_id: str
    person_id: str = Field(description="The person's key; empty to set the owner aside.")


@router.get("/data-quality", response={200: QualityOut, **REFUSALS}, summary="Data quality")
def read_quality(request: HttpRequest) -> dict[str, Any]:
    """Freshness, volume, gaps, duplicates, unknown currencies and missing rates, as published."""
    require(request.actor, QUALITY)
    report: QualityReport = selectors.quality_report()
    return {
        "snapshot": report.snapshot.id,
        "versions": dict(report.snapshot.versions),
        "tables": list(report.tables),
        "unknown_currencies": list(report.unknown_currencies),
        "missing_rates": list(report.missing_rates),
        "unmatched": len(report.unmatched),
        "open_quarantine": report.open_quarantine,
    }


@router.get(
    "/unmatched-owners", response={200: list[UnmatchedOut], **REFUSALS}, summary="Unmatched people"
)
@paginate(Page)
def list_unmatched(request: HttpRequest) -> list[UnmatchedOwner]:
    """Whom the facts name and nobody is known to be, with who they may be."""
    require(request.actor, QUALITY)
    return selectors.unmatched_owners()


@router.put("/owner-matches", response={200: MatchIn, **REFUSALS}, summary="Match an owner")
def put_match(request: HttpRequest, given: MatchIn) -> MatchIn:
    """Say whom a source means by an owner."""
    services.match_owner(**given.dict(), actor=request.actor)
    return given
