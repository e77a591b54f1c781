"""The KPI explorer: a question in the address, its answer as chart, list and doors to the rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from vetta.core import clock
from vetta.core.access import require
from vetta.core.selectors import calendar
from vetta.kernel.calendar import Grain
from vetta.kernel.problem import Problem, ProblemError
from vetta.metrics import selectors
from vetta.metrics.contracts import Answer, CatalogueEntry, Question, Row
from vetta.metrics.pages import asked as asking
from vetta.metrics.pages import drawing, words
from vetta.metrics.pages.answers import answer_table, door
from vetta.metrics.pages.asked import Asked
from vetta.metrics.permissions import VIEW
from vetta.ui.selectors import saved_views
from vetta.ui.tables.table import BoundTable, no_mix

PLACE = "metrics.explorer"
START = "win_rate"


@dataclass(frozen=True)
class Choice:
    """One entry of a chip's menu: what it says and the question that it asks."""

    title: Any
    query: str
    current: bool


@dataclass(frozen=True)
class Group:
    """Entries under a caption."""

    title: Any
    choices: list[Choice]


@dataclass(frozen=True)
class Chip:
    """One part of the question."""

    key: str
    title: Any
    value: Any
    groups: list[Group]
    is_set: bool = False


@require_GET
@login_required
def explorer(request: HttpRequest) -> HttpResponseBase:
    """Choose a KPI, split, filter, grain, period, comparison; see, open and export the answer."""
    require(request.actor, VIEW)
    known = selectors.catalogue()
    name = request.GET.get("kpi", "")
    if not name:
        start = START if START in known else next(iter(known))
        return redirect(f"{reverse('metrics:explorer')}?kpi={start}&grain=month")
    if name not in known:
        raise Http404
    entry = selectors.entry(name)
    asked = asking.read(request.GET, name)
    offered = {dimension.name for dimension in entry.dimensions}
    asked = asked.changed(by=tuple(one for one in asked.by if one in offered))
    starts_on, ends_on = asking.span(asked, calendar(), anchor(asked, request))
    answer, problems = _ask(asking.question(asked, starts_on, ends_on), request)
    table = None
    if answer is not None and answer.rows:
        table = answer_table(request, asked, entry, answer)
        special = table.special()
        if special is not None:
            return special
    context = {
        **_question_context(request, asked, entry, starts_on, ends_on),
        **_answer_context(asked, entry, answer, starts_on, ends_on, table),
        "problems": problems or (answer.problems if answer else ()),
        "problems_title": _("This cannot be asked") if problems else "",
        "filter_wrong": bool(problems and asked.where),
    }
    status = 422 if problems else 200
    return no_mix(render(request, "metrics/explorer.html", context, status=status))


def anchor(asked: Asked, request: HttpRequest) -> date:
    """The day that "last 12 months" ends with: today, or the last month that has a value."""
    today = clock.today()
    if asked.period in ("custom", "all"):
        return today
    answer, _problems = _ask(Question(metric=asked.kpi, grain=Grain.MONTH), request)
    known = [
        row.period_starts_on
        for row in (answer.rows if answer else ())
        if row.value is not None and row.period_starts_on
    ]
    return min([today, max(known)]) if known else today


def _ask(question: Question, request: HttpRequest) -> tuple[Answer | None, tuple[Problem, ...]]:
    try:
        return selectors.ask(question, actor=request.actor), ()
    except ProblemError as error:
        return None, error.problems


# The question


def _question_context(
    request: HttpRequest,
    asked: Asked,
    entry: CatalogueEntry,
    starts_on: date | None,
    ends_on: date | None,
) -> dict[str, Any]:
    names = [name for name in entry.columns if not name.startswith("custom")]
    return {
        "asked": asked,
        "title": entry.title,
        "description": entry.description,
        "definition": entry,
        "facts": words.facts_of(entry),
        "is_own": entry.is_own,
        "fresh": words.freshness(),
        "views": saved_views(request.user, PLACE),
        "share_url": request.build_absolute_uri(f"?{asked.query}"),
        "chips": _chips(asked, entry, starts_on, ends_on),
        "starts_on": starts_on,
        "ends_on": ends_on,
        "span": asking.span_text(starts_on, ends_on),
        "period_rest": asked.without("period", "from", "until"),
        "where_rest": asked.without("where"),
        "unfiltered": asked.changed(where="").query,
        "all_time": asked.changed(period="all", first=None, until=None).query,
        "dimension_names": ", ".join(names),
    }


