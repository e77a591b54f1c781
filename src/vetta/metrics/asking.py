"""Asking in the name of an actor: access, cache, the engine, drill-down and explanation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from vetta.core.access import EVERYONE, Actor, NotVisible, reach, require
from vetta.engine.metrics import asking as engine
from vetta.engine.metrics.catalogue_reader import Catalogue, find
from vetta.engine.metrics.definitions import TARGETS, Definition, Unit
from vetta.engine.metrics.exact import as_exact, as_text
from vetta.engine.metrics.explaining import (
    Explanation,
    explain_steps,
    numerator_and_denominator,
)
from vetta.engine.metrics.measuring import Asking, table_query
from vetta.engine.metrics.plan import Leaf, tables_of
from vetta.engine.metrics.query import Place, TableQuery
from vetta.engine.metrics.query.facts_level import ON
from vetta.engine.metrics.question import Answer, Question
from vetta.engine.metrics.target_measures import targeted_metric
from vetta.kernel.money import CURRENCIES
from vetta.kernel.problem import Problem, ProblemError
from vetta.metrics.cache import AnswerCache, key_of
from vetta.metrics.catalogue import catalogue
from vetta.metrics.contracts import Drill, DrillRow, Preview
from vetta.metrics.permissions import VIEW
from vetta.metrics.world import ActorWorld, Here

PAGE_SIZE, MOST_PER_PAGE = 50, 1_000

_answers = AnswerCache()


def ask(question: Question, *, actor: Actor | None = None, language: str | None = None) -> Answer:
    """The answer to a question, from facts that the actor reaches.

    Args:
        actor: who asks; None for the program itself, which sees everything.
        language: of titles; the reader's own if None.

    Raises:
        NotAllowed: the actor may see no KPI at all.
        ProblemError: the question cannot be asked; each problem says why, and what to do.
    """
    seen = reach_of(actor)
    known = catalogue()
    find(known, question.metric)
    _check_currency(question)
    here = Here()
    spoken = language or get_language() or "en"
    folder = settings.VETTA_HOME.cache / "kpi"
    key = key_of(question, here.stable_state, None if seen is None else sorted(seen), spoken)
    answer = _answers.get(key, question, folder)
    if answer is None:
        answer = engine.ask(question, known, here.world(seen), spoken)
        _answers.put(key, answer, folder)
    return answer


def reach_of(actor: Actor | None) -> frozenset[str] | None:
    """Whose facts an actor may see: None for everybody's.

    Raises:
        NotAllowed: the actor may see no KPI at all.
    """
    if actor is None:
        return None
    require(actor, VIEW)
    reached = reach(actor, VIEW)
    return None if reached is EVERYONE else frozenset(reached)


def answer_problems(question: Question, *, actor: Actor | None = None) -> tuple[Problem, ...]:
    """Why a question cannot be asked; empty where it can."""
    seen = reach_of(actor)
    try:
        _check_currency(question)
        asking = engine.prepare(question, catalogue(), Here().world(seen))
        _check_filter(asking)
    except ProblemError as error:
        return error.problems
    return ()


def _check_filter(asking: Asking) -> None:
    from vetta.engine.metrics.query.needs import needs_of

    for leaves in asking.plan.passes:
        if leaves[0].measure.table != TARGETS:
            needs_of(table_query(asking, leaves))


def _check_currency(question: Question) -> None:
    if question.currency is not None and question.currency not in CURRENCIES:
        raise ProblemError(
            Problem(
                code="metrics.unknown_currency",
                message=_("{code} is not an ISO 4217 currency.").format(code=question.currency),
                hint=_("Give a code such as EUR or USD."),
            )
        )


# --- the facts behind a figure ------------------------------------------------------------------


def drill(
    question: Question,
    *,
    group: Mapping[str, str | None] | None = None,
    period: date | str | None = None,
    part: str | None = None,
    page: int = 1,
    size: int = PAGE_SIZE,
    actor: Actor | None = None,
) -> Drill:
    """A page of the facts behind one figure of an answer; over all pages they add up to it.

    Args:
        question: the one that was answered.
        group: the figure's members by dimension; a dimension may be given without being split.
        period: the first day of the figure's period, or its label.
        part: which part of a KPI that reads several tables; the first one if None.

    Raises:
        NotAllowed: the actor may see no KPI at all.
        ProblemError: the question cannot be asked.
    """
    seen = reach_of(actor)
    here = Here()
    world = here.world(seen)
    asking, leaves, covered = _drilled(question, group or {}, period, part, world)
    query = replace(table_query(asking, leaves), grain=None, by=())
    query = replace(query, places=_places(asking, group or {}), covered_by=covered)
    page, size = max(page, 1), min(max(size, 1), MOST_PER_PAGE)
    rows, totals = world.warehouse.drill(query, limit=size, offset=(page - 1) * size)
    distinct = tuple(leaf.name for leaf in leaves if leaf.measure.aggregate == "count_distinct")
    return Drill(
        metric=question.metric,
        table=query.table,
        tables=tables_of(asking.plan),
        parts=tuple(leaf.name for leaf in leaves),
        rows=tuple(_drill_row(row, query, leaves) for row in rows),
        total=int(totals["rows"]),
        page=page,
        size=size,
        sums={
            leaf.name: as_text(as_exact(totals[f"{one.key}_v"]) or 0)
            for one, leaf in zip(query.parts, leaves, strict=True)
        },
        distinct=distinct,
        currency=query.currency,
    )


def _drilled(
    question: Question,
    group: Mapping[str, str | None],
    period: date | str | None,
    part: str | None,
    world: ActorWorld,
) -> tuple[Asking, tuple[Leaf, ...], str | None]:
    known = catalogue()
    by = tuple(dict.fromkeys((*question.by, *group)))
    asking = engine.prepare(replace(question, by=by, compare=None), known, world)
    if period is not None:
        starts_on = _first_day(question, period, world)
        asking = replace(asking, question=engine.narrowed(asking.question, asking, starts_on))
    leaves = _chosen_pass(asking, part)
    if leaves[0].measure.table != TARGETS:
        return asking, leaves, None
    metric, _targets = targeted_metric(asking, leaves[0].measure.targets_on)
    measure = find(known, metric).measure
    assert measure is not None
    return asking, (Leaf(metric, measure, find(known, metric).unit),), metric


def _chosen_pass(asking: Asking, part: str | None) -> tuple[Leaf, ...]:
    passes = asking.plan.passes
    if part is None:
        return passes[0]
    for leaves in passes:
        if any(leaf.name == part for leaf in leaves):
            return leaves
    raise ProblemError(
        Problem(
            code="metrics.unknown_part",
            message=_("{metric} has no part named {part}.").format(
                metric=asking.plan.definition.name, part=part
            ),
            hint=", ".join(leaf.name for leaf in asking.plan.leaves),
        )
    )


def _first_day(question: Question, period: date | str, world: ActorWorld) -> date:
    if isinstance(period, date):
        return period
    if question.grain is not None:
        from vetta.metrics.periods import named_period

        return named_period(world.calendar, question.grain, period).starts_on
    return date.fromisoformat(period)


def _places(asking: Asking, group: Mapping[str, str | None]) -> tuple[Place, ...]:
    return tuple(Place(one, group[one.name]) for one in asking.dimensions if one.name in group)


def _drill_row(row: Mapping[str, Any], query: TableQuery, leaves: tuple[Leaf, ...]) -> DrillRow:
    hidden = {"source", "source_id", ON}
    contributions: dict[str, str | None] = {}
    for one, leaf in zip(query.parts, leaves, strict=True):
        hidden |= {f"{one.key}_v", f"{one.key}_n"}
        value = row[f"{one.key}_v"]
        if leaf.measure.aggregate == "count_distinct":
            contributions[leaf.name] = None if value is None else "1"
        else:
            contributions[leaf.name] = as_text(as_exact(value))
    return DrillRow(
        source=row["source"],
        source_id=row["source_id"],
        happened_on=row[ON],
        person=row.get("person") or row.get("owner_id"),
        values={
            name: value for name, value in row.items() if name not in hidden and value is not None
        },
        contributions=contributions,
    )


# --- how a figure came about --------------------------------------------------------------------


def explain(
    question: Question,
    *,
    group: Mapping[str, str | None] | None = None,
    period: date | str | None = None,
    actor: Actor | None = None,
    language: str | None = None,
) -> Explanation:
    """The definition and the arithmetic of one figure of an answer.

    Raises:
        NotAllowed: the actor may see no KPI at all.
        NotVisible: the answer has no such figure, as far as this actor may know.
        ProblemError: the question cannot be asked.
    """
    known = catalogue()
    world = Here().world(reach_of(actor))
    wanted = dict(group or {})
    asked = replace(question, by=tuple(dict.fromkeys((*question.by, *wanted))), compare=None)
    computed = engine.compute(asked, known, world)
    asking = computed.asking
    starts_on = None if period is None else _first_day(asked, period, world)
    key = (tuple(wanted.get(name) for name in asked.by), starts_on)
    if key not in computed.values:
        raise NotVisible
    values = computed.values[key]
    spoken = language or get_language() or "en"
    one = asking.plan.definition
    numerator, denominator = numerator_and_denominator(asking.plan, values)
    return Explanation(
        metric=one.name,
        title=one.title.in_language(spoken),
        description=one.description.in_language(spoken),
        formula=one.formula,
        caveats=tuple(text.in_language(spoken) for text in one.caveats),
        unit=one.unit,
        currency=asking.currency if one.unit is Unit.MONEY else None,
        value=as_text(values[one.name]),
        steps=explain_steps(asking.plan, values, _titles(asking, known, spoken)),
        numerator=numerator,
        denominator=denominator,
    )


def _titles(asking: Asking, known: Catalogue, language: str) -> dict[str, str]:
    titles = {
        step.definition.name: step.definition.title.in_language(language)
        for step in asking.plan.steps
    }
    for leaf in asking.plan.leaves:
        base, _dot, side = leaf.name.partition(".")
        if side:
            word = _("entered") if side == "entered" else _("went on")
            titles[leaf.name] = f"{titles.get(base, base)}: {word}"
    titles["days"] = _("days")
    return titles


def preview(
    candidate: Definition, question: Question | None = None, *, actor: Actor | None = None
) -> Preview:
    """What a definition that is not saved would answer now, or what is wrong with it."""
    seen = reach_of(actor)
    known = {**catalogue(), candidate.name: candidate}
    wanted = replace(question or Question(candidate.name), metric=candidate.name)
    try:
        return Preview(engine.ask(wanted, known, Here().world(seen), get_language() or "en"), ())
    except ProblemError as error:
        return Preview(None, error.problems)


def forget_answers() -> None:
    """Forget the answers in memory; those on disk stay."""
    _answers.clear()
