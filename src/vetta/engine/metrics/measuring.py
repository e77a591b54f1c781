"""Measures the leaves of a plan: runs the queries and gathers exact values by group and period."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from vetta.engine.metrics.definitions import TARGETS, Measure, Unit
from vetta.engine.metrics.dimensions import BORROWED, Dimension
from vetta.engine.metrics.exact import as_exact, as_text
from vetta.engine.metrics.formula import Value
from vetta.engine.metrics.plan import Leaf, Plan
from vetta.engine.metrics.query import Part, TableQuery
from vetta.engine.metrics.query.facts_level import PERIOD
from vetta.engine.metrics.query.joined_level import UNMATCHED
from vetta.engine.metrics.question import Question
from vetta.engine.metrics.world import World
from vetta.kernel.problem import Problem, Severity

Key = tuple[tuple[str | None, ...], date | None]
"""A group's members' ids, and the first day of the period."""

Measured = dict[Key, dict[str, Value]]


@dataclass
class Asking:
    """A question on its way: what it means, and what was noticed so far."""

    question: Question
    plan: Plan
    dimensions: tuple[Dimension, ...]
    world: World
    problems: list[Problem] = field(default_factory=list)
    unmatched: set[str] = field(default_factory=set)

    @property
    def currency(self) -> str:
        return self.question.currency or self.world.currency

    @property
    def ends_on(self) -> date | None:
        """The end of the facts that count: that of the question, or the day after ``as_of``."""
        return earlier(self.question.ends_on, day_after(self.question.as_of))

    def notice(self, problem: Problem) -> None:
        if problem not in self.problems:
            self.problems.append(problem)


def earlier(first: date | None, second: date | None) -> date | None:
    """The earlier of two open ends."""
    if first is None or second is None:
        return first or second
    return min(first, second)


def day_after(day: date | None) -> date | None:
    return None if day is None else day + timedelta(days=1)


def table_query(asking: Asking, leaves: Iterable[Leaf]) -> TableQuery:
    """The query that measures leaves of one table together."""
    question, world = asking.question, asking.world
    chosen = tuple(leaves)
    measure = chosen[0].measure
    parts = tuple(
        Part(f"p{place}", leaf.measure, money=leaf.unit is Unit.MONEY)
        for place, leaf in enumerate(chosen)
    )
    return TableQuery(
        table=measure.table,
        parts=parts,
        stored=world.stored(measure.table),
        others={name: world.stored(name) for name in _others(measure)},
        calendar=world.calendar,
        by=asking.dimensions,
        grain=question.grain,
        starts_on=question.starts_on,
        ends_on=asking.ends_on,
        where=question.where,
        below=question.below,
        currency=asking.currency if any(part.money for part in parts) else None,
        home_currency=world.currency,
        fx=question.fx.value,
        reach=world.reach,
        today=_state_day(asking, measure),
    )


def _state_day(asking: Asking, measure: Measure) -> date:
    """The last day for which a state is told: today, or the last day that the facts speak of."""
    question, world = asking.question, asking.world
    if question.as_of is not None or measure.state is None or question.grain is None:
        return question.as_of or world.today
    latest = world.stored(measure.table).latest
    days = [
        latest[column]
        for column in (measure.state.opened_on, measure.state.closed_on)
        if column in latest
    ]
    return min(world.today, max(days, default=world.today))


def _others(measure: Measure) -> tuple[str, ...]:
    names = ["opportunities"] if measure.table in BORROWED else []
    if measure.followed_by is not None and measure.followed_by.table is not None:
        names.append(measure.followed_by.table)
    return tuple(names)


def measure_pass(asking: Asking, leaves: tuple[Leaf, ...]) -> Measured:
    """The values of leaves that share a pass, by group and period."""
    if is_hidden(asking, leaves[0]):
        return {}
    return run(asking, table_query(asking, leaves), leaves)


def is_hidden(asking: Asking, leaf: Leaf) -> bool:
    """Whether the facts belong to nobody in particular, and the actor does not see everybody's."""
    table = leaf.measure.table
    if asking.world.reach is None or "owner_id" in asking.world.stored(table).columns:
        return False
    if table in BORROWED:
        return False
    asking.notice(
        Problem(
            code="metrics.hidden_facts",
            message=f"The rows of {table} belong to no person and are shown to those who see all.",
            hint="Ask somebody in sales operations or finance for the figure.",
            severity=Severity.NOTICE,
            details={"table": table},
        )
    )
    return True


