"""Lists: people, positions, teams."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from vetta.core.access import allows, reach, require
from vetta.people import permissions, selectors
from vetta.people.contracts import ChartNode, PersonRow, TeamRow
from vetta.people.visibility import hidden_labels
from vetta.ui.status import Status, status_tag
from vetta.ui.tables import Column, Empty, Filter, Kind, Table

from .asof import AsOf, as_of

STATUSES = {
    "active": (Status.GOOD, gettext_lazy("Active")),
    "leave": (Status.WATCH, gettext_lazy("On leave")),
    "left": (Status.NONE, gettext_lazy("Left")),
    "future": (Status.ACCENT, gettext_lazy("Joins later")),
    "none": (Status.NONE, gettext_lazy("Not employed")),
}
_ICONS = {"future": "calendar", "left": "logout"}


def status_of(status: str) -> str:
    """The tag of an employment's status."""
    level, word = STATUSES[status]
    return status_tag(level, word, _ICONS.get(status, ""))


def person_url(key: str, moment: AsOf) -> str:
    return reverse("people:person", args=[key]) + moment.query


def _teaching(may_edit: bool, title: Any, text: Any, example: Any, action: Any, url: str) -> Empty:
    """An empty list that teaches; its button only for whom it opens."""
    if not may_edit:
        return Empty(title, text)
    return Empty(title, text, example, action=action, url=reverse(url))


def _people_table(moment: AsOf, rows: list[PersonRow], may_edit: bool) -> Table:
    def choices(pick: Callable[[PersonRow], Any]) -> list[tuple[str, str]]:
        found = {(one.id, one.name) for row in rows if (one := pick(row)) is not None}
        return sorted(found, key=lambda pair: pair[1].casefold())

    def within_team(source: list[PersonRow], value: str) -> list[PersonRow]:
        teams = selectors.team_keys_within(value, moment.on, moment.known_at)
        return [row for row in source if row.team and row.team.id in teams]

    def below(source: list[PersonRow], value: str) -> list[PersonRow]:
        keys = selectors.below_keys(value, moment.on, moment.known_at)
        return [row for row in source if row.id in keys]

    return Table(
        key="people.list",
        title=gettext_lazy("People"),
        columns=(
            Column(
                "name",
                gettext_lazy("Name"),
                lead=True,
                search=("name",),
                link=lambda row: person_url(row.id, moment),
                note=lambda row: row.title,
            ),
            Column("title", gettext_lazy("Title"), search=("title",), shown=False),
            Column(
                "team",
                gettext_lazy("Team"),
                value=lambda row: row.team and row.team.name,
                note=lambda row: row.region,
                search=("team",),
                nowrap=False,
            ),
            Column("region", gettext_lazy("Region"), shown=False),
            Column(
                "manager",
                gettext_lazy("Reports to"),
                value=lambda row: row.manager and row.manager.name,
                link=lambda row: row.manager and person_url(row.manager.id, moment),
                search=("manager",),
            ),
            Column("direct_reports", gettext_lazy("Direct reports"), Kind.NUMBER),
            Column(
                "business_unit",
                gettext_lazy("Business unit"),
                value=lambda row: row.business_unit and row.business_unit.name,
                shown=False,
            ),
            Column("country", gettext_lazy("Country")),
            Column("email", gettext_lazy("E-mail"), search=("email",), shown=False),
            Column(
                "status",
                gettext_lazy("Status"),
                value=lambda row: str(STATUSES[row.status][1]),
                cell=lambda row: status_of(row.status),
            ),
            Column("id", gettext_lazy("Key"), search=("id",), shown=False),
        ),
        filters=(
            Filter(
                "status",
                gettext_lazy("Status"),
                choices=[
                    ("here", gettext_lazy("Works here")),
                    *((name, word) for name, (_level, word) in STATUSES.items()),
                ],
                default="here" if rows else "",
                apply=lambda source, value: (
                    [row for row in source if row.status in ("active", "leave")]
                    if value == "here"
                    else [row for row in source if row.status == value]
                ),
            ),
            Filter(
                "team",
                gettext_lazy("Team"),
                choices=choices(lambda row: row.team),
                apply=within_team,
            ),
            Filter(
                "manager",
                gettext_lazy("Below"),
                choices=choices(lambda row: row.manager),
                apply=below,
            ),
            Filter(
                "unit",
                gettext_lazy("Business unit"),
                choices=choices(lambda row: row.business_unit),
                apply=lambda source, value: [
                    row for row in source if row.business_unit and row.business_unit.id == value
                ],
            ),
        ),
        order="name",
        empty=_teaching(
            may_edit,
            gettext_lazy("Nobody here yet"),
            gettext_lazy(
                "People, their positions and to whom they report decide whose figures roll up "
                "where, and who sees whom."
            ),
            gettext_lazy("Import them from a file with one row a person, or add them by hand."),
            gettext_lazy("Add a person"),
            "people:new",
        ),
    )


@require_safe
@login_required
def people(request: HttpRequest) -> HttpResponse:
    """Everybody whom the asker may see, on a day."""
    require(request.actor, permissions.VIEW)
    moment = as_of(request)
    seen = reach(request.actor, permissions.VIEW, moment.on)
    rows = [
        hidden_labels(row, seen)
        for row in selectors.people_on(moment.on, moment.known_at)
        if row.id in seen
    ]
    may_edit = allows(request.actor, permissions.EDIT)
    return _people_table(moment, rows, may_edit).respond(
        request, rows, "people/list.html", {"moment": moment, "may_edit": may_edit}
    )


