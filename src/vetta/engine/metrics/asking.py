"""Answers a question: plan, measure, compute, name, compare. Pure but for the ``World``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from types import MappingProxyType

from vetta.engine.metrics.accumulating import measure_cumulative
from vetta.engine.metrics.catalogue_reader import Catalogue
from vetta.engine.metrics.comparing import compare_rows
from vetta.engine.metrics.definitions import TARGETS, Unit
from vetta.engine.metrics.dimensions import Dimension
from vetta.engine.metrics.exact import as_text
from vetta.engine.metrics.formula import DAYS, Value, evaluate, references
from vetta.engine.metrics.measuring import (
    Asking,
    Key,
    Measured,
    measure_pass,
    merge,
    settle,
)
from vetta.engine.metrics.plan import (
    Plan,
    available_dimensions,
    chosen_dimensions,
    plan,
    tables_of,
)
from vetta.engine.metrics.question import Answer, Member, Question, Row
from vetta.engine.metrics.target_measures import (
    measure_actuals,
    measure_targets,
    targeted_metric,
)
from vetta.engine.metrics.world import World
from vetta.kernel.period import Period
from vetta.kernel.problem import Problem, ProblemError, Severity

MONEY_PLACES = 2
NOTHING: Mapping[str, str | None] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Computed:
    """Values of the KPI and of all its steps, by group and period."""

    asking: Asking
    values: Mapping[Key, Mapping[str, Value]]


def ask(question: Question, catalogue: Catalogue, world: World, language: str = "en") -> Answer:
    """The answer to a question.

    Raises:
        ProblemError: where the question cannot be asked: unknown KPI or dimension, bad filter,
            dates in the wrong order.
    """
    computed = compute(question, catalogue, world)
    asking = computed.asking
    definition = asking.plan.definition
    rows = _rows(computed)
    if question.compare is not None:
        rows = compare_rows(
            computed.asking, rows, computed.values, lambda other: compute(other, catalogue, world)
        )
    _report(asking, computed)
    money = definition.unit is Unit.MONEY
    return Answer(
        metric=definition.name,
        title=definition.title.in_language(language),
        unit=definition.unit,
        currency=asking.currency if money else None,
        starts_on=question.starts_on,
        ends_on=asking.ends_on,
        rows=rows,
        facts=world.versions(tables_of(asking.plan)),
        problems=tuple(asking.problems),
        version=definition.version,
        question=question,
    )


def prepare(question: Question, catalogue: Catalogue, world: World) -> Asking:
    """Check a question against its KPI, the dimensions and the stored columns."""
    chosen = plan(catalogue, question.metric)
    _check_dates(question)
    columns = {table: world.stored(table).columns for table in tables_of(chosen)}
    available = available_dimensions(chosen, columns)
    dimensions = chosen_dimensions(chosen, question.by, available)
    return Asking(question, chosen, dimensions, world)


def compute(question: Question, catalogue: Catalogue, world: World) -> Computed:
    """All values, exact, before they become text."""
    asking = prepare(question, catalogue, world)
    measured: Measured = {}
    for leaves in asking.plan.passes:
        first = leaves[0]
        if first.measure.table == TARGETS:
            metric, _ = targeted_metric(asking, first.measure.targets_on)
            if first.measure.aggregate == "target":
                merge(measured, measure_targets(asking, metric, first.name))
            else:
                merge(measured, _actuals(asking, catalogue, metric, first.name))
        elif first.accumulate is not None:
            merge(measured, measure_cumulative(asking, first))
        else:
            merge(measured, measure_pass(asking, leaves))
    settle(asking, measured)
    days = {period: days_of(asking, period) for period in {period for _, period in measured}}
    values = {key: _steps(asking, days[key[1]], leaves) for key, leaves in measured.items()}
    return Computed(asking, values)


def _actuals(asking: Asking, catalogue: Catalogue, metric: str, name: str) -> Measured:
    measured = measure_actuals(asking, catalogue, metric, name)
    table = catalogue[metric].measure
    if table is not None and asking.world.stored(table.table).rows:
        # Who has a quota and sold nothing has sold zero, which settle() then fills in.
        targets = measure_targets(asking, metric, "quota")
        for key in targets:
            measured.setdefault(key, {}).setdefault(name, Fraction(0))
    return measured


def _steps(asking: Asking, days: Value, leaves: Mapping[str, Value]) -> Mapping[str, Value]:
    if len(asking.plan.steps) == 1 and asking.plan.definition.name in leaves:
        return leaves
    values: dict[str, Value] = {**leaves, DAYS: days}
    for step in asking.plan.steps:
        values[step.definition.name] = evaluate(step.formula, values)
    return values


def days_of(asking: Asking, starts_on: date | None) -> Value:
    """How many days a row speaks of; None where the question is open at an end."""
    question = asking.question
    if question.grain is not None and starts_on is not None:
        period = asking.world.calendar.period(question.grain, starts_on)
        first = max(period.starts_on, question.starts_on or period.starts_on)
        last = min(period.ends_on, asking.ends_on or period.ends_on)
        return Fraction((last - first).days) if last > first else None
    if question.starts_on is None or asking.ends_on is None:
        return None
    return Fraction((asking.ends_on - question.starts_on).days)


def _rows(computed: Computed) -> tuple[Row, ...]:
    asking = computed.asking
    definition = asking.plan.definition
    dimensions = tuple(one.name for one in asking.dimensions)
    members = [
        _members(asking.world, one, place, computed.values)
        for place, one in enumerate(asking.dimensions)
    ]
    ranks = [_ranks(found) for found in members]
    labels = _labels(asking, computed.values)
    places = MONEY_PLACES if definition.unit is Unit.MONEY else None
    parts = _parts(asking.plan)
    periods: dict[tuple[str | None, ...], list[date | None]] = {}
    for group, period in computed.values:
        periods.setdefault(group, []).append(period)
    rows = []
    for group in sorted(
        periods, key=lambda one: [rank[m] for rank, m in zip(ranks, one, strict=True)]
    ):
        by = {
            name: found[member]
            for name, found, member in zip(dimensions, members, group, strict=True)
        }
        days = periods[group]
        for period in sorted(days, key=lambda day: day or date.max) if len(days) > 1 else days:
            values = computed.values[group, period]
            text = as_text(values[definition.name], places)
            label = None if period is None else labels.get(period)
            made_of = {name: as_text(values.get(name)) for name in parts} if parts else NOTHING
            rows.append(Row(by, text, label, period, made_of))
    return tuple(rows)


def _parts(plan_: Plan) -> tuple[str, ...]:
    """The names that the last step reads: what a figure is made of."""
    return tuple(
        name
        for name in dict.fromkeys(references(plan_.steps[-1].formula))
        if name != plan_.definition.name
    )


def _order(member: Member) -> tuple[bool, str, str]:
    """Members by name; facts without one last."""
    return member.id is None, (member.name or "").casefold(), member.id or ""


def _ranks(members: Mapping[str | None, Member]) -> dict[str | None, int]:
    ordered = sorted(members.values(), key=_order)
    return {member.id: rank for rank, member in enumerate(ordered)}


def _members(
    world: World, dimension: Dimension, place: int, values: Mapping[Key, Mapping[str, Value]]
) -> dict[str | None, Member]:
    ids = {members[place] for members, _ in values}
    named = {one for one in ids if one is not None} if dimension.named else set()
    names = world.names(dimension.name, named) if named else {}
    return {one: Member(one, None if one is None else names.get(one, one)) for one in ids}


def _labels(asking: Asking, values: Mapping[Key, Mapping[str, Value]]) -> dict[date, str]:
    grain = asking.question.grain
    if grain is None:
        return {}
    days = {period for _, period in values if period is not None}
    return {day: asking.world.calendar.period(grain, day).label for day in days}


def _check_dates(question: Question) -> None:
    if question.starts_on and question.ends_on and question.ends_on <= question.starts_on:
        raise ProblemError(
            Problem(
                code="metrics.bad_dates",
                message=f"The end {question.ends_on} is not after the start {question.starts_on}.",
                hint="The end is exclusive: for one day give the day after it.",
            )
        )
    if question.as_of and question.starts_on and question.as_of < question.starts_on:
        raise ProblemError(
            Problem(
                code="metrics.bad_dates",
                message=f"As of {question.as_of}, nothing from {question.starts_on} had happened.",
                hint="Give a later as-of day or an earlier start.",
            )
        )


def _report(asking: Asking, computed: Computed) -> None:
    empty = [table for table in tables_of(asking.plan) if not asking.world.stored(table).rows]
    if empty:
        asking.notice(
            Problem(
                code="metrics.no_facts",
                message=f"There are no facts in {', '.join(empty)} yet.",
                hint="Import them with: vetta import PATH --mapping FILE",
                severity=Severity.NOTICE,
            )
        )
    if asking.unmatched:
        some = ", ".join(sorted(asking.unmatched)[:5])
        more = f" and {len(asking.unmatched) - 5} more" if len(asking.unmatched) > 5 else ""
        asking.notice(
            Problem(
                code="metrics.unmatched_people",
                message=f"The facts name people who are not known here: {some}{more}.",
                hint="Match them under Data, or import them as people.",
                severity=Severity.WARNING,
                details={"people": len(asking.unmatched)},
            )
        )
    needs_days = any(DAYS in set(references(step.formula)) for step in asking.plan.steps)
    if needs_days and all(values.get(DAYS) is None for values in computed.values.values()):
        asking.notice(
            Problem(
                code="metrics.needs_dates",
                message=f"{asking.plan.definition.name} needs a period.",
                hint="Give both dates, or a grain.",
                severity=Severity.WARNING,
            )
        )


def period_of(asking: Asking, starts_on: date) -> Period | None:
    """The asked part of the period that starts on a day."""
    assert asking.question.grain is not None
    whole = asking.world.calendar.period(asking.question.grain, starts_on)
    first = max(whole.starts_on, asking.question.starts_on or whole.starts_on)
    last = min(whole.ends_on, asking.ends_on or whole.ends_on)
    return Period(first, last, whole.label) if last > first else None


def narrowed(question: Question, asking: Asking, starts_on: date | None) -> Question:
    """The question limited to one of its periods, without a grain."""
    if starts_on is None or question.grain is None:
        return question
    period = period_of(asking, starts_on)
    if period is None:
        return question
    return replace(question, grain=None, starts_on=period.starts_on, ends_on=period.ends_on)
