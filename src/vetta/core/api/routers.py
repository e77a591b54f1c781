"""The house's own operations: oneself, the organisation, jobs, tokens, the audit trail."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema, Status
from ninja.pagination import paginate

from vetta.core import audit, jobs, tokens
from vetta.core.access import Actor, allows, permissions, require
from vetta.core.api.paging import Page, Shown, ordered
from vetta.core.api.problems import ProblemDetails
from vetta.core.models import ApiToken, JobState
from vetta.core.permissions import AUDIT_VIEW, ORGANISATION_VIEW
from vetta.core.selectors import calendar, organisation

REFUSALS: dict[Any, Any] = dict.fromkeys((401, 403, 404, 409, 413, 422, 429, 500), ProblemDetails)
"""The error answers of every operation: ``response={200: …, **REFUSALS}``."""

router = Router()


# --- oneself and the organisation ---------------------------------------------------------------


class Me(Schema):
    """Who the caller is, and what it may do over anybody at all."""

    id: int
    email: str
    name: str
    language: str
    roles: list[str]
    scopes: list[str] | None = Field(description="Of the token; null in a session.")
    permissions: list[str]


@router.get("/me", response={200: Me, **REFUSALS}, tags=["me"], summary="Who am I")
def me(request: HttpRequest) -> dict[str, Any]:
    """The caller's user, roles and permissions, as far as the token's scopes reach."""
    actor: Actor = request.actor
    return {
        "id": actor.user.pk,
        "email": actor.user.email,
        "name": actor.user.name,
        "language": actor.user.language,
        "roles": sorted(role.value for role in actor.roles),
        "scopes": None if actor.scopes is None else sorted(actor.scopes),
        "permissions": [each.code for each in permissions() if allows(actor, each.code)],
    }


class OrganisationOut(Schema):
    name: str
    currency: str
    time_zone: str
    calendar: dict[str, Any]


@router.get(
    "/organisation",
    response={200: OrganisationOut, **REFUSALS},
    tags=["me"],
    summary="The organisation",
)
def read_organisation(request: HttpRequest) -> dict[str, Any]:
    """Name, currency, time zone and fiscal calendar: what figures and dates are meant in."""
    require(request.actor, ORGANISATION_VIEW)
    kept = organisation()
    return {
        "name": kept.name,
        "currency": kept.currency,
        "time_zone": kept.time_zone,
        "calendar": calendar().to_json(),
    }


# --- jobs ---------------------------------------------------------------------------------------


class StepOut(Schema):
    name: str
    state: str = Field(description="waiting, running or done")
    done: int
    total: int | None
    percent: int | None


class JobOut(Schema):
    id: UUID
    name: str
    title: str
    state: JobState
    actor: str
    steps: list[StepOut]
    percent: int | None
    remaining_seconds: int | None = Field(description="Of the current step, at its pace so far.")
    attempt: int
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    result: dict[str, Any]
    error: dict[str, Any] | None


class JobFilter(Schema):
    state: JobState | None = None
    name: str = ""
    order: str = Field("-created", description="created, started or finished; - for descending")


@router.get("/jobs", response={200: list[JobOut], **REFUSALS}, tags=["jobs"], summary="List jobs")
@paginate(Page)
def list_jobs(request: HttpRequest, wanted: Query[JobFilter]) -> Shown:
    """One's own jobs, or everybody's for those who may see them."""
    found = jobs.visible(request.actor)
    if wanted.state:
        found = found.filter(state=wanted.state)
    if wanted.name:
        found = found.filter(name=wanted.name)
    orders = {"created": "created_at", "started": "started_at", "finished": "finished_at"}
    return Shown(ordered(found, wanted.order, orders), lambda rows: [jobs.view(r) for r in rows])


@router.get(
    "/jobs/{uuid:job_id}", response={200: JobOut, **REFUSALS}, tags=["jobs"], summary="One job"
)
def read_job(request: HttpRequest, job_id: UUID) -> jobs.JobView:
    """State, steps, progress, and the result or what went wrong."""
    return jobs.view(jobs.get(job_id, actor=request.actor))


@router.post(
    "/jobs/{uuid:job_id}/cancel",
    response={200: JobOut, **REFUSALS},
    tags=["jobs"],
    summary="Cancel a job",
)
def cancel_job(request: HttpRequest, job_id: UUID) -> jobs.JobView:
    """A waiting job ends at once, a running one at its next safe point."""
    return jobs.view(jobs.cancel(job_id, actor=request.actor))


@router.post(
    "/jobs/{uuid:job_id}/retry",
    response={200: JobOut, **REFUSALS},
    tags=["jobs"],
    summary="Start a job again",
)
def retry_job(request: HttpRequest, job_id: UUID) -> jobs.JobView:
    """A failed or cancelled job begins anew."""
    return jobs.view(jobs.retry(job_id, actor=request.actor))


# --- tokens -------------------------------------------------------------------------------------


class TokenOut(Schema):
    id: int
    name: str
    prefix: str = Field(description="The secret's beginning, to tell tokens apart.")
    scopes: list[str]
    user: str
    is_service: bool
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


class TokenMade(TokenOut):
    secret: str = Field(description="Shown this once; it is kept nowhere.")


class TokenIn(Schema):
    name: str = Field(min_length=1, max_length=100)
    scopes: list[str]
    expires_at: datetime | None = None


def _token(token: ApiToken) -> dict[str, Any]:
    names = ("id", "name", "prefix", "scopes", "created_at", "expires_at", "last_used_at")
    return {
        **{name: getattr(token, name) for name in names},
        "revoked_at": token.revoked_at,
        "user": str(token.user),
        "is_service": token.user.is_service,
    }


@router.get(
    "/tokens", response={200: list[TokenOut], **REFUSALS}, tags=["tokens"], summary="List tokens"
)
@paginate(Page)
def list_tokens(request: HttpRequest) -> Shown:
    """One's own tokens, and those of service accounts for administrators; never their secrets."""
    return Shown(
        tokens.visible_tokens(request.actor), lambda rows: [_token(token) for token in rows]
    )


