"""Data quality, and the people whom the facts name and nobody knows."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from vetta.core import clock
from vetta.core.access import allows, require
from vetta.engine.schema import FACT_TABLES
from vetta.facts import selectors, services
from vetta.facts.contracts import QualityReport, TableQuality, UnmatchedOwner
from vetta.facts.permissions import MATCH, QUALITY
from vetta.kernel.problem import ProblemError
from vetta.people import selectors as people
from vetta.ui import formatting, micro
from vetta.ui.status import Status, status_tag
from vetta.ui.tables import Column, Empty, Filter, Kind, Table

STALE_DAYS = 3  # a table whose newest row is older than this is called stale
MUCH_MISSING = 0.2  # a column that is empty in a larger share of rows is named
ASIDE = "-"  # the choice "nobody here"


def table_title(name: str) -> str:
    """A fact table's title in the page's language."""
    return _(FACT_TABLES[name].title) if name in FACT_TABLES else name


def _column_title(table: str, name: str) -> str:
    schema = FACT_TABLES.get(table, ())
    return next((_(column.title) for column in schema if column.name == name), name)


def _remarks(table: TableQuality) -> list[str]:
    """What should be looked at in a table, in words."""
    found = []
    if table.gaps:
        found.append(
            ngettext("%(n)s month without a row", "%(n)s months without a row", len(table.gaps))
            % {"n": len(table.gaps)}
            + f": {', '.join(table.gaps[:4])}"
        )
    for month, rows, usual in table.unusual[:3]:
        found.append(
            _("%(month)s has %(rows)s rows, usual are %(usual)s")
            % {
                "month": month,
                "rows": formatting.number(rows),
                "usual": formatting.number(usual),
            }
        )
    if table.duplicates:
        found.append(
            ngettext(
                "%(n)s row says the same as another under a different key",
                "%(n)s rows say the same as others under a different key",
                table.duplicates,
            )
            % {"n": formatting.number(table.duplicates)}
        )
    empty = sorted(table.missing.items(), key=lambda pair: -pair[1])
    much = [(name, share) for name, share in empty if MUCH_MISSING <= share < 1]
    if much:
        named = ", ".join(
            f"{_column_title(table.table, name)} {formatting.percent(Decimal(str(share)), 0)}"
            for name, share in much[:4]
        )
        found.append(_("often empty: %(columns)s") % {"columns": named})
    return found


def _table(table: TableQuality) -> dict[str, Any]:
    age = (clock.now() - table.loaded_at).days if table.loaded_at else None
    is_stale = age is not None and age >= STALE_DAYS
    remarks = _remarks(table)
    wrong = bool(table.gaps or table.unusual or table.duplicates)
    months = table.months[-24:]
    return {
        "title": table_title(table.table),
        "quality": table,
        "remarks": remarks,
        "is_stale": is_stale,
        "chart": micro.columns(
            [rows for _month, rows in months],
            _("Rows a month from %(first)s to %(last)s")
            % {"first": months[0][0], "last": months[-1][0]},
        )
        if months
        else "",
        "status": status_tag(Status.WATCH, _("Look at it"))
        if wrong
        else status_tag(Status.GOOD, _("Sound")),
    }


def _finding(report: QualityReport, wrong: int) -> str:
    """The state of the data as one sentence."""
    if not report.tables:
        return _("No facts yet")
    issues = []
    if report.open_quarantine:
        issues.append(
            ngettext("%(n)s row in quarantine", "%(n)s rows in quarantine", report.open_quarantine)
            % {"n": formatting.number(report.open_quarantine)}
        )
    if report.unmatched:
        issues.append(
            ngettext("%(n)s unmatched person", "%(n)s unmatched people", len(report.unmatched))
            % {"n": formatting.number(len(report.unmatched))}
        )
    if wrong:
        issues.append(
            ngettext("%(n)s table to look at", "%(n)s tables to look at", wrong)
            % {"n": formatting.number(wrong)}
        )
    return ", ".join(issues) if issues else _("The data is sound")


@require_GET
@login_required
def quality(request: HttpRequest) -> HttpResponse:
    """Freshness, volume, gaps, duplicates, unmatched people, unknown currencies."""
    require(request.actor, QUALITY)
    report = selectors.quality_report()
    tables = [_table(table) for table in report.tables]
    wrong = sum(1 for table in report.tables if table.gaps or table.unusual or table.duplicates)
    return render(
        request,
        "facts/quality.html",
        {
            "report": report,
            "heading": _finding(report, wrong),
            "tables": tables,
            "unmatched": report.unmatched[:6],
            "unmatched_rows": sum(owner.rows for owner in report.unmatched),
            "rows": sum(table.rows for table in report.tables),
            "newest": max(
                (t.newest_on for t in report.tables if t.newest_on and t.table != "fx_rates"),
                default=None,
            ),
        },
    )


def _everybody() -> list[tuple[str, str]]:
    return [(person.id, person.name) for person in people.people_on(clock.today())]


def _choices(owner: UnmatchedOwner, everybody: list[tuple[str, str]]) -> Any:
    """The likeliest people first, then everybody, then nobody."""
    likely = [(candidate.person_id, candidate.person_name) for candidate in owner.candidates]
    near = {key for key, _name in likely}
    return likely, [pair for pair in everybody if pair[0] not in near]


@require_GET
@login_required
def unmatched(request: HttpRequest) -> HttpResponseBase:
    """Owners in the facts whom nobody is known to be, with who they may be."""
    require(request.actor, QUALITY)
    owners = selectors.unmatched_owners()
    may_match = allows(request.actor, MATCH)
    everybody = _everybody() if may_match and owners else []
    rows = [_owner_row(owner, everybody, may_match, request) for owner in owners]
    return UNMATCHED.respond(
        request, rows, "facts/unmatched.html", {"count": len(owners), "may_match": may_match}
    )


def _owner_row(
    owner: UnmatchedOwner, everybody: list[tuple[str, str]], may_match: bool, request: HttpRequest
) -> dict[str, Any]:
    likely, others = _choices(owner, everybody)
    return {
        "owner_id": owner.owner_id,
        "source": owner.source,
        "rows": owner.rows,
        "tables": ", ".join(table_title(name) for name in owner.tables),
        "last_on": owner.last_on,
        "likely": "; ".join(f"{c.person_name} ({c.reason})" for c in owner.candidates[:2]),
        "may_match": may_match,
        "options": (likely, others),
        "request": request,
    }


def _match_cell(row: dict[str, Any]) -> Any:
    """The form that says who an owner is."""
    if not row["may_match"]:
        return row["likely"] or formatting.MISSING
    return render_to_string("facts/match_form.html", {"row": row}, request=row["request"])


@require_POST
@login_required
def match(request: HttpRequest) -> HttpResponse:
    """Say who an owner is, or that it is nobody here."""
    require(request.actor, MATCH)
    data = request.POST
    person = data.get("person", "")
    if not person:
        messages.error(request, _("Choose who it is first."))
        return redirect("facts:unmatched")
    try:
        services.match_owner(
            source=data.get("source", ""),
            owner_id=data.get("owner", ""),
            person_id="" if person == ASIDE else person,
            actor=request.actor,
        )
    except ProblemError as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request,
            _("“%(owner)s” is set aside.") % {"owner": data.get("owner", "")}
            if person == ASIDE
            else _("“%(owner)s” is matched. Its rows count for the person from now on.")
            % {"owner": data.get("owner", "")},
        )
    return redirect("facts:unmatched")


def _sources(request: HttpRequest) -> list[tuple[str, str]]:
    names = sorted({owner.source for owner in selectors.unmatched_owners()})
    return [(name, name) for name in names]


UNMATCHED = Table(
    key="facts.unmatched",
    title=gettext_lazy("Unmatched people"),
    columns=(
        Column("owner_id", gettext_lazy("Named in the data"), lead=True, search=("owner_id",)),
        Column("source", gettext_lazy("Source"), search=("source",)),
        Column("rows", gettext_lazy("Rows"), Kind.NUMBER, places=0),
        Column("tables", gettext_lazy("In"), nowrap=False),
        Column("last_on", gettext_lazy("Last seen"), Kind.DATE),
        Column("likely", gettext_lazy("Who it is"), sort=None, cell=_match_cell, nowrap=False),
    ),
    filters=(Filter("source", gettext_lazy("Source"), choices=_sources),),
    order="-rows",
    empty=Empty(
        gettext_lazy("Everybody is known"),
        gettext_lazy("Each owner that the data names is matched to a person."),
        gettext_lazy("People are matched by their key, their identities elsewhere, and e-mail."),
    ),
)
