"""People: list, read, add, change, move, leave; with their history."""

from datetime import date
from typing import Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Status
from ninja.pagination import paginate

from vetta.core.access import NotVisible, allows, reach, require
from vetta.core.api import REFUSALS, Page
from vetta.kernel.problem import Problem, ProblemError
from vetta.people import permissions, selectors, services
from vetta.people.contracts import Move, PersonRow
from vetta.people.visibility import hidden_labels, seen_relationships

from . import shapes
from .shapes import (
    AttributeValueIn,
    DayIn,
    EffectOut,
    HistoryOut,
    KeyOut,
    Moment,
    MoveIn,
    PersonChange,
    PersonDetailOut,
    PersonIn,
    PersonOut,
    SpanIn,
    person_out,
    relationship_out,
)

router = Router()


class PeopleFilter(Moment):
    q: str = Field("", description="Words in name, key, e-mail, title, team.")
    status: str = Field("", description="active, leave, left, future or none")
    team: str = Field("", description="A team's key; teams within it are included.")
    manager: str = Field("", description="A person's key; everybody below is included.")
    business_unit: str = ""
    title: str = ""
    country: str = ""
    order: str = Field("name", description="name, title, team or status; - for descending")


ORDERS = {
    "name": lambda row: row.name.casefold(),
    "title": lambda row: (row.title or "").casefold(),
    "team": lambda row: (row.team.name if row.team else "").casefold(),
    "status": lambda row: row.status,
}


@router.get("/people", response={200: list[PersonOut], **REFUSALS}, summary="List people")
@paginate(Page)
def list_people(request: HttpRequest, wanted: Query[PeopleFilter]) -> list[dict[str, Any]]:
    """Everybody whom the caller may see, as they stand on a day."""
    require(request.actor, permissions.VIEW)
    on, known_at = wanted.day(), wanted.moment()
    seen = reach(request.actor, permissions.VIEW, on)
    rows = [row for row in selectors.people_on(on, known_at) if row.id in seen]
    rows = [row for row in rows if _matches(row, wanted)]
    if wanted.team:
        teams = selectors.team_keys_within(wanted.team, on, known_at)
        rows = [row for row in rows if row.team and row.team.id in teams]
    if wanted.manager:
        below = selectors.below_keys(wanted.manager, on, known_at)
        rows = [row for row in rows if row.id in below] if wanted.manager in seen else []
    return [person_out(hidden_labels(row, seen)) for row in _ordered(rows, wanted.order)]


def _matches(row: PersonRow, wanted: PeopleFilter) -> bool:
    parts = (row.name, row.id, row.email, row.title or "", row.team.name if row.team else "")
    hay = " ".join(parts).casefold()
    unit = row.business_unit
    return (
        all(word in hay for word in wanted.q.casefold().split())
        and wanted.status in ("", row.status)
        and wanted.title in ("", row.title)
        and wanted.country in ("", row.country)
        and (not wanted.business_unit or (unit is not None and unit.id == wanted.business_unit))
    )


def _ordered(rows: list[PersonRow], order: str) -> list[PersonRow]:
    name = order.removeprefix("-")
    if name not in ORDERS:
        raise ProblemError(
            Problem(
                "core.bad_order",
                f"People cannot be sorted by “{name}”.",
                hint=f"Choose among: {', '.join(ORDERS)}.",
                column="order",
            )
        )
    return sorted(rows, key=ORDERS[name], reverse=order.startswith("-"))


@router.post("/people", response={201: KeyOut, **REFUSALS}, summary="Add a person")
def create_person(request: HttpRequest, wanted: PersonIn) -> Status:
    """Add a person, with a seat of his or her own unless one is named."""
    require(request.actor, permissions.EDIT)
    _may_place(request, wanted.manager, wanted.hired_on)
    fields = wanted.dict() | {"share": shapes.millionths(wanted.share)}
    return Status(201, {"id": services.create_person(actor=request.actor, **fields)})


def _may_place(request: HttpRequest, manager: str | None, on: date | None) -> None:
    """A caller who is limited to some people places others below those only."""
    if manager:
        require(request.actor, permissions.EDIT, person=manager, on=on)


@router.get(
    "/people/{path:key}/history",
    response={200: list[HistoryOut], **REFUSALS},
    summary="A person's history",
)
@paginate(Page)
def read_history(request: HttpRequest, key: str, superseded: bool = True) -> list[Any]:
    """Everything that was ever said of a person, the newest knowledge first."""
    _exists(key)
    require(request.actor, permissions.RECORD, person=key)
    seen = reach(request.actor, permissions.VIEW)
    return selectors.person_history(key, superseded=superseded, seen=seen)


@router.post(
    "/people/{path:key}/moves/preview",
    response={200: EffectOut, **REFUSALS},
    summary="What a move would do",
)
def preview_move(request: HttpRequest, key: str, wanted: MoveIn) -> dict[str, Any]:
    """The effect of a move, with every problem that it would meet; nothing is written."""
    _may_edit(request, key)
    _may_place(request, wanted.manager, wanted.starts_on)
    effect = services.preview_move(_move(key, wanted))
    names = ("differences", "until", "following", "left_vacant", "left_reports")
    return {name: getattr(effect, name) for name in names} | {
        "problems": [problem.as_json() for problem in effect.problems]
    }


