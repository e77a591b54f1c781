"""Behind a figure: how it came about, and the rows that it is made of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from vetta.core.access import require
from vetta.core.selectors import calendar
from vetta.engine.schema import FACT_TABLES
from vetta.kernel.problem import ProblemError
from vetta.metrics import selectors
from vetta.metrics.contracts import CalculationStep, CatalogueEntry, Drill, DrillRow, Question, Unit
from vetta.metrics.pages import asked as asking
from vetta.metrics.pages import words
from vetta.metrics.pages.asked import Asked
from vetta.metrics.pages.explorer import anchor
from vetta.metrics.permissions import VIEW
from vetta.ui import formatting
from vetta.ui.tables import Column, Kind, Table

SHOWN = 6  # columns of the facts that are shown before others are chosen
BLOCK = 1_000  # rows read at once for an export


class _Figure:
    """One figure of an answer, as an address names it."""

    def __init__(self, request: HttpRequest) -> None:
        require(request.actor, VIEW)
        name = request.GET.get("kpi", "")
        if name not in selectors.catalogue():
            raise Http404
        self.actor = request.actor
        self.entry: CatalogueEntry = selectors.entry(name)
        self.asked: Asked = asking.read(request.GET, name)
        starts_on, ends_on = asking.span(self.asked, calendar(), anchor(self.asked, request))
        self.question: Question = asking.question(self.asked, starts_on, ends_on)
        self.span = asking.span_text(starts_on, ends_on)
        self.group: dict[str, str | None] = {
            key.removeprefix("g."): value
            for key, value in request.GET.items()
            if key.startswith("g.")
        }
        self.group |= dict.fromkeys(request.GET.getlist("none"), None)
        self.period = request.GET.get("at", "") or None
        self.query = request.GET.urlencode()

    @property
    def group_text(self) -> str:
        titles = {one.name: one.title for one in self.entry.dimensions}
        parts = [
            f"{titles.get(name, name)}: {value if value is not None else _('without')}"
            for name, value in self.group.items()
        ]
        return ", ".join([*parts, *([self.period] if self.period else [])])


def _written(step: CalculationStep, value: str | None, fallback: Unit, currency: str | None) -> str:
    unit = step.unit or fallback
    return formatting.measure(value, unit.value, currency)


def _plain(value: str | None) -> str:
    """An operand as a person types it into a calculator."""
    number = formatting.exact(value)
    return formatting.MISSING if number is None else formatting.number(number, None)


def _steps(found: Any, currency: str | None) -> list[dict[str, Any]]:
    """The lines of arithmetic; the last one is the figure."""
    lines = []
    for place, step in enumerate(found.steps):
        is_last = place == len(found.steps) - 1
        unit = found.unit if is_last else Unit.NUMBER
        lines.append(
            {
                "title": f"{_plain(step.left)} {step.operator} {_plain(step.right)}"
                if step.operator
                else step.label,
                "note": f"{step.left_label} {step.operator} {step.right_label}"
                if step.operator and step.left_label and step.right_label
                else "",
                "value": _written(step, step.result, unit, currency),
                "is_result": is_last,
            }
        )
    return lines


@require_GET
@login_required
def explain(request: HttpRequest) -> HttpResponseBase:
    """The explain drawer's content: one sentence, the arithmetic, the definition, the rows."""
    figure = _Figure(request)
    try:
        found = selectors.explain(
            figure.question, group=figure.group, period=figure.period, actor=figure.actor
        )
    except ProblemError as error:
        return render(request, "ui/problems.html", {"items": error.problems, "title": ""})
    value = formatting.measure(found.value, found.unit.value, found.currency)
    return render(
        request,
        "metrics/explain.html",
        {
            "heading": f"{found.title}: {value}",
            "title": found.title,
            "description": found.description,
            "steps": _steps(found, found.currency),
            "definition": figure.entry,
            "facts": words.facts_of(figure.entry),
            "asked": figure.asked,
            "span": figure.span,
            "group": figure.group_text,
            "fresh": words.freshness(),
            "rows_url": "/performance/rows/?" + figure.query,
        },
    )