def run(asking: Asking, query: TableQuery, leaves: tuple[Leaf, ...]) -> Measured:
    """Run one query and read its rows."""
    found: Measured = {}
    lacking = False
    without = dict.fromkeys((leaf.name for leaf in leaves), 0)
    columns = tuple(
        _Columns(part, leaf.name) for part, leaf in zip(query.parts, leaves, strict=True)
    )
    members = tuple(f"d{place}" for place in range(len(query.by)))
    for row in asking.world.run(query):
        key: Key = (tuple([row[name] for name in members]), row.get(PERIOD))
        values: dict[str, Value] = {}
        found[key] = values
        for one in columns:
            number, known = row.get(one.number), row.get(one.known)
            if number or row.get(one.seen):
                values[one.name] = part_value(row, one)
                if known is not None:
                    without[one.name] += int(number or 0) - int(known)
            if row.get(one.lacking):
                lacking = True
        unmatched = row.get(UNMATCHED)
        if unmatched:
            asking.unmatched.update([unmatched] if isinstance(unmatched, str) else unmatched)
    for leaf in leaves:
        _note_missing(asking, leaf, without[leaf.name])
    if lacking:
        _list_unconverted(asking, query)
    if query.grain is not None and any(period is None for _, period in found):
        asking.notice(
            Problem(
                code="metrics.outside_calendar",
                message="Some facts lie on days that the organisation's calendar does not cover.",
                hint="They are in the rows without a period. Extend the calendar in Settings.",
                severity=Severity.WARNING,
            )
        )
    return found


class _Columns:
    """The columns of a part in the rows of a query, named once."""

    __slots__ = ("counts", "known", "lacking", "name", "number", "seen", "value")

    def __init__(self, part: Part, name: str) -> None:
        self.name = name
        self.counts = part.measure.aggregate == "count"
        self.number, self.known = f"{part.key}_n", f"{part.key}_k"
        self.seen, self.lacking, self.value = f"{part.key}_seen", f"{part.key}_x", f"{part.key}_v"


def part_value(row: Mapping[str, Any], part: _Columns) -> Value:
    """The exact value of a part: rows counted, or what was summed; None where nothing is known."""
    if part.counts:
        return as_exact(row[part.number]) or 0
    value = as_exact(row[part.value])
    if value is None and not row.get(part.number):
        return 0  # rows were seen, none of them counts
    return value


def settle(asking: Asking, found: Measured) -> Measured:
    """Fill in what did not happen: nothing happened is zero, nothing is known is None."""
    zero: dict[str, Value] = {}
    for leaf in asking.plan.leaves:
        zero[leaf.name] = nothing(asking, leaf)
    if not asking.dimensions and asking.question.grain is None:
        found.setdefault(((), None), {})
    for values in found.values():
        for name, value in zero.items():
            values.setdefault(name, value)
    return found


def nothing(asking: Asking, leaf: Leaf) -> Value:
    """The value of a leaf in a group where it has no facts."""
    if leaf.measure.table == TARGETS or is_hidden(asking, leaf):
        return None
    return 0 if asking.world.stored(leaf.measure.table).rows else None


def merge(into: Measured, more: Measured) -> None:
    """Add values to those found before; the values of ``more`` belong to ``into`` afterwards."""
    if not into:
        into.update(more)
        return
    for key, values in more.items():
        into.setdefault(key, {}).update(values)


def _note_missing(asking: Asking, leaf: Leaf, rows: int) -> None:
    if rows <= 0 or leaf.unit is not Unit.MONEY:
        return
    asking.notice(
        Problem(
            code="metrics.missing_amounts",
            message=f"{rows} rows of {leaf.measure.table} have no amount and add nothing.",
            hint="Import their amounts, or read the figure as a lower bound.",
            severity=Severity.NOTICE,
            details={"rows": rows, "table": leaf.measure.table},
        )
    )


def _list_unconverted(asking: Asking, query: TableQuery) -> None:
    for currency, amount, rows in asking.world.unconverted(query):
        text = as_text(as_exact(amount)) or "0"
        name = currency or "no currency"
        asking.notice(
            Problem(
                code="metrics.missing_rate",
                message=(
                    f"{text} {name} in {rows} rows of {query.table} could not be converted into "
                    f"{query.currency} and is not in the figure."
                ),
                hint=(
                    f"Import exchange rates from {name} to {query.currency} for those days, "
                    f"or ask in {name}."
                ),
                severity=Severity.ERROR,
                details={
                    "currency": currency or "",
                    "amount": text,
                    "rows": rows,
                    "table": query.table,
                },
            )
        )


def with_question(asking: Asking, **changes: Any) -> Asking:
    """The same asking with parts of its question changed; problems are shared."""
    return replace(asking, question=replace(asking.question, **changes))