def _chips(
    asked: Asked, entry: CatalogueEntry, starts_on: date | None, ends_on: date | None
) -> list[Chip]:
    titles = {one.name: one.title for one in entry.dimensions}
    chips = [Chip("kpi", _("KPI"), entry.title, _kpi_groups(asked))]
    chips.append(_split_chip(asked, titles, 0))
    if asked.by:
        chips.append(_split_chip(asked, titles, 1))
    grains = [Choice(_("Not over time"), asked.changed(grain="").query, not asked.grain)]
    grains += [
        Choice(title, asked.changed(grain=name).query, asked.grain == name)
        for name, title in asking.GRAINS.items()
    ]
    value = asking.GRAINS.get(asked.grain, _("Not over time"))
    chips.append(Chip("grain", _("Over"), value, [Group("", grains)], bool(asked.grain)))
    periods = [
        Choice(
            title,
            asked.changed(period=name, first=None, until=None).query,
            asked.period == name,
        )
        for name, title in asking.PERIODS.items()
    ]
    custom = asking.span_text(starts_on, ends_on)
    chips.append(
        Chip(
            "period",
            _("Period"),
            asking.PERIODS.get(asked.period, custom),
            [Group(custom, periods)],
            asked.period != asking.DEFAULT_PERIOD,
        )
    )
    against = [Choice(_("Nothing"), asked.changed(compare="").query, not asked.compare)]
    against += [
        Choice(title, asked.changed(compare=name).query, asked.compare == name)
        for name, title in asking.COMPARISONS.items()
    ]
    value = asking.COMPARISONS.get(asked.compare, _("Nothing"))
    chips.append(Chip("against", _("Against"), value, [Group("", against)], bool(asked.compare)))
    return chips


def _kpi_groups(asked: Asked) -> list[Group]:
    """All KPIs by category; the split and the filter are dropped where a KPI is changed."""
    spoken = get_language() or "en"
    groups: dict[str, list[Choice]] = {}
    for one in selectors.catalogue().values():
        if one.hidden:
            continue
        query = asked.changed(kpi=one.name, where="").query
        groups.setdefault(one.category, []).append(
            Choice(one.title.in_language(spoken), query, one.name == asked.kpi)
        )
    return [Group(words.category(name), choices) for name, choices in groups.items()]


def _split_chip(asked: Asked, titles: dict[str, str], place: int) -> Chip:
    current = asked.by[place] if place < len(asked.by) else ""
    before, after = asked.by[:place], asked.by[place + 1 :]
    choices = [Choice(_("Nothing"), asked.changed(by=before + after).query, not current)]
    choices += [
        Choice(title, asked.changed(by=(*before, name, *after)).query, name == current)
        for name, title in titles.items()
        if name == current or name not in asked.by
    ]
    return Chip(
        f"by{place}",
        _("By") if place == 0 else _("and by"),
        titles.get(current, _("Nothing")),
        [Group("", choices)],
        bool(current),
    )


# The answer


def _answer_context(
    asked: Asked,
    entry: CatalogueEntry,
    answer: Answer | None,
    starts_on: date | None,
    ends_on: date | None,
    table: BoundTable | None,
) -> dict[str, Any]:
    if answer is None:
        return {"chart": None, "single": None, "table": None}
    titles = {one.name: one.title for one in entry.dimensions}
    explain = door(asked, "metrics:explain")
    described = drawing.Titles(
        metric=entry.title,
        dimensions=[titles[name] for name in asked.by],
        grain=str(asking.GRAINS[asked.grain]) if asked.grain else "",
        span=asking.span_text(starts_on, ends_on),
    )
    chart = drawing.chart_of(
        answer,
        described,
        explain=explain,
        definition_url=reverse("metrics:definition", args=[entry.name]),
        csv_url=table.csv_url if table else "",
    )
    single = None
    if chart is None and answer.rows and answer.rows[0].value is not None:
        row = answer.rows[0]
        single = {
            "text": drawing.written(answer, row.value),
            "explain": explain(row),
            "tip": f"{entry.formula}. {described.span}.",
            "compared": _compared_text(asked, answer, row),
        }
    return {"chart": chart, "single": single, "table": table}


def _compared_text(asked: Asked, answer: Answer, row: Row) -> str:
    if row.compared is None or row.compared.value is None:
        return ""
    return _("%(what)s: %(value)s, difference %(difference)s") % {
        "what": asking.COMPARISONS.get(asked.compare, ""),
        "value": drawing.written(answer, row.compared.value),
        "difference": drawing.difference(answer, row.compared.difference),
    }
