"""Positions, teams, the organisation chart, attributes and business units."""

from typing import Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Status
from ninja.pagination import paginate

from vetta.core.access import NotVisible, reach, require
from vetta.core.api import REFUSALS, Page
from vetta.people import permissions, selectors, services
from vetta.people.models import Attribute, BusinessUnit
from vetta.people.visibility import require_everyone, require_position

from . import shapes
from .shapes import (
    AssignmentEnd,
    AssignmentIn,
    AttributeIn,
    AttributeKindOut,
    ChartOut,
    DayIn,
    KeyOut,
    LabelOut,
    LineEnd,
    LineIn,
    Moment,
    PositionChange,
    PositionIn,
    PositionOut,
    TeamChange,
    TeamIn,
    TeamOut,
    UnitIn,
    position_out,
)

router = Router()


class ChartFilter(Moment):
    root: str = Field("", description="A position; only what is below it, with it.")
    levels: int = Field(100, ge=1, le=100, description="How many levels below the root.")


@router.get("/organisation-chart", response={200: ChartOut, **REFUSALS}, summary="The chart")
def read_chart(request: HttpRequest, wanted: Query[ChartFilter]) -> dict[str, Any]:
    """Every position that the caller may see on a day, from the top down."""
    chart = _chart(request, wanted)
    if wanted.root and wanted.root not in chart.nodes:
        raise NotVisible
    first = [chart.nodes[wanted.root]] if wanted.root else chart.roots
    nodes, level = [], first
    for _level in range(wanted.levels):
        nodes += level
        level = [node for above in level for node in chart.below(above.position)]
        if not level:
            break
    positions, people, vacant, shared = chart.counts
    return {
        "on": wanted.day(),
        "positions": positions,
        "people": people,
        "vacant": vacant,
        "shared": shared,
        "nodes": [position_out(node) for node in nodes],
    }


def _chart(request: HttpRequest, wanted: Moment) -> selectors.Chart:
    require(request.actor, permissions.VIEW)
    on = wanted.day()
    return selectors.chart(on, wanted.moment(), reach=reach(request.actor, permissions.VIEW, on))


class PositionFilter(Moment):
    q: str = Field("", description="Words in people's names, title, team or key.")
    vacant: bool | None = None
    team: str = Field("", description="A team's key; teams within it are included.")


@router.get("/positions", response={200: list[PositionOut], **REFUSALS}, summary="List positions")
@paginate(Page)
def list_positions(request: HttpRequest, wanted: Query[PositionFilter]) -> list[dict[str, Any]]:
    """Positions on a day, filled and vacant."""
    chart = _chart(request, wanted)
    nodes = chart.search(wanted.q, limit=100_000) if wanted.q else list(chart.nodes.values())
    if wanted.vacant is not None:
        nodes = [node for node in nodes if node.is_vacant == wanted.vacant]
    if wanted.team:
        teams = selectors.team_keys_within(wanted.team, wanted.day(), wanted.moment())
        nodes = [node for node in nodes if node.team and node.team.id in teams]
    return [position_out(node) for node in nodes]


@router.post("/positions", response={201: KeyOut, **REFUSALS}, summary="Add a position")
def create_position(request: HttpRequest, wanted: PositionIn) -> Status:
    """Add a vacant position."""
    if wanted.manager_position:
        require_position(request.actor, permissions.EDIT, wanted.manager_position)
    else:
        require_everyone(request.actor, permissions.EDIT)
    return Status(201, {"id": services.create_position(actor=request.actor, **wanted.dict())})


@router.post(
    "/positions/{path:key}/assignments", response={204: None, **REFUSALS}, summary="Fill a position"
)
def assign(request: HttpRequest, key: str, wanted: AssignmentIn) -> Status:
    """Put a person on a position, wholly or with a share."""
    require_position(request.actor, permissions.EDIT, key, wanted.starts_on)
    require(request.actor, permissions.EDIT, person=wanted.person, on=wanted.starts_on)
    fields = wanted.dict() | {"share": shapes.millionths(wanted.share)}
    services.assign(actor=request.actor, position=key, **fields)
    return Status(204, None)


@router.post(
    "/positions/{path:key}/assignments/end",
    response={204: None, **REFUSALS},
    summary="Vacate a position",
)
def unassign(request: HttpRequest, key: str, wanted: AssignmentEnd) -> Status:
    """Take a person off a position from a day on."""
    require_position(request.actor, permissions.EDIT, key)
    services.unassign(actor=request.actor, position=key, **wanted.dict())
    return Status(204, None)


@router.post(
    "/positions/{path:key}/lines",
    response={204: None, **REFUSALS},
    summary="Set whom it reports to",
)
def set_line(request: HttpRequest, key: str, wanted: LineIn) -> Status:
    """Let a position report to another, in the tree or by a named relationship."""
    require_position(request.actor, permissions.EDIT, key, wanted.starts_on)
    if wanted.manager_position:
        require_position(request.actor, permissions.EDIT, wanted.manager_position, wanted.starts_on)
    fields = wanted.dict() | {"roll": shapes.millionths(wanted.roll)}
    services.set_manager(actor=request.actor, position=key, **fields)
    return Status(204, None)


