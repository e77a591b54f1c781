"""The KPIs of this installation: those that come with Vetta and those defined here."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from django.utils.translation import get_language

from vetta.engine.metrics.catalogue_reader import (
    Catalogue,
    built_in,
    find,
    made_of,
    read_definition,
)
from vetta.engine.metrics.definitions import TARGETS, Definition, Kind
from vetta.engine.metrics.dimensions import NOT_FOR_PEOPLE, dimensions_of
from vetta.engine.metrics.plan import Plan, available_dimensions, plan, tables_of
from vetta.engine.metrics.query.filters import filter_scope
from vetta.engine.schema import ColumnType
from vetta.facts import selectors as facts
from vetta.kernel.problem import ProblemError
from vetta.metrics.contracts import CatalogueEntry, DefinitionVersion, DimensionInfo
from vetta.metrics.models import MetricDefinition
from vetta.metrics.revision import revision

_kept: dict[int, Catalogue] = {}


def catalogue() -> Catalogue:
    """Every KPI in use, by name: one query, or two after a change."""
    number = revision()
    found = _kept.get(number)
    if found is None:
        own = {
            row.name: read_definition(row.content)
            for row in MetricDefinition.objects.filter(is_active=True).order_by("name")
        }
        found = MappingProxyType({**built_in(), **own})
        _kept.clear()
        _kept[number] = found
    return found


def definition(name: str) -> Definition:
    """The definition in use.

    Raises:
        ProblemError: ``metrics.unknown_metric`` with the nearest names.
    """
    return find(catalogue(), name)


def definition_versions(name: str) -> list[DefinitionVersion]:
    """All versions of a KPI, newest first; one that comes with Vetta has a single one."""
    rows = MetricDefinition.objects.filter(name=name).order_by("-version")
    versions = [
        DefinitionVersion(
            definition=read_definition(row.content),
            is_active=row.is_active,
            created_at=row.created_at,
            created_by=str(row.created_by) if row.created_by else None,
        )
        for row in rows.select_related("created_by")
    ]
    if name in built_in():
        versions.append(DefinitionVersion(built_in()[name], not versions, None, None))
    if not versions:
        find(catalogue(), name)
    return versions


def entries(language: str | None = None, *, hidden: bool = False) -> list[CatalogueEntry]:
    """The catalogue in a language (the reader's own if None), in the order of its files.

    Args:
        hidden: the KPIs too that exist only as parts of others.
    """
    known = catalogue()
    return [_entry(one, known, language) for one in known.values() if hidden or not one.hidden]


def entry(name: str, language: str | None = None) -> CatalogueEntry:
    """One KPI in a language.

    Raises:
        ProblemError: ``metrics.unknown_metric`` with the nearest names.
    """
    known = catalogue()
    return _entry(find(known, name), known, language)


def _entry(one: Definition, known: Catalogue, language: str | None) -> CatalogueEntry:
    spoken = language or get_language() or "en"
    planned = plan(known, one.name)
    stored = _stored_columns(planned)
    return CatalogueEntry(
        name=one.name,
        title=one.title.in_language(spoken),
        description=one.description.in_language(spoken),
        kind=one.kind,
        unit=one.unit,
        direction=one.direction,
        category=one.category,
        owner=one.owner,
        formula=one.formula,
        sources=one.sources,
        caveats=tuple(text.in_language(spoken) for text in one.caveats),
        version=one.version,
        parts=made_of(one),
        dimensions=tuple(
            DimensionInfo(each.name, each.title.in_language(spoken), each.named)
            for each in available_dimensions(planned, stored).values()
        ),
        columns=_filter_columns(planned, stored),
        dated_by=_dated_by(planned),
        is_own=one.name not in built_in() or known[one.name] is not built_in()[one.name],
    )


def _stored_columns(planned: Plan) -> dict[str, dict[str, ColumnType]]:
    """The columns of the published tables, with the typed attributes that mappings added."""
    snapshot, store = facts.current_snapshot(), facts.store()
    found = {}
    for table in tables_of(planned):
        if table in snapshot.versions:
            found[table] = store.columns(table, snapshot.versions[table])
    return found


def _filter_columns(
    planned: Plan, stored: Mapping[str, Mapping[str, ColumnType]]
) -> dict[str, str]:
    """What a filter may name: what every table of the KPI has."""
    shared: dict[str, ColumnType] | None = None
    for leaf in planned.leaves:
        if leaf.measure.table == TARGETS:
            continue
        custom = stored.get(leaf.measure.table)
        dimensions = dimensions_of(leaf.measure, custom)
        from vetta.engine.metrics.dimensions import columns_of

        scope = filter_scope(columns_of(leaf.measure.table, custom), dimensions)
        shared = scope if shared is None else {k: v for k, v in shared.items() if k in scope}
    return {
        name.replace("custom__", "custom.", 1) if name.startswith("custom__") else name: type_.value
        for name, type_ in (shared or {}).items()
        if name not in NOT_FOR_PEOPLE
    }


def _dated_by(planned: Plan) -> str:
    for leaf in planned.leaves:
        if leaf.measure.dated_by:
            return f"{leaf.measure.table}.{leaf.measure.dated_by}"
    return ""


def is_cumulative(name: str) -> bool:
    """Whether a KPI accumulates over periods."""
    try:
        return definition(name).kind is Kind.CUMULATIVE
    except ProblemError:
        return False
