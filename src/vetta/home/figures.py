"""The figures of the first page: the last complete quarter beside the one before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from vetta.core.access import Actor, allows
from vetta.core.selectors import calendar
from vetta.engine.metrics.definitions import Unit
from vetta.engine.metrics.question import Answer, Question
from vetta.kernel.calendar import Calendar, Grain
from vetta.kernel.problem import ProblemError
from vetta.metrics.permissions import VIEW
from vetta.metrics.selectors import ask
from vetta.ui import formatting

SHOWN = ("won_revenue", "win_rate", "average_deal_size", "bookings")
"""What is shown where the facts hold it: at most four, in this order."""

_QUARTERS = 8  # of the small chart


@dataclass(frozen=True)
class Figure:
    """One key figure.

    Args:
        written: as people read it, with its unit.
        comparison: the change from the quarter before, in words; empty where there is none.
        history: the last quarters' values, oldest first, for the small chart.
    """

    metric: str
    title: str
    period: str
    written: str
    comparison: str
    is_better: bool | None
    history: tuple[Decimal, ...]
    value: Decimal
    before: Decimal | None


def figures(actor: Actor, today: date) -> list[Figure]:
    """The figures that this actor may see, each over the facts that the actor reaches."""
    if not allows(actor, VIEW):
        return []
    found = (_figure(metric, actor, today) for metric in SHOWN)
    return [figure for figure in found if figure is not None]


def _figure(metric: str, actor: Actor, today: date) -> Figure | None:
    try:
        answer = ask(Question(metric=metric, grain=Grain.QUARTER), actor=actor)
    except ProblemError:
        return None  # the facts hold nothing that this KPI could be computed from
    values = _complete(answer, calendar(), today)
    if not values:
        return None
    (period, value), before = values[-1], values[-2][1] if len(values) > 1 else None
    return Figure(
        metric=metric,
        title=answer.title,
        period=period,
        written=_written(value, answer),
        comparison=_comparison(value, before, answer.unit),
        is_better=None if before is None or before == value else value > before,
        history=tuple(each for _label, each in values[-_QUARTERS:]),
        value=value,
        before=before,
    )


def _complete(answer: Answer, known: Calendar, today: date) -> list[tuple[str, Decimal]]:
    """The quarters that have a value and have ended; a quarter under way compares to nothing."""
    found = []
    for row in answer.rows:
        if row.value is None or row.period is None or row.period_starts_on is None:
            continue
        try:
            ends_on = known.period(Grain.QUARTER, row.period_starts_on).ends_on
        except ProblemError:
            continue
        if ends_on <= today:
            found.append((row.period, Decimal(row.value)))
    return found


def _written(value: Decimal, answer: Answer) -> str:
    if answer.unit == Unit.MONEY:
        return formatting.short_money(value, answer.currency, home=answer.currency)
    if answer.unit == Unit.RATIO:
        return formatting.percent(value)
    return formatting.number(value)


def _comparison(value: Decimal, before: Decimal | None, unit: Any) -> str:
    """The change: percents differ by points, everything else in percent of what was."""
    if before is None:
        return ""
    if unit == Unit.RATIO:
        return _("%(points)s on the quarter before") % {"points": formatting.points(value - before)}
    if not before:
        return ""
    change = formatting.percent((value - before) / abs(before))
    if value > before:
        change = f"+{change}"
    return _("%(change)s on the quarter before") % {"change": change}


def headline(shown: Sequence[Figure]) -> str:
    """The finding of the first figure, as a sentence; empty without one."""
    if not shown:
        return ""
    first = shown[0]
    values = {"title": first.title, "period": first.period, "value": first.written}
    if first.before is None or first.value == first.before:
        return _("%(title)s was %(value)s in %(period)s") % values
    if first.value > first.before:
        return _("%(title)s rose to %(value)s in %(period)s") % values
    return _("%(title)s fell to %(value)s in %(period)s") % values
