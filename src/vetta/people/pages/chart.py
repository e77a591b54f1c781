"""The organisation chart as of any date: a tree of lists that opens branch by branch."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from vetta.core.access import NotVisible, allows, reach, require
from vetta.people import permissions, selectors
from vetta.people.contracts import ChartNode
from vetta.ui.tables.table import no_mix

from .asof import AsOf, as_of

#: Up to so many positions the chart opens its first three levels by itself, else two.
_SMALL = 120
#: More than this is never drawn at once, not even for printing.
_LARGEST = 5000


@dataclass(frozen=True)
class Drawn:
    """A node as it is drawn.

    Args:
        children: the branches below, if they are drawn already.
        is_open: whether they are shown at first.
    """

    node: ChartNode
    is_open: bool = False
    is_found: bool = False
    children: list[Drawn] = field(default_factory=list)


def _chart(request: HttpRequest, moment: AsOf) -> selectors.Chart:
    require(request.actor, permissions.VIEW)
    seen = reach(request.actor, permissions.VIEW, moment.on)
    return selectors.chart(moment.on, moment.known_at, reach=seen)


@require_safe
@login_required
def chart(request: HttpRequest) -> HttpResponse:
    """The chart, the hits of a search in it, or one position, or person, in its place."""
    moment = as_of(request, dropped=("focus",))
    found = _chart(request, moment)
    text = " ".join(request.GET.get("q", "").split())[:100]
    focus = request.GET.get("focus", "")
    if focus not in found.nodes and (seat := found.of_person(focus)) is not None:
        focus = seat.position
    is_whole = request.GET.get("all") == "1" and len(found.nodes) <= _LARGEST
    levels = 100 if is_whole else 3 if len(found.nodes) <= _SMALL else 2
    opened = set(found.path(focus)) if focus in found.nodes else set()
    positions, people, vacant, shared = found.counts
    hits = [(node, _trail(found, node)) for node in found.search(text)] if text else None
    return no_mix(
        render(
            request,
            "people/chart.html",
            {
                "moment": moment,
                "tree": _drawn(found, found.roots, levels, opened, focus),
                "hits": hits,
                "q": text,
                "is_whole": is_whole,
                "may_be_whole": len(found.nodes) <= _LARGEST,
                "counts": {
                    "positions": positions,
                    "people": people,
                    "vacant": vacant,
                    "shared": shared,
                },
                "may_edit": allows(request.actor, permissions.EDIT),
            },
        )
    )


def _trail(found: selectors.Chart, node: ChartNode) -> list[str]:
    """Whom the node is below, from the top, in words."""
    return [_words(found.nodes[key]) for key in found.path(node.position)]


def _words(node: ChartNode) -> str:
    return ", ".join(holder.name for holder in node.holders) or node.title or node.position


def _drawn(
    found: selectors.Chart, nodes: list[ChartNode], levels: int, opened: set[str], focus: str
) -> list[Drawn]:
    """The branches, as many levels as asked for, and further along the way to the focus."""
    branches = []
    for node in nodes:
        is_open = bool(node.reports) and (levels > 1 or node.position in opened)
        below = found.below(node.position) if is_open else []
        branches.append(
            Drawn(
                node=node,
                is_open=is_open,
                is_found=node.position == focus,
                children=_drawn(found, below, levels - 1, opened, focus),
            )
        )
    return branches


@require_safe
@login_required
def branch(request: HttpRequest) -> HttpResponse:
    """One level below a position, as a partial."""
    moment = as_of(request)
    found = _chart(request, moment)
    position = request.GET.get("position", "")
    if position not in found.nodes:
        raise NotVisible
    tree = _drawn(found, found.below(position), 1, set(), "")
    return no_mix(render(request, "people/branch.html", {"moment": moment, "tree": tree}))
