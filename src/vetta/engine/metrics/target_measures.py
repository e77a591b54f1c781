"""Quotas and other targets: spread over days, gathered like facts, set beside what was done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

from vetta.engine.metrics.catalogue_reader import Catalogue, find
from vetta.engine.metrics.definitions import Kind, Measure, Unit
from vetta.engine.metrics.dimensions import PERSON_DIMENSIONS, TARGET_DAYS
from vetta.engine.metrics.formula import Value
from vetta.engine.metrics.measuring import Asking, Measured, run, table_query
from vetta.engine.metrics.plan import Leaf
from vetta.engine.metrics.query import Part, TableQuery
from vetta.engine.metrics.question import Question
from vetta.engine.metrics.world import TargetAmount
from vetta.kernel.period import Period
from vetta.kernel.problem import Problem, ProblemError, Severity


def targeted_metric(asking: Asking, choices: Sequence[str]) -> tuple[str, Sequence[TargetAmount]]:
    """The first KPI of ``choices`` that has targets, with them; the first one where none has."""
    with_targets: list[tuple[str, Sequence[TargetAmount]]] = []
    for name in choices:
        targets = asking.world.targets(name, asking.question.as_of)
        if targets:
            with_targets.append((name, targets))
    if len(with_targets) > 1:
        names = ", ".join(name for name, _ in with_targets)
        asking.notice(
            Problem(
                code="metrics.several_quotas",
                message=f"There are quotas on {names}; this is about {with_targets[0][0]}.",
                hint="Compare another KPI with its target to see the others.",
                severity=Severity.NOTICE,
            )
        )
    return with_targets[0] if with_targets else (choices[0], ())


def measure_targets(asking: Asking, metric: str, name: str) -> Measured:
    """The targets on ``metric`` by group and period, as values of the leaf ``name``.

    Each target is spread evenly over its days; a group's share is by its days, so that parts
    always add up to the whole. A team's or the organisation's own target, where there is one,
    stands in for the sum over people.

    Raises:
        ProblemError: where the question splits or filters by what targets do not have.
    """
    targets = asking.world.targets(metric, asking.question.as_of)
    _refuse_foreign(asking)
    if not targets:
        return {}
    by_key = {target.key: target for target in targets}
    found: Measured = {}
    partial = False
    query = _target_query(asking, metric)
    for row in asking.world.run(query):
        target = by_key.get(str(row["kpi_target"]))
        if target is None or not row["p0_n"]:
            continue
        days = (target.ends_on - target.starts_on).days
        partial = partial or int(row["p0_n"]) < days
        amount = _converted(asking, target)
        if amount is None:
            continue
        members = tuple(row[f"d{place}"] for place in range(len(query.by)))
        values = found.setdefault((members, row.get("kpi_period")), {name: Fraction(0)})
        values[name] = Fraction(values[name] or 0) + amount * int(row["p0_n"]) / days
    own = own_targets(asking, targets)
    for key, value in _spread(asking, own).items():
        found[key] = {name: value}
    if partial:
        asking.notice(
            Problem(
                code="metrics.prorated",
                message="Targets of longer periods were divided by calendar days.",
                hint="Set targets for the periods that you ask for, to say how they are spread.",
                severity=Severity.NOTICE,
            )
        )
    return found


def measure_actuals(asking: Asking, catalogue: Catalogue, metric: str, name: str) -> Measured:
    """What was done on ``metric`` by those, and on the days, that have a target on it."""
    definition = find(catalogue, metric)
    if definition.kind is not Kind.SIMPLE or definition.measure is None:
        raise ProblemError(
            Problem(
                code="metrics.target_not_simple",
                message=f"Quota attainment needs a KPI that adds up; {metric} does not.",
                hint="Set quotas on a sum or a count, such as bookings.",
            )
        )
    leaf = Leaf(name, definition.measure, definition.unit)
    query = table_query(asking, (leaf,))
    targets = asking.world.targets(metric, asking.question.as_of)
    own = own_targets(asking, targets)
    if own:
        first = min(target.starts_on for target in own)
        last = max(target.ends_on for target in own)
        query = replace(
            query,
            starts_on=max(first, query.starts_on or first),
            ends_on=min(last, query.ends_on or last),
        )
        measured = run(asking, query, (leaf,))
    else:
        measured = run(asking, replace(query, covered_by=metric), (leaf,))
    return measured


def own_targets(asking: Asking, targets: Sequence[TargetAmount]) -> tuple[TargetAmount, ...]:
    """Targets of the group itself, where the question asks for whole teams or the whole."""
    question = asking.question
    if question.where or question.below or asking.world.reach is not None:
        return ()
    wanted = {(): "organisation", ("team",): "team"}.get(question.by)
    return tuple(target for target in targets if target.subject_type == wanted)


def _spread(
    asking: Asking, targets: Sequence[TargetAmount]
) -> Mapping[tuple[tuple[str | None, ...], date | None], Value]:
    found: dict[tuple[tuple[str | None, ...], date | None], Value] = {}
    for target in targets:
        amount = _converted(asking, target)
        if amount is None:
            continue
        whole = Period(target.starts_on, target.ends_on)
        members = (target.subject_id,) if target.subject_type == "team" else ()
        for period, starts_on in _periods(asking, whole):
            key = (members, starts_on)
            share = amount * period.days / whole.days
            found[key] = Fraction(found.get(key) or 0) + share
    return found


def _periods(asking: Asking, whole: Period) -> list[tuple[Period, date | None]]:
    question = asking.question
    first = max(whole.starts_on, question.starts_on or whole.starts_on)
    last = min(whole.ends_on, question.ends_on or whole.ends_on)
    if last <= first:
        return []
    asked = Period(first, last)
    if question.grain is None:
        return [(asked, None)]
    periods = asking.world.calendar.periods(question.grain, first, last)
    parts = [(period.overlap(asked), period.starts_on) for period in periods]
    return [(part, starts_on) for part, starts_on in parts if part is not None]


def _target_query(asking: Asking, metric: str) -> TableQuery:
    quoted = metric.replace("'", "''")
    measure = Measure(
        table=TARGET_DAYS, aggregate="count", where=f"metric = '{quoted}'", date="day"
    )
    # Targets hold for their whole period: a quota is not smaller because today is earlier.
    whole = replace(asking.question, as_of=None)
    query = table_query(replace(asking, question=whole), (Leaf("days", measure, Unit.COUNT),))
    return replace(query, parts=(Part("p0", measure),), by_target=True)


def _converted(asking: Asking, target: TargetAmount) -> Fraction | None:
    if target.currency is None or target.currency == asking.currency:
        return target.amount
    rate = asking.world.rate(
        target.currency, asking.currency, target.starts_on, asking.question.fx.value
    )
    if rate is None:
        asking.notice(
            Problem(
                code="metrics.missing_rate",
                message=(
                    f"A target in {target.currency} from {target.starts_on} could not be "
                    f"converted into {asking.currency} and is left out."
                ),
                hint=f"Import a rate from {target.currency} to {asking.currency} for that day.",
                details={"currency": target.currency},
            )
        )
        return None
    return target.amount * rate


def _refuse_foreign(asking: Asking) -> None:
    strange = [one.name for one in asking.dimensions if one.name not in PERSON_DIMENSIONS]
    if strange:
        raise ProblemError(
            Problem(
                code="metrics.no_target_dimension",
                message=f"Targets cannot be split by {', '.join(strange)}.",
                hint="Split by " + ", ".join(sorted(PERSON_DIMENSIONS)) + ".",
            )
        )


def day_before(day: date) -> date:
    return day - timedelta(days=1)


def is_target_question(question: Question) -> bool:
    """Whether the question can be set beside targets at all."""
    return all(name in PERSON_DIMENSIONS for name in question.by)