def _holders(node: ChartNode, moment: AsOf) -> Any:
    if node.is_vacant:
        return status_tag(Status.WATCH, _("Vacant"))
    names = [
        format_html(
            '<a class="link-ink" href="{}">{}</a>{}',
            person_url(holder.id, moment),
            holder.name,
            f" {selectors.percent(holder.share)}" if node.is_shared else "",
        )
        for holder in node.holders
    ]
    text = names[0]
    for name in names[1:]:
        text = format_html("{}, {}", text, name)
    return text


@require_safe
@login_required
def positions(request: HttpRequest) -> HttpResponse:
    """Positions on a day, filled and vacant."""
    require(request.actor, permissions.VIEW)
    moment = as_of(request)
    seen = reach(request.actor, permissions.VIEW, moment.on)
    chart = selectors.chart(moment.on, moment.known_at, reach=seen)
    rows = list(chart.nodes.values())
    may_edit = allows(request.actor, permissions.EDIT)

    def above(node: ChartNode) -> str | None:
        parent = chart.nodes.get(node.manager_position or "")
        if parent is None:
            return None
        return ", ".join(h.name for h in parent.holders) or parent.title or parent.position

    table = Table(
        key="people.positions",
        title=gettext_lazy("Positions"),
        columns=(
            Column(
                "title",
                gettext_lazy("Position"),
                lead=True,
                value=lambda node: node.title or node.position,
                note=lambda node: node.position if node.title else None,
                link=lambda node: _in_chart(node.position, moment),
                search=("title",),
            ),
            Column(
                "holders",
                gettext_lazy("Filled by"),
                value=lambda node: ", ".join(holder.name for holder in node.holders),
                cell=lambda node: _holders(node, moment),
                search=("holders",),
                nowrap=False,
            ),
            Column(
                "team",
                gettext_lazy("Team"),
                value=lambda node: node.team and node.team.name,
                search=("team",),
            ),
            Column("manager", gettext_lazy("Reports to"), value=above, search=("manager",)),
            Column("reports", gettext_lazy("Direct reports"), Kind.NUMBER),
            Column("below", gettext_lazy("All below"), Kind.NUMBER, shown=False),
            Column(
                "business_unit",
                gettext_lazy("Business unit"),
                value=lambda node: node.business_unit and node.business_unit.name,
                shown=False,
            ),
        ),
        filters=(
            Filter(
                "state",
                gettext_lazy("State"),
                choices=[
                    ("vacant", gettext_lazy("Vacant")),
                    ("shared", gettext_lazy("Shared")),
                    ("filled", gettext_lazy("Filled")),
                ],
                apply=lambda source, value: [
                    node
                    for node in source
                    if {
                        "vacant": node.is_vacant,
                        "shared": node.is_shared,
                        "filled": not node.is_vacant,
                    }.get(value, False)
                ],
            ),
        ),
        order="title",
        empty=_teaching(
            may_edit,
            gettext_lazy("No positions yet"),
            gettext_lazy("A position is a seat that outlives who sits on it."),
            gettext_lazy("Adding a person makes one; a vacant one is added here."),
            gettext_lazy("Add a position"),
            "people:new-position",
        ),
    )
    return table.respond(
        request,
        rows,
        "people/positions.html",
        {"moment": moment, "may_edit": may_edit},
    )


def _in_chart(position: str, moment: AsOf) -> str:
    address = reverse("people:chart") + "?" + urlencode({"focus": position}) + moment.more
    return address + "#found"


@require_safe
@login_required
def teams(request: HttpRequest) -> HttpResponse:
    """The tree of teams on a day."""
    require(request.actor, permissions.VIEW)
    moment = as_of(request)
    seen = reach(request.actor, permissions.VIEW, moment.on)
    rows = selectors.teams_on(moment.on, moment.known_at)
    if isinstance(seen, frozenset):
        chart = selectors.chart(moment.on, moment.known_at, reach=seen)
        own = {node.team.id for node in chart.nodes.values() if node.team}
        rows = [row for row in rows if row.id in own]
    may_edit = allows(request.actor, permissions.EDIT) and not isinstance(seen, frozenset)

    def members(row: TeamRow) -> str:
        return reverse("people:list") + "?" + urlencode({"team": row.id}) + moment.more

    table = Table(
        key="people.teams",
        title=gettext_lazy("Teams"),
        columns=(
            Column(
                "name",
                gettext_lazy("Team"),
                lead=True,
                search=("name",),
                link=members,
            ),
            Column(
                "parent",
                gettext_lazy("Within"),
                value=lambda row: row.parent and row.parent.name,
            ),
            Column("region", gettext_lazy("Region"), search=("region",)),
            Column("people", gettext_lazy("People"), Kind.NUMBER),
            Column("positions", gettext_lazy("Positions"), Kind.NUMBER),
            *(
                (
                    Column(
                        "edit",
                        gettext_lazy("Change"),
                        value=lambda row: "",
                        cell=lambda row: format_html(
                            '<a href="{}">{}</a>',
                            reverse("people:change-team", args=[row.id]),
                            _("Change"),
                        ),
                        sort=None,
                    ),
                )
                if may_edit
                else ()
            ),
        ),
        empty=_teaching(
            may_edit,
            gettext_lazy("No teams yet"),
            gettext_lazy("Teams group positions, and may lie within other teams."),
            gettext_lazy("They come with an import of people, or one by one."),
            gettext_lazy("Add a team"),
            "people:new-team",
        ),
        views=False,
    )
    return table.respond(
        request, rows, "people/teams.html", {"moment": moment, "may_edit": may_edit}
    )