class _Rows:
    """The facts behind a figure, read page by page; their order is the engine's."""

    def __init__(self, figure: _Figure, part: str | None) -> None:
        self.figure, self.part_name = figure, part
        self.first = self._page(1, 25)

    def _page(self, page: int, size: int) -> Drill:
        figure = self.figure
        return selectors.drill(
            figure.question,
            group=figure.group,
            period=figure.period,
            part=self.part_name,
            page=page,
            size=size,
            actor=figure.actor,
        )

    def searched(self, words: list[str], columns: Any) -> _Rows:
        return self

    def matching(self, path: str, value: str) -> _Rows:
        return self

    def between(self, path: str, first: Any, until: Any) -> _Rows:
        return self

    def applied(self, apply: Any, value: str) -> _Rows:
        return self

    def ordered(self, column: Column, descending: bool) -> _Rows:
        return self

    def count(self) -> int:
        return self.first.total

    def part(self, start: int, stop: int) -> list[DrillRow]:
        size = stop - start
        if start == 0 and size == 25:
            return list(self.first.rows)
        return list(self._page(start // size + 1, size).rows)

    def every(self) -> Iterator[DrillRow]:
        for page in range(1, -(-self.first.total // BLOCK) + 1):
            yield from self._page(page, BLOCK).rows


@require_GET
@login_required
def rows(request: HttpRequest) -> HttpResponseBase:
    """The facts that a figure is made of; over all pages they add up to it."""
    figure = _Figure(request)
    part = request.GET.get("part") or None
    try:
        source = _Rows(figure, part)
    except ProblemError as error:
        context = {"problems": error.problems, "title": figure.entry.title, "asked": figure.asked}
        return render(request, "metrics/rows_refused.html", context, status=422)
    drill = source.first
    table = _rows_table(drill)
    where = ", ".join(text for text in (figure.group_text, figure.span) if text)
    context = {
        "title": figure.entry.title,
        "heading": _("%(rows)s behind %(title)s")
        % {"rows": _rows_text(drill.total), "title": figure.entry.title},
        "lead": f"{words.table_title(drill.table)} · {where}",
        "asked": figure.asked,
        "problems": (),
        "sums": [
            {"name": _part_title(name), "value": formatting.number(value, None)}
            for name, value in drill.sums.items()
        ],
        "parts": [
            {"name": name, "title": words.table_title(name), "current": name == drill.table}
            for name in drill.tables
        ]
        if len(drill.tables) > 1
        else [],
    }
    return table.respond(request, source, "metrics/rows.html", context)


def _rows_text(total: int) -> str:
    from django.utils.translation import ngettext

    return ngettext("%(n)s row", "%(n)s rows", total) % {"n": formatting.number(total)}


def _part_title(name: str) -> str:
    known = selectors.catalogue()
    base = name.partition(".")[0]
    if base not in known:
        return name
    from django.utils.translation import get_language

    return known[base].title.in_language(get_language() or "en")


def _rows_table(drill: Drill) -> Table:
    schema = FACT_TABLES.get(drill.table)
    titles = {column.name: _(column.title) for column in schema} if schema else {}
    names: dict[str, None] = {}
    for row in drill.rows:
        names.update(dict.fromkeys(row.values))
    columns = [
        Column("source_id", _("Number"), lead=True, sort=None, value=lambda row: row.source_id),
        Column("happened_on", _("Date"), Kind.DATE, sort=None, value=lambda row: row.happened_on),
        Column("person", _("Person"), sort=None, value=lambda row: row.person),
    ]
    for name in drill.parts:
        columns.append(_contribution(name))
    hidden = {"person", "owner_id", "batch_id", "ingested_at", "event_month"}
    for place, name in enumerate(name for name in names if name not in hidden):
        columns.append(_fact_column(name, titles.get(name, name), shown=place < SHOWN))
    return Table(
        key=f"metrics.rows.{drill.table}",
        title=_("Rows"),
        columns=tuple(columns),
        views=False,
    )


def _contribution(name: str) -> Column:
    return Column(
        f"adds_{name}",
        _("Adds to %(part)s") % {"part": _part_title(name)},
        Kind.NUMBER,
        sort=None,
        value=lambda row: formatting.exact(row.contributions.get(name)),
    )


def _fact_column(name: str, title: str, *, shown: bool) -> Column:
    return Column(
        f"f_{name}",
        title,
        sort=None,
        value=lambda row: row.values.get(name),
        shown=shown,
        nowrap=False,
    )
