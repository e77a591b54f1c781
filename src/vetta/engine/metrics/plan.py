"""From a KPI's definition to what must be measured, and how the value follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from vetta.engine.metrics.catalogue_reader import Catalogue, did_you_mean, find, made_of
from vetta.engine.metrics.definitions import (
    EVENT_AT,
    TARGETS,
    Definition,
    Kind,
    Measure,
    Unit,
)
from vetta.engine.metrics.dimensions import (
    DIMENSIONS,
    PERSON_DIMENSIONS,
    Dimension,
    columns_of,
    dimensions_of,
)
from vetta.engine.metrics.formula import Formula, Number, Operation, Reference, parse
from vetta.engine.schema import ColumnType
from vetta.kernel.problem import Problem, ProblemError


@dataclass(frozen=True, slots=True)
class Leaf:
    """Something to measure: one aggregate, accumulated where ``accumulate`` says so."""

    name: str
    measure: Measure
    unit: Unit
    accumulate: Definition | None = None

    @property
    def together(self) -> str:
        """Leaves that agree in this are measured in one pass over their table."""
        one = self.measure
        if one.table == TARGETS or self.accumulate is not None:
            return self.name
        return repr((one.table, one.date, one.state, one.followed_by, one.stage))


@dataclass(frozen=True, slots=True)
class Step:
    """The value of one KPI by a formula over leaves and earlier steps."""

    definition: Definition
    formula: Formula


@dataclass(frozen=True, slots=True)
class Plan:
    """What to measure, and the steps to the value; the last step is the KPI itself."""

    definition: Definition
    leaves: tuple[Leaf, ...]
    steps: tuple[Step, ...]

    @property
    def passes(self) -> tuple[tuple[Leaf, ...], ...]:
        """The leaves by the pass in which they are measured together."""
        found: dict[str, list[Leaf]] = {}
        for leaf in self.leaves:
            found.setdefault(leaf.together, []).append(leaf)
        return tuple(tuple(group) for group in found.values())


def plan(catalogue: Catalogue, name: str) -> Plan:
    """The plan of a KPI.

    Raises:
        ProblemError: for an unknown name, or a definition that does not hold together.
    """
    leaves: dict[str, Leaf] = {}
    steps: dict[str, Step] = {}
    _collect(catalogue, name, leaves, steps, ())
    return Plan(find(catalogue, name), tuple(leaves.values()), tuple(steps.values()))


def _collect(
    catalogue: Catalogue,
    name: str,
    leaves: dict[str, Leaf],
    steps: dict[str, Step],
    above: tuple[str, ...],
) -> None:
    if name in steps:
        return
    if name in above:
        raise ProblemError(
            Problem(
                code="metrics.bad_definition",
                message=f"{name} is made of itself: {' → '.join((*above, name))}.",
                hint="Take it out of its own formula.",
            )
        )
    definition = find(catalogue, name)
    if definition.kind is Kind.CUMULATIVE:
        base = find(catalogue, definition.of or "")
        assert base.measure is not None
        leaves[name] = Leaf(name, base.measure, base.unit, accumulate=definition)
    else:
        for part in made_of(definition):
            _collect(catalogue, part, leaves, steps, (*above, name))
        for leaf in _leaves(definition):
            leaves[leaf.name] = leaf
    steps[name] = Step(definition, _formula(definition))


def _leaves(definition: Definition) -> tuple[Leaf, ...]:
    measure = definition.measure
    if measure is None:
        return ()
    if definition.kind is Kind.SIMPLE:
        return (Leaf(definition.name, measure, definition.unit),)
    reached = f"{EVENT_AT} IS NOT NULL"
    where = reached if measure.where is None else f"({measure.where}) AND {reached}"
    return (
        Leaf(f"{definition.name}.reached", measure.model_copy(update={"where": where}), Unit.COUNT),
        Leaf(f"{definition.name}.entered", measure, Unit.COUNT),
    )


def _formula(definition: Definition) -> Formula:
    match definition.kind:
        case Kind.RATIO:
            quotient = Operation(
                "/", Reference(definition.numerator or ""), Reference(definition.denominator or "")
            )
            if definition.scale == 1:
                return quotient
            from fractions import Fraction

            return Operation("*", quotient, Number(Fraction(definition.scale)))
        case Kind.CONVERSION:
            return Operation(
                "/",
                Reference(f"{definition.name}.reached"),
                Reference(f"{definition.name}.entered"),
            )
        case Kind.DERIVED:
            return parse(definition.expression or "")
        case _:
            return Reference(definition.name)


def available_dimensions(
    plan_: Plan, custom: Mapping[str, Mapping[str, ColumnType]] | None = None
) -> dict[str, Dimension]:
    """The dimensions that every part of the KPI has, by name.

    Args:
        custom: the stored columns of each table, for typed attributes.
    """
    shared: dict[str, Dimension] | None = None
    for leaf in plan_.leaves:
        if leaf.measure.table == TARGETS:
            found = {name: DIMENSIONS[name] for name in DIMENSIONS if name in PERSON_DIMENSIONS}
        else:
            found = dimensions_of(leaf.measure, (custom or {}).get(leaf.measure.table))
        shared = found if shared is None else {k: v for k, v in shared.items() if k in found}
    return shared or {}


def chosen_dimensions(
    plan_: Plan, names: tuple[str, ...], available: Mapping[str, Dimension]
) -> tuple[Dimension, ...]:
    """The dimensions of a question.

    Raises:
        ProblemError: ``metrics.unknown_dimension`` for one that the KPI does not have.
    """
    problems: list[Problem] = []
    for name in names:
        if name in available:
            continue
        if name in DIMENSIONS:
            message = f"“{plan_.definition.name}” cannot be split by “{name}”."
        else:
            message = f"There is no dimension named “{name}”."
        near = "" if name in DIMENSIONS else did_you_mean(name, available)
        listed = ", ".join(available) or "none"
        problems.append(
            Problem(
                code="metrics.unknown_dimension",
                message=message,
                hint=near or f"Its dimensions: {listed}.",
            )
        )
    if len(set(names)) < len(names):
        problems.append(
            Problem(
                code="metrics.repeated_dimension",
                message="The same dimension is named twice.",
                hint="Name each dimension once.",
            )
        )
    if problems:
        raise ProblemError(*problems)
    return tuple(available[name] for name in names)


def tables_of(plan_: Plan) -> tuple[str, ...]:
    """The stored tables that the plan reads, without lookups."""
    found: dict[str, None] = {}
    for leaf in plan_.leaves:
        if leaf.measure.table != TARGETS:
            found[leaf.measure.table] = None
        follow = leaf.measure.followed_by
        if follow is not None and follow.table is not None:
            found[follow.table] = None
    return tuple(found)


def known_columns(table: str) -> dict[str, ColumnType]:
    """The columns of a table by the contract."""
    return columns_of(table)
