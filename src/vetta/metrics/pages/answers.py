"""The answer as a list: each figure a door, each member a narrower question."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from vetta.metrics import selectors
from vetta.metrics.contracts import Answer, CatalogueEntry, Row, Unit
from vetta.metrics.pages import asked as asking
from vetta.metrics.pages import drawing
from vetta.metrics.pages.asked import Asked
from vetta.ui import formatting, micro
from vetta.ui.tables import Column, Kind, Table
from vetta.ui.tables.table import BoundTable

_KINDS = {Unit.RATIO: Kind.PERCENT, Unit.MONEY: Kind.MONEY}


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


def answer_table(
    request: HttpRequest, asked: Asked, entry: CatalogueEntry, answer: Answer
) -> BoundTable:
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
