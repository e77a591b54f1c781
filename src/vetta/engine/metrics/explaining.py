"""Shows how a figure came about: every step one operation, with its operands visible."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from vetta.engine.metrics.definitions import Kind, Unit
from vetta.engine.metrics.exact import as_text
from vetta.engine.metrics.formula import (
    DAYS,
    SYMBOLS,
    Formula,
    Number,
    Operation,
    Reference,
    Value,
    evaluate,
)
from vetta.engine.metrics.plan import Plan


@dataclass(frozen=True, slots=True)
class CalculationStep:
    """One line of arithmetic: ``label`` = ``left`` ``operator`` ``right`` = ``result``.

    A measured line has no operator: its result was summed or counted from facts. Values are
    decimal text; None does not exist.
    """

    label: str
    name: str
    result: str | None
    unit: Unit | None = None
    operator: str | None = None
    left: str | None = None
    left_label: str | None = None
    right: str | None = None
    right_label: str | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """A figure with its definition and its arithmetic, measured lines first."""

    metric: str
    title: str
    description: str
    formula: str
    caveats: tuple[str, ...]
    unit: Unit
    currency: str | None
    value: str | None
    steps: tuple[CalculationStep, ...]
    numerator: str | None = None
    denominator: str | None = None


def explain_steps(
    plan: Plan, values: Mapping[str, Value], titles: Mapping[str, str]
) -> tuple[CalculationStep, ...]:
    """The lines from what was measured to the value, each a single operation.

    Args:
        values: of every leaf and step of the plan.
        titles: of KPIs and leaves in the reader's language, by name.
    """
    lines = [
        CalculationStep(
            label=titles.get(leaf.name, leaf.name),
            name=leaf.name,
            result=as_text(values.get(leaf.name)),
            unit=leaf.unit,
        )
        for leaf in plan.leaves
    ]
    for step in plan.steps:
        if isinstance(step.formula, Reference):
            continue
        name = step.definition.name
        _unfold(
            step.formula, values, titles, lines, titles.get(name, name), name, step.definition.unit
        )
    return tuple(lines)


def numerator_and_denominator(
    plan: Plan, values: Mapping[str, Value]
) -> tuple[str | None, str | None]:
    """Both sides of a ratio or conversion; None for other kinds."""
    formula = plan.steps[-1].formula
    if plan.definition.kind not in (Kind.RATIO, Kind.CONVERSION):
        return None, None
    if not isinstance(formula, Operation):
        return None, None
    if formula.operator == "*" and isinstance(formula.left, Operation):
        formula = formula.left
    return as_text(evaluate(formula.left, values)), as_text(evaluate(formula.right, values))


def _unfold(
    formula: Formula,
    values: Mapping[str, Value],
    titles: Mapping[str, str],
    lines: list[CalculationStep],
    label: str,
    name: str,
    unit: Unit | None,
) -> None:
    assert isinstance(formula, Operation)
    labels = []
    for side in (formula.left, formula.right):
        side_label = _label(side, titles)
        if isinstance(side, Operation):
            _unfold(side, values, titles, lines, side_label, "", None)
        labels.append(side_label)
    lines.append(
        CalculationStep(
            label=label,
            name=name,
            result=as_text(evaluate(formula, values)),
            unit=unit,
            operator=SYMBOLS[formula.operator],
            left=as_text(evaluate(formula.left, values)),
            left_label=labels[0],
            right=as_text(evaluate(formula.right, values)),
            right_label=labels[1],
        )
    )


def _label(formula: Formula, titles: Mapping[str, str]) -> str:
    if isinstance(formula, Number):
        return as_text(Fraction(formula.value)) or ""
    if isinstance(formula, Reference):
        return titles.get(formula.name, "days" if formula.name == DAYS else formula.name)
    left, right = _label(formula.left, titles), _label(formula.right, titles)
    return f"({left} {SYMBOLS[formula.operator]} {right})"
