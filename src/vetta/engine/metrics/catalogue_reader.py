"""Reads the catalogue of KPIs that comes with Vetta."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib import resources
from types import MappingProxyType
from typing import Any

import yaml
from pydantic import ValidationError

from vetta.engine.metrics.definitions import Definition, Kind
from vetta.engine.metrics.formula import DAYS, parse, references
from vetta.kernel.problem import Problem, ProblemError

Catalogue = Mapping[str, Definition]

# The loader in C where PyYAML has it: ten times as fast, at every start of every process.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@lru_cache(maxsize=1)
def built_in() -> Catalogue:
    """Every KPI that comes with Vetta, by name, in the order of the files.

    Raises:
        ProblemError: where a file is not a valid catalogue, which a test rules out.
    """
    found: dict[str, Definition] = {}
    folder = resources.files("vetta.engine.metrics") / "catalogue"
    for path in sorted(folder.iterdir(), key=lambda one: one.name):
        if path.name.endswith(".yaml"):
            content = yaml.load(path.read_text(encoding="utf-8"), _LOADER)  # noqa: S506 - safe
            for raw in content["metrics"]:
                definition = read_definition(
                    {"category": content["category"], "owner": content["owner"], **raw},
                    where=path.name,
                )
                if definition.name in found:
                    raise ProblemError(_bad(f"{definition.name} is defined twice.", path.name))
                found[definition.name] = definition
    check(found)
    return MappingProxyType(found)


def read_definition(data: Mapping[str, object], *, where: str | None = None) -> Definition:
    """A definition from plain values.

    Raises:
        ProblemError: ``metrics.bad_definition`` for each field that is wrong.
    """
    try:
        return Definition.model_validate(dict(data))
    except ValidationError as error:
        raise ProblemError(
            *(
                _bad(
                    f"{data.get('name', '?')}: {one['msg'].removeprefix('Value error, ')}.",
                    where,
                    column=".".join(str(part) for part in one["loc"]) or None,
                )
                for one in error.errors()
            )
        ) from None


def check(catalogue: Catalogue, names: Iterable[str] | None = None) -> None:
    """Every KPI that is named exists, none is made of itself, cumulative ones can be added up.

    Raises:
        ProblemError: with one problem a fault.
    """
    problems: list[Problem] = []
    for name in names or catalogue:
        try:
            _walk(catalogue, name, ())
        except ProblemError as error:
            problems.extend(error.problems)
    if problems:
        raise ProblemError(*problems)


def made_of(definition: Definition) -> tuple[str, ...]:
    """Names of the KPIs that a definition is made of directly."""
    if definition.kind is Kind.DERIVED:
        named = dict.fromkeys(references(parse(definition.expression or "")))
        return tuple(name for name in named if name != DAYS)
    return definition.inputs


def find(catalogue: Catalogue, name: str) -> Definition:
    """The definition of that name.

    Raises:
        ProblemError: ``metrics.unknown_metric`` with the nearest names.
    """
    if name in catalogue:
        return catalogue[name]
    raise ProblemError(
        Problem(
            code="metrics.unknown_metric",
            message=f"There is no KPI named “{name}”.",
            hint=did_you_mean(name, catalogue) or "List them with: vetta kpi --list",
        )
    )


def did_you_mean(name: str, choices: Iterable[str]) -> str:
    """A hint with the nearest names, or empty."""
    import difflib

    near = difflib.get_close_matches(name.lower(), list(choices), n=3, cutoff=0.5)
    return f"Did you mean {' or '.join(near)}?" if near else ""


def _walk(catalogue: Catalogue, name: str, above: tuple[str, ...]) -> None:
    if name in above:
        raise ProblemError(_bad(f"{name} is made of itself: {' → '.join((*above, name))}."))
    definition = find(catalogue, name)
    for part in made_of(definition):
        _walk(catalogue, part, (*above, name))
    if definition.kind is Kind.CUMULATIVE:
        source = catalogue[definition.of or ""]
        measure = source.measure
        if source.kind is not Kind.SIMPLE or measure is None or measure.state is not None:
            raise ProblemError(
                _bad(f"{name} accumulates {source.name}, which is not a sum or a count of events.")
            )
        if measure.aggregate not in ("sum", "count"):
            raise ProblemError(
                _bad(f"{name} accumulates {source.name}, whose values cannot be added up.")
            )


def _bad(message: str, file: str | None = None, column: str | None = None) -> Problem:
    return Problem(
        code="metrics.bad_definition",
        message=message,
        hint="Correct the definition; docs/algorithms says what each kind needs.",
        file=file,
        column=column,
    )
