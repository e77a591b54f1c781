"""The KPI catalogue and one definition with its versions."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from vetta.core.access import allows, require
from vetta.metrics import selectors
from vetta.metrics.contracts import CatalogueEntry, Definition
from vetta.metrics.pages import words
from vetta.metrics.permissions import DEFINE, VIEW
from vetta.ui.tables import Column, Filter, Kind, Table


def _language() -> str:
    return get_language() or "en"


def _title(one: Definition) -> str:
    return one.title.in_language(_language())


def _categories(request: HttpRequest) -> list[tuple[str, str]]:
    names = dict.fromkeys(one.category for one in selectors.catalogue().values())
    return [(name, words.category(name)) for name in names]


TABLE = Table(
    key="metrics.catalogue",
    title=gettext_lazy("KPIs"),
    columns=(
        Column(
            "title",
            gettext_lazy("KPI"),
            lead=True,
            value=_title,
            search=("title",),
            link=lambda one: reverse("metrics:definition", args=[one.name]),
            note=lambda one: one.description.in_language(_language()),
            nowrap=False,
        ),
        Column(
            "formula",
            gettext_lazy("Formula"),
            search=("formula",),
            cell=lambda one: format_html('<span class="mono">{}</span>', one.formula),
            nowrap=False,
        ),
        Column("category", gettext_lazy("Area"), value=lambda one: words.category(one.category)),
        Column(
            "unit", gettext_lazy("Unit"), value=lambda one: str(words.UNITS[one.unit]), shown=False
        ),
        Column(
            "direction",
            gettext_lazy("Good is"),
            value=lambda one: str(words.DIRECTIONS[one.direction]),
        ),
        Column("owner", gettext_lazy("Owner"), value=lambda one: words.owner(one.owner)),
        Column(
            "kind", gettext_lazy("Kind"), value=lambda one: str(words.KINDS[one.kind]), shown=False
        ),
        Column("version", gettext_lazy("Version"), Kind.NUMBER, shown=False),
        Column("name", gettext_lazy("Name"), search=("name",), shown=False),
        Column(
            "ask",
            gettext_lazy("Ask"),
            sort=None,
            value=lambda one: "",
            cell=lambda one: format_html(
                '<a class="btn btn-s" href="{}?kpi={}&amp;grain=month">{}</a>',
                reverse("metrics:explorer"),
                one.name,
                _("Explore"),
            ),
        ),
    ),
    filters=(
        Filter("category", gettext_lazy("Area"), choices=_categories),
        Filter("kind", gettext_lazy("Kind"), choices=tuple(words.KINDS.items())),
        Filter("unit", gettext_lazy("Unit"), choices=tuple(words.UNITS.items())),
    ),
    page_size=50,
    page_sizes=(25, 50, 100),
)


@require_GET
@login_required
def catalogue(request: HttpRequest) -> HttpResponseBase:
    """Every KPI: what it means, who answers for it, where it comes from."""
    require(request.actor, VIEW)
    rows = [one for one in selectors.catalogue().values() if not one.hidden]
    return TABLE.respond(
        request, rows, "metrics/catalogue.html", {"may_define": allows(request.actor, DEFINE)}
    )


@require_GET
@login_required
def definition(request: HttpRequest, name: str) -> HttpResponse:
    """One definition: formula, caveats, parts, users, versions."""
    require(request.actor, VIEW)
    known = selectors.catalogue()
    if name not in known:
        raise Http404
    entry: CatalogueEntry = selectors.entry(name)
    history = selectors.definition_versions(name)
    used_in = [one for one in known.values() if _uses(one, name) and not one.hidden]
    return render(
        request,
        "metrics/definition.html",
        {
            "title": entry.title,
            "description": entry.description,
            "definition": entry,
            "facts": words.facts_of(entry),
            "is_own": entry.is_own,
            "may_define": allows(request.actor, DEFINE),
            "made_of": [
                {"name": part, "title": _title(known[part])}
                for part in entry.parts
                if part in known
            ],
            "used_in": [{"name": one.name, "title": _title(one)} for one in used_in],
            "dimensions": [one.title for one in entry.dimensions],
            "history": [
                {
                    "version": version.definition.version,
                    "formula": version.definition.formula,
                    "since": version.created_at,
                    "author": version.created_by,
                    "is_active": version.is_active,
                }
                for version in history
                if version.created_at is not None
            ],
        },
    )


def _uses(one: Definition, name: str) -> bool:
    from vetta.engine.metrics.catalogue_reader import made_of

    return name in made_of(one)