@router.post(
    "/positions/{path:key}/lines/end",
    response={204: None, **REFUSALS},
    summary="End a named relationship",
)
def end_line(request: HttpRequest, key: str, wanted: LineEnd) -> Status:
    """Let one named relationship end; a primary line ends by setting another, or none."""
    require_position(request.actor, permissions.EDIT, key)
    services.end_relationship(actor=request.actor, position=key, **wanted.dict())
    return Status(204, None)


@router.post(
    "/positions/{path:key}/end", response={204: None, **REFUSALS}, summary="Close a position"
)
def close_position(request: HttpRequest, key: str, wanted: DayIn) -> Status:
    """Let a vacant position without reports end."""
    require_position(request.actor, permissions.EDIT, key)
    services.close_position(actor=request.actor, position=key, ends_on=wanted.on)
    return Status(204, None)


@router.get("/positions/{path:key}", response={200: PositionOut, **REFUSALS}, summary="A position")
def read_position(request: HttpRequest, key: str, wanted: Query[Moment]) -> dict[str, Any]:
    """One position on a day."""
    chart = _chart(request, wanted)
    if key not in chart.nodes:
        raise NotVisible
    return position_out(chart.nodes[key])


@router.patch(
    "/positions/{path:key}", response={204: None, **REFUSALS}, summary="Change a position"
)
def change_position(request: HttpRequest, key: str, wanted: PositionChange) -> Status:
    """Change title, team or unit from a day on."""
    require_position(request.actor, permissions.EDIT, key, wanted.starts_on)
    services.change_position(actor=request.actor, position=key, **wanted.dict())
    return Status(204, None)


@router.get("/teams", response={200: list[TeamOut], **REFUSALS}, summary="List teams")
@paginate(Page)
def list_teams(request: HttpRequest, wanted: Query[Moment]) -> list[Any]:
    """The teams of a day, each after its parent. Who sees everybody sees them all."""
    on, known_at = wanted.day(), wanted.moment()
    chart = _chart(request, wanted)
    seen = {node.team.id for node in chart.nodes.values() if node.team}
    everybody = reach(request.actor, permissions.VIEW, on)
    rows = selectors.teams_on(on, known_at)
    return [row for row in rows if row.id in seen or not isinstance(everybody, frozenset)]


@router.post("/teams", response={201: KeyOut, **REFUSALS}, summary="Add a team")
def create_team(request: HttpRequest, wanted: TeamIn) -> Status:
    """Add a team to the tree."""
    require_everyone(request.actor, permissions.EDIT)
    return Status(201, {"id": services.create_team(actor=request.actor, **wanted.dict())})


@router.post("/teams/{path:key}/end", response={204: None, **REFUSALS}, summary="Close a team")
def close_team(request: HttpRequest, key: str, wanted: DayIn) -> Status:
    """Let a team end that nothing belongs to any more."""
    require_everyone(request.actor, permissions.EDIT)
    services.close_team(actor=request.actor, team=key, ends_on=wanted.on)
    return Status(204, None)


@router.patch("/teams/{path:key}", response={204: None, **REFUSALS}, summary="Change a team")
def change_team(request: HttpRequest, key: str, wanted: TeamChange) -> Status:
    """Change name, parent or region from a day on."""
    require_everyone(request.actor, permissions.EDIT)
    services.change_team(actor=request.actor, team=key, **wanted.dict())
    return Status(204, None)


@router.get(
    "/person-attributes",
    response={200: list[AttributeKindOut], **REFUSALS},
    summary="List attributes of people",
)
@paginate(Page)
def list_attributes(request: HttpRequest) -> Any:
    """The typed attributes that this organisation keeps of people."""
    require(request.actor, permissions.VIEW)
    return Attribute.objects.order_by("key")


@router.put(
    "/person-attributes/{str:key}", response={204: None, **REFUSALS}, summary="Define an attribute"
)
def define_attribute(request: HttpRequest, key: str, wanted: AttributeIn) -> Status:
    """Add an attribute, or give it another title."""
    require_everyone(request.actor, permissions.EDIT)
    services.define_attribute(actor=request.actor, key=key, **wanted.dict())
    return Status(204, None)


@router.get(
    "/business-units", response={200: list[LabelOut], **REFUSALS}, summary="List business units"
)
@paginate(Page)
def list_units(request: HttpRequest, wanted: Query[Moment]) -> list[Any]:
    """The business units that the caller may see."""
    chart = _chart(request, wanted)
    seen = {node.business_unit.id for node in chart.nodes.values() if node.business_unit}
    everybody = reach(request.actor, permissions.VIEW, wanted.day())
    units = BusinessUnit.objects.order_by("key").values_list("key", "name")
    return [
        {"id": key, "name": name}
        for key, name in units
        if key in seen or not isinstance(everybody, frozenset)
    ]


@router.put("/business-units/{str:key}", response={204: None, **REFUSALS}, summary="Save a unit")
def save_unit(request: HttpRequest, key: str, wanted: UnitIn) -> Status:
    """Add a business unit, or give it another name."""
    require_everyone(request.actor, permissions.EDIT)
    services.save_business_unit(actor=request.actor, key=key, name=wanted.name)
    return Status(204, None)
