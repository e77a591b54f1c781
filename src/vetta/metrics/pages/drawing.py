"""From an answer to what the page shows: the finding in words, the chart, the list's rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from vetta.engine.metrics.question import Answer, Member, Row
from vetta.ui import formatting
from vetta.ui.charts import Chart, Series

MAX_LINES = 4  # beyond, lines can no longer be told apart
MAX_BARS = 20
# A relative change below this is called none; the chart still shows it.
QUIET = Decimal("0.02")


@dataclass(frozen=True)
class Titles:
    """The words that an answer is described with."""

    metric: str
    dimensions: Sequence[str]
    grain: str
    span: str


def name_of(member: Member | None) -> str:
    """A member as people read it; facts without one are named too."""
    if member is None or (member.id is None and member.name is None):
        return _("Without")
    return member.name or member.id or ""


def label_of(row: Row) -> str:
    """The group of a row in words, its members in the order of the question."""
    return " · ".join(name_of(member) for member in row.by.values()) or _("All")


def _group(row: Row) -> tuple[str | None, ...]:
    return tuple(member.id for member in row.by.values())


def _periods(answer: Answer) -> list[str]:
    """The periods of an answer in the order of time."""
    starts = {row.period: row.period_starts_on for row in answer.rows if row.period}
    return sorted(starts, key=lambda label: (str(starts[label] or ""), label))


def _lines(answer: Answer) -> list[tuple[str, dict[str, str | None]]]:
    """Each group with its value per period, the largest group (by its values' sum) first."""
    groups: dict[tuple[str | None, ...], tuple[str, dict[str, str | None]]] = {}
    for row in answer.rows:
        _label, values = groups.setdefault(_group(row), (label_of(row), {}))
        values[row.period or ""] = row.value

    def weight(entry: tuple[str, dict[str, str | None]]) -> Decimal:
        known = [formatting.exact(value) for value in entry[1].values()]
        return sum((abs(number) for number in known if number is not None), Decimal(0))

    return sorted(groups.values(), key=lambda entry: (-weight(entry), entry[0]))


Z = Decimal("1.959964")  # two-sided 95%
FEW = 10  # below so many a rate says too little


def wilson(won: Decimal, of: Decimal) -> tuple[Decimal, Decimal]:
    """The 95% interval of a share of counts (Wilson). For reading only."""
    share, z2 = won / of, Z * Z
    middle = share + z2 / (2 * of)
    half = Z * ((share * (1 - share) / of + z2 / (4 * of * of)).sqrt())
    return (middle - half) / (1 + z2 / of), (middle + half) / (1 + z2 / of)


def is_rate(answer: Answer) -> bool:
    return answer.unit.value not in ("money", "count", "number")


def _sorted_rows(answer: Answer) -> list[Row]:
    def order(row: Row) -> tuple[bool, Decimal]:
        number = formatting.exact(row.value)
        return (number is None, -(number or Decimal(0)))

    return sorted(answer.rows, key=order)


def written(answer: Answer, value: Any) -> str:
    """A value in the answer's unit."""
    return formatting.measure(value, answer.unit.value, answer.currency)


def difference(answer: Answer, value: Any) -> str:
    """A difference: points for ratios, the unit with its sign for the rest."""
    number = formatting.exact(value)
    if number is None:
        return formatting.MISSING
    if answer.unit.value == "ratio":
        return formatting.points(number)
    text = written(answer, number)
    return "+" + text if number > 0 else text


def time_finding(answer: Answer, titles: Titles) -> str:
    """What happened over time to the largest group; no judgement of chance or cause."""
    periods = _periods(answer)
    lines = _lines(answer)
    if not lines:
        return titles.metric
    label, values = lines[0]
    known = [(period, values[period]) for period in periods if values.get(period) is not None]
    if len(known) < 2:
        return titles.metric
    (first_period, first), (last_period, last) = known[0], known[-1]
    before, after = formatting.exact(first) or Decimal(0), formatting.exact(last) or Decimal(0)
    words = {
        "what": titles.metric if len(lines) == 1 and label == _("All") else label,
        "before": written(answer, before),
        "after": written(answer, after),
        "first": first_period,
        "last": last_period,
    }
    if abs(after - before) <= abs(before) * QUIET:
        return _("%(what)s: no clear change from %(first)s to %(last)s") % words
    if after > before:
        return _("%(what)s rose from %(before)s in %(first)s to %(after)s in %(last)s") % words
    return _("%(what)s fell from %(before)s in %(first)s to %(after)s in %(last)s") % words


def rank_finding(answer: Answer, titles: Titles) -> str:
    """Who is highest and who is lowest."""
    rows = [row for row in _sorted_rows(answer) if row.value is not None]
    if len(rows) < 2:
        return titles.metric
    return _("%(top)s is highest with %(high)s, %(bottom)s lowest with %(low)s") % {
        "top": label_of(rows[0]),
        "high": written(answer, rows[0].value),
        "bottom": label_of(rows[-1]),
        "low": written(answer, rows[-1].value),
    }


def chart_of(
    answer: Answer,
    titles: Titles,
    *,
    explain: Callable[[Row], str],
    definition_url: str,
    csv_url: str,
) -> Chart | None:
    """The chart of an answer; None where a single figure says it all."""
    if not answer.rows or (not titles.dimensions and not titles.grain):
        return None
    common = {
        "key": "kpi",
        "unit": answer.unit.value,
        "currency": answer.currency,
        "definition_url": definition_url,
        "csv_url": csv_url,
    }
    if titles.grain:
        return _over_time(answer, titles, explain, common)
    rows = _sorted_rows(answer)
    shown = rows[:MAX_BARS]
    hidden = len(rows) - len(shown)
    return Chart(
        title=rank_finding(answer, titles),
        subtitle=f"{titles.metric}, {titles.span}",
        labels=[label_of(row) for row in shown],
        label_title=" · ".join(titles.dimensions),
        kind="rank",
        series=[
            Series(
                titles.metric,
                [row.value for row in shown],
                subject=True,
                explains=[explain(row) for row in shown],
            )
        ],
        footer=_rest(hidden),
        **common,
    )


def _over_time(
    answer: Answer, titles: Titles, explain: Callable[[Row], str], common: dict[str, Any]
) -> Chart:
    periods, lines = _periods(answer), _lines(answer)
    doors = {(_group(row), row.period or ""): explain(row) for row in answer.rows}
    groups = {label_of(row): _group(row) for row in answer.rows}
    shown = lines[:MAX_LINES]
    is_single = len(lines) == 1 and not titles.dimensions
    kind = "bar" if is_single and not is_rate(answer) and len(periods) <= 60 else "line"
    return Chart(
        title=time_finding(answer, titles),
        subtitle=_("%(metric)s by %(grain)s, %(span)s")
        % {"metric": titles.metric, "grain": titles.grain.lower(), "span": titles.span},
        labels=periods,
        label_title=titles.grain,
        kind=kind,
        series=[
            Series(
                titles.metric if is_single else label,
                [values.get(period) for period in periods],
                subject=place == 0,
                explains=[doors.get((groups[label], period), "") for period in periods],
            )
            for place, (label, values) in enumerate(shown)
        ],
        footer=_rest(len(lines) - len(shown)),
        **common,
    )


def _rest(hidden: int) -> str:
    if hidden <= 0:
        return ""
    return ngettext(
        "%(n)s more group is in the list below", "%(n)s more groups are in the list below", hidden
    ) % {"n": formatting.number(hidden)}