@router.post("/people/{path:key}/moves", response={200: PersonOut, **REFUSALS}, summary="Move")
def move_person(request: HttpRequest, key: str, wanted: MoveIn) -> dict[str, Any]:
    """Give a person another seat, title, team, unit or manager from a day on."""
    _may_edit(request, key)
    _may_place(request, wanted.manager, wanted.starts_on)
    services.move_person(actor=request.actor, move=_move(key, wanted))
    return _answer(key, wanted.starts_on)


def _move(key: str, wanted: MoveIn) -> Move:
    share = None if wanted.share is None else shapes.millionths(wanted.share)
    return Move(person=key, **(wanted.dict() | {"share": share}))


@router.post("/people/{path:key}/leave", response={200: PersonOut, **REFUSALS}, summary="Leave")
def start_leave(request: HttpRequest, key: str, wanted: SpanIn) -> dict[str, Any]:
    """Note that a person is away for a time; the seat stays his or hers."""
    _may_edit(request, key)
    services.start_leave(actor=request.actor, person=key, **wanted.dict())
    return _answer(key, wanted.starts_on)


@router.post("/people/{path:key}/return", response={200: PersonOut, **REFUSALS}, summary="Return")
def end_leave(request: HttpRequest, key: str, wanted: DayIn) -> dict[str, Any]:
    """Note that a person is back from leave."""
    _may_edit(request, key)
    services.end_leave(actor=request.actor, person=key, ends_on=wanted.on)
    return _answer(key, wanted.on)


@router.post("/people/{path:key}/end", response={200: PersonOut, **REFUSALS}, summary="Leaving")
def end_employment(request: HttpRequest, key: str, wanted: DayIn) -> dict[str, Any]:
    """Note that a person leaves; the day is the first on which he or she is gone."""
    _may_edit(request, key)
    services.end_employment(actor=request.actor, person=key, ends_on=wanted.on)
    return _answer(key, wanted.on)


@router.post("/people/{path:key}/rehire", response={200: PersonOut, **REFUSALS}, summary="Rehire")
def rehire(request: HttpRequest, key: str, wanted: MoveIn) -> dict[str, Any]:
    """Take a person back from a day on, onto the seat that is described."""
    _may_edit(request, key)
    _may_place(request, wanted.manager, wanted.starts_on)
    services.rehire(
        actor=request.actor, person=key, starts_on=wanted.starts_on, move=_move(key, wanted)
    )
    return _answer(key, wanted.starts_on)


@router.put(
    "/people/{path:key}/attributes/{str:attribute}",
    response={204: None, **REFUSALS},
    summary="Set an attribute",
)
def set_attribute(
    request: HttpRequest, key: str, attribute: str, wanted: AttributeValueIn
) -> Status:
    """Set a typed attribute from a day on, or empty it."""
    _may_edit(request, key)
    services.set_attribute(actor=request.actor, person=key, attribute=attribute, **wanted.dict())
    return Status(204, None)


@router.get("/people/{path:key}", response={200: PersonDetailOut, **REFUSALS}, summary="A person")
def read_person(request: HttpRequest, key: str, wanted: Query[Moment]) -> dict[str, Any]:
    """One person as he or she stands on a day, as known at a moment."""
    on = wanted.day()
    _exists(key)
    require(request.actor, permissions.VIEW, person=key, on=on)
    detail = selectors.person_detail(key, on, wanted.moment())
    if detail is None:
        raise NotVisible
    seen = reach(request.actor, permissions.VIEW, on)
    has_record = allows(request.actor, permissions.RECORD, person=key, on=on)
    return person_out(hidden_labels(detail.row, seen)) | {
        "employed_from": detail.employed_from,
        "employed_until": detail.employed_until,
        "managers": [label for label in detail.chain if label.id in seen],
        "further_positions": detail.further_positions,
        "relationships": [
            relationship_out(row) for row in seen_relationships(detail.relationships, seen)
        ]
        if has_record
        else [],
        "attributes": detail.attributes if has_record else None,
        "identities": [{"source": s, "external_id": e} for s, e in detail.identities]
        if has_record
        else None,
    }


@router.patch("/people/{path:key}", response={200: PersonOut, **REFUSALS}, summary="Change")
def change_person(request: HttpRequest, key: str, wanted: PersonChange) -> dict[str, Any]:
    """Change name, e-mail or country, from a day on or throughout."""
    _may_edit(request, key)
    services.change_person(actor=request.actor, person=key, **wanted.dict())
    return _answer(key, wanted.starts_on)


@router.delete("/people/{path:key}", response={200: KeyOut, **REFUSALS}, summary="Erase a person")
def erase_person(request: HttpRequest, key: str) -> dict[str, Any]:
    """Forget who a person is, everywhere. Cannot be undone."""
    _exists(key)
    require(request.actor, permissions.ERASE, person=key)
    return {"id": services.erase_person(actor=request.actor, person=key)}


def _exists(key: str) -> None:
    if key not in selectors.structure().person_keys.values():
        raise NotVisible


def _may_edit(request: HttpRequest, key: str) -> None:
    _exists(key)
    require(request.actor, permissions.EDIT, person=key)


def _answer(key: str, on: date | None) -> dict[str, Any]:
    wanted = Moment(on=on)
    row = selectors.person_on(key, wanted.day())
    if row is None:
        raise NotVisible
    return person_out(row)
