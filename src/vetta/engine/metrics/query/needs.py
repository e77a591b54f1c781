"""What a question must know of each row, beyond what its parts add up."""

from __future__ import annotations

from dataclasses import dataclass

from vetta.engine.metrics.dimensions import dimensions_of
from vetta.engine.metrics.query.filters import Filter, is_dated, is_personal, read_filter
from vetta.engine.metrics.query.request import TableQuery


@dataclass(frozen=True, slots=True)
class Needs:
    """What a query must know of each row, beyond its parts."""

    by: tuple[str, ...]
    filter: Filter
    names: frozenset[str]  # every dimension and filter column that is read
    personal: bool
    dated: bool
    family: bool  # the family of some rows is that of their product
    product: bool  # the product's name is read
    state: bool


def needs_of(query: TableQuery) -> Needs:
    """Read the filter and say what has to be joined.

    Raises:
        ProblemError: where the filter is wrong.
    """
    measure = query.parts[0].measure
    columns = dict(query.stored.columns)
    filter_ = read_filter(
        query.where, columns, dimensions_of(measure, columns), query.calendar.time_zone
    )
    by = tuple(dimension.name for dimension in query.by)
    places = tuple(place.dimension.name for place in query.places)
    names = frozenset({*by, *places, *filter_.columns})
    personal = (
        any(is_personal(name) for name in names)
        or query.reach is not None
        or query.below is not None
        or query.covered_by is not None
    )
    return Needs(
        by=by,
        filter=filter_,
        names=names,
        personal=personal and "owner_id" in columns,
        dated=any(is_dated(name) for name in names),
        family="product_family" in names and "product_family" not in query.stored.complete,
        product="product_name" in names,
        state=measure.state is not None,
    )