@router.post(
    "/tokens", response={201: TokenMade, **REFUSALS}, tags=["tokens"], summary="Make a token"
)
def make_token(request: HttpRequest, wanted: TokenIn) -> Status:
    """Make a token of one's own. A token can make another only within its own scopes."""
    token, secret = tokens.make_token(
        user=request.actor.user,
        name=wanted.name,
        scopes_wanted=wanted.scopes,
        expires_at=wanted.expires_at,
        actor=request.actor,
    )
    return Status(201, {**_token(token), "secret": secret})


@router.delete(
    "/tokens/{int:token_id}",
    response={204: None, **REFUSALS},
    tags=["tokens"],
    summary="Revoke a token",
)
def revoke_token(request: HttpRequest, token_id: int) -> Status:
    """From now on it opens nothing; harmless to repeat."""
    tokens.revoke_token(token_id=token_id, actor=request.actor)
    return Status(204, None)


# --- audit --------------------------------------------------------------------------------------


class ChangeOut(Schema):
    field: str
    state: str = Field(description="open, fact_only, withheld or erased")
    before: Any = None
    after: Any = None


class EntryOut(Schema):
    sequence: int
    occurred_at: datetime
    action: str
    title: str
    actor: str
    actor_id: int | None
    is_actor_sealed: bool
    subject_type: str
    subject_id: str
    subject: str | None
    changes: list[ChangeOut]
    channel: str
    request_id: str
    hash: str


class AuditFilter(Schema):
    who: str = Field("", description="A part of a user's name or address.")
    action: str = Field("", description="An action, or its beginning: core.")
    subject: str = Field("", description="A subject's type, number, or type:number.")
    since: date | None = None
    until: date | None = Field(None, description="Included.")


@router.get(
    "/audit", response={200: list[EntryOut], **REFUSALS}, tags=["audit"], summary="Search the trail"
)
@paginate(Page)
def search_audit(request: HttpRequest, wanted: Query[AuditFilter]) -> Shown:
    """Who did what to what, newest first."""
    actor = request.actor
    require(actor, AUDIT_VIEW)
    return Shown(audit.search(**wanted.dict()), lambda entries: audit.read(entries, actor=actor))


class VerificationOut(Schema):
    is_sound: bool
    entries: int
    head: str
    broken_at: int | None
    problem: dict[str, Any] | None


@router.get(
    "/audit/verification",
    response={200: VerificationOut, **REFUSALS},
    tags=["audit"],
    summary="Verify the trail",
)
def verify_audit(request: HttpRequest, anchor: str = "") -> dict[str, Any]:
    """Recompute the whole chain.

    Note the head it returns in another place; sent as ``anchor`` later, it proves that nothing
    was cut off since.
    """
    require(request.actor, AUDIT_VIEW)
    found = audit.verify(anchor=anchor or None)
    return {
        "is_sound": found.is_sound,
        "entries": found.entries,
        "head": found.head,
        "broken_at": found.broken_at,
        "problem": found.problem.as_json() if found.problem else None,
    }
