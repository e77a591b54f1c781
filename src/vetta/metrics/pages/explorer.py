"""The KPI explorer: a question in the address, its answer as chart, list and doors to the rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from vetta.core import clock
from vetta.core.access import require
from vetta.core.selectors import calendar
from vetta.kernel.calendar import Grain
from vetta.kernel.problem import Problem, ProblemError
from vetta.metrics import selectors
from vetta.metrics.contracts import Answer, CatalogueEntry, Question, Row, Unit
from vetta.metrics.pages import asked as asking
from vetta.metrics.pages import drawing, words
from vetta.metrics.pages.asked import Asked
from vetta.metrics.permissions import VIEW
from vetta.ui import formatting, micro
from vetta.ui.selectors import saved_views
from vetta.ui.tables import Column, Kind, Table
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
        table = _table(request, asked, entry, answer)
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


def door(asked: Asked, name: str) -> Callable[[Row], str]:
    """What gives each figure of an answer the address that explains it (or lists its rows)."""
    base = reverse(name)

    def address(row: Row) -> str:
        pairs = list(asked.pairs)
        for dimension, member in row.by.items():
            pairs.append(
                (f"g.{dimension}", member.id) if member.id is not None else ("none", dimension)
            )
        if row.period:
            pairs.append(("at", row.period))
        return f"{base}?{urlencode(pairs)}"

    return address


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


_KINDS = {Unit.RATIO: Kind.PERCENT, Unit.MONEY: Kind.MONEY}


def _table(request: HttpRequest, asked: Asked, entry: CatalogueEntry, answer: Answer) -> BoundTable:
    """The answer's rows as a list, each figure a door, each member a narrower question."""
    titles = {one.name: one.title for one in entry.dimensions}
    explain = door(asked, "metrics:explain")
    counts = _counts(entry)
    rows = [_line(asked, answer, row, counts, explain) for row in answer.rows]
    columns = [_member_column(name, titles[name], place) for place, name in enumerate(asked.by)]
    if asked.grain:
        columns.append(
            Column(
                "period",
                asking.GRAINS[asked.grain],
                value=lambda line: line["period"],
                sort="period_starts_on",
                lead=not asked.by,
            )
        )
    columns.append(_value_column(entry, not asked.by and not asked.grain))
    if counts and any(line["of"] is not None for line in rows):
        columns += _interval_columns()
    if asked.compare:
        columns += _compared_columns(asked, entry, answer)
    kpi_table = Table(
        key="metrics.answer",
        title=_("Answer"),
        search_title=_("Search this answer"),
        columns=tuple(columns),
        order="period" if asked.grain and not asked.by else "-value",
        views=False,
    )
    return kpi_table.bind(request, rows)


def _counts(entry: CatalogueEntry) -> tuple[str, str] | None:
    """The parts of a share of counts, whose interval can be told; None for other KPIs."""
    one = selectors.catalogue()[entry.name]
    if entry.unit != Unit.RATIO or not one.numerator or not one.denominator:
        return None
    parts = selectors.catalogue()
    if any(parts[name].unit != Unit.COUNT for name in (one.numerator, one.denominator)):
        return None
    return one.numerator, one.denominator


def _line(
    asked: Asked,
    answer: Answer,
    row: Row,
    counts: tuple[str, str] | None,
    explain: Callable[[Row], str],
) -> dict[str, Any]:
    won = of = None
    if counts:
        won, of = (formatting.exact(row.parts.get(name)) for name in counts)
    compared = row.compared
    line: dict[str, Any] = {
        "period": row.period or "",
        "period_starts_on": row.period_starts_on,
        "value": formatting.exact(row.value),
        "currency": answer.currency,
        "explain": explain(row),
        "written": drawing.written(answer, row.value),
        "won": won,
        "of": of,
        "before": formatting.exact(compared.value) if compared else None,
        "difference": formatting.exact(compared.difference) if compared else None,
        "change": formatting.exact(compared.change) if compared else None,
        "difference_written": drawing.difference(answer, compared.difference)
        if compared
        else formatting.MISSING,
    }
    for name, member in row.by.items():
        line[f"by_{name}"] = drawing.name_of(member)
        narrower = asking.narrowed(asked, name, member.id)
        line[f"only_{name}"] = f"{reverse('metrics:explorer')}?{narrower.query}"
    return line


def _member_column(name: str, title: str, place: int) -> Column:
    return Column(
        f"by_{name}",
        title,
        lead=place == 0,
        search=(f"by_{name}",),
        link=lambda line: line[f"only_{name}"] if "." not in name else None,
        nowrap=False,
    )


def _value_column(entry: CatalogueEntry, lead: bool) -> Column:
    def cell(line: dict[str, Any]) -> Any:
        if line["value"] is None:
            return format_html('<span title="{}">—</span>', _("There is no value here."))
        return format_html(
            '<button type="button" class="num strong" hx-get="{}" hx-target="#explain-body" '
            'data-explain aria-haspopup="dialog" data-tip="{}">{}</button>',
            line["explain"],
            entry.formula,
            line["written"],
        )

    kind = _KINDS.get(entry.unit, Kind.NUMBER)
    return Column("value", entry.title, kind, cell=cell, lead=lead)


def _interval_columns() -> list[Column]:
    def interval(line: dict[str, Any]) -> Any:
        won, of = line["won"], line["of"]
        if not of or won is None:
            return formatting.MISSING
        if of < drawing.FEW:
            return format_html('<span class="muted small">{}</span>', _("too few to say"))
        low, high = drawing.wilson(won, of)
        written = formatting.interval(formatting.percent(low, 0), formatting.percent(high, 0))
        return format_html(
            '<span class="d-flex flex-wrap column-gap-2 align-items-center">{}'
            '<span class="xs muted nowrap">{}</span></span>',
            micro.interval(won / of, low, high, _("95%% interval %(text)s") % {"text": written}),
            written,
        )

    def counted(line: dict[str, Any]) -> str:
        if line["of"] is None:
            return formatting.MISSING
        return _("%(won)s of %(of)s") % {
            "won": formatting.number(line["won"] or Decimal(0), 0),
            "of": formatting.number(line["of"], 0),
        }

    return [
        Column(
            "interval",
            _("95% interval, 0 to 100%"),
            sort=None,
            cell=interval,
            value=lambda line: "",
        ),
        Column("of", _("Of how many"), Kind.NUMBER, cell=counted),
    ]


def _compared_columns(asked: Asked, entry: CatalogueEntry, answer: Answer) -> list[Column]:
    title = asking.COMPARISONS[asked.compare]
    kind = _KINDS.get(entry.unit, Kind.NUMBER)
    return [
        Column("before", title, kind, cell=lambda line: drawing.written(answer, line["before"])),
        Column("difference", _("Difference"), kind, cell=lambda line: line["difference_written"]),
        Column("change", _("Change"), Kind.PERCENT),
    ]
