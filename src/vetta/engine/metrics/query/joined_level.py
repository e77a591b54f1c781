"""The upper level: sums joined with people, products, periods and rates, then grouped."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import ibis

from vetta.engine.metrics.dimensions import Home
from vetta.engine.metrics.query import functions
from vetta.engine.metrics.query.facts_level import (
    CLOSED,
    FAMILY_OF,
    ON,
    OPENED,
    PERIOD,
)
from vetta.engine.metrics.query.filters import applied
from vetta.engine.metrics.query.needs import Needs
from vetta.engine.metrics.query.request import LOOKUPS, PERIODS, TableQuery, rates_table
from vetta.kernel.calendar import Grain

UNMATCHED = "kpi_unmatched"
RATE = "kpi_rate"
OPEN_END = date(9999, 12, 31)


def joined(rows: Any, query: TableQuery, needs: Needs, known: frozenset[str]) -> Any:
    """The rows with every dimension, period and rate that was asked for; filters applied."""
    if needs.state:
        rows = _states(rows, query)
    if "source" not in rows.columns and "source" in query.stored.only:
        rows = rows.mutate(source=ibis.literal(query.stored.only["source"]))
    if needs.family or needs.product:
        rows = _with_products(rows, needs)
    if needs.personal:
        rows = _with_people(rows, query, needs)
    rows = applied(rows, needs.filter.beyond(known))
    if query.covered_by is not None:
        rows = _with_cover(rows, query.covered_by)
    if any(dimension.home is Home.CHAIN for dimension in query.by) or any(
        place.dimension.home is Home.CHAIN for place in query.places
    ):
        rows = _with_chain(rows, query)
    rows = _at_places(rows, query)
    if query.periods is not None and not needs.state:
        first, last = query.periods
        rows = rows.filter(rows[ON] >= functions.day(first), rows[ON] < functions.day(last))
    if query.converts:
        rows = _with_rates(rows, query)
    return rows


def grouped(rows: Any, query: TableQuery, needs: Needs) -> Any:
    """One row a group and period: ``d0…``, the period's first day, and the parts' sums."""
    keys = {f"d{place}": rows[name].cast("string") for place, name in enumerate(needs.by)}
    if query.grain is not None:
        keys[PERIOD] = rows[PERIOD]
    if query.by_target:
        keys["kpi_target"] = rows.source_id
    values: dict[str, Any] = {}
    for part in query.parts:
        values |= _totals(rows, part.key, part.measure.aggregate, part.money, query)
    if needs.personal and UNMATCHED in rows.columns:
        unknown = rows[UNMATCHED]
        values[UNMATCHED] = (
            # Split by person, a group has one at most.
            unknown.max()
            if "person" in needs.by
            else unknown.collect(where=unknown.notnull(), distinct=True)
        )
    return rows.group_by(**keys).agg(**values) if keys else rows.agg(**values)


def _totals(rows: Any, key: str, aggregate: str, money: bool, query: TableQuery) -> dict[str, Any]:
    number = rows[f"{key}_n"]
    covered = rows["kpi_is_covered"] if query.covered_by is not None else None
    found = {f"{key}_n": number.sum(where=covered)}
    if query.covered_by is not None:
        found[f"{key}_seen"] = number.sum()
    if aggregate == "count_distinct":
        value, counts = rows[f"{key}_v"], number > 0
        found[f"{key}_v"] = value.nunique(where=counts)
    elif aggregate == "sum":
        value = rows[f"{key}_s"]
        present = rows[f"{key}_k"] if f"{key}_k" in rows.columns else number
        if money and query.converts:
            converted = value.cast("decimal(38, 4)") if _is_plain(value) else value
            product = converted * rows[RATE]
            found[f"{key}_v"] = product.sum(where=covered)
            lacking = rows[RATE].isnull() & (present > 0)
            found[f"{key}_x"] = present.sum(where=lacking)
        else:
            found[f"{key}_v"] = value.sum(where=covered)
        if f"{key}_k" in rows.columns:
            found[f"{key}_k"] = present.sum(where=covered)
    return found


def _is_plain(value: Any) -> bool:
    type_ = value.type()
    return bool(type_.is_decimal() and type_.scale == 4)


def _states(rows: Any, query: TableQuery) -> Any:
    """Which rows are open at the end of each period, or of the one day that was asked for."""
    if query.periods is not None or query.grain is not None:
        ends = _period_ends(query)
        open_then = [
            rows[OPENED] < ends.kpi_state_end,
            rows[CLOSED].isnull() | (rows[CLOSED] >= ends.kpi_state_end),
        ]
        rows = rows.inner_join(ends, open_then)
        return rows.mutate(**{ON: rows.kpi_state_end - ibis.interval(days=1)}).drop("kpi_state_end")
    if query.ends_on is not None:
        end = functions.day(query.ends_on)
        rows = rows.filter(rows[OPENED] < end, rows[CLOSED].isnull() | (rows[CLOSED] >= end))
        taken = query.ends_on - timedelta(days=1)
    else:
        rows = rows.filter(rows[CLOSED].isnull())
        taken = query.today or date.max
    return rows.mutate(**{ON: functions.day(taken)})


def _period_ends(query: TableQuery) -> Any:
    periods = ibis.table({"grain": "string", "starts_on": "date", "ends_on": "date"}, name=PERIODS)
    cut = query.ends_on or ((query.today or date.max) + timedelta(days=1))
    grain = query.grain or Grain.DAY
    periods = periods.filter(periods.grain == grain.value, periods.starts_on < functions.day(cut))
    if query.starts_on is not None:
        periods = periods.filter(periods.ends_on > functions.day(query.starts_on))
    if query.periods is not None:
        periods = periods.filter(periods.starts_on == functions.day(query.periods[0]))
    return periods.select(
        **{
            PERIOD: periods.starts_on,
            "kpi_state_end": ibis.least(periods.ends_on, functions.day(cut)),
        }
    )


def _lookup(name: str, **columns: str) -> Any:
    return ibis.table(LOOKUPS[name], name=name).select(**columns)


def _with_products(rows: Any, needs: Needs) -> Any:
    key = "product" if needs.product else FAMILY_OF
    products = _lookup(
        "kpi_products",
        of_source="source",
        of_product="product_id",
        product_name="product_name",
        of_family="family",
    )
    rows = rows.left_join(
        products, [rows.source == products.of_source, rows[key] == products.of_product]
    )
    if needs.family:
        rows = rows.mutate(product_family=ibis.coalesce(rows.product_family, rows.of_family))
    return rows.drop("of_source", "of_product", "of_family")


def _with_people(rows: Any, query: TableQuery, needs: Needs) -> Any:
    owners = _lookup("kpi_owners", as_source="source", as_owner="owner_id", kpi_person="person_id")
    rows = rows.left_join(
        owners, [rows.source == owners.as_source, rows.owner_id == owners.as_owner]
    ).drop("as_source", "as_owner")
    rows = rows.mutate(
        person=ibis.coalesce(rows.kpi_person, rows.owner_id),
        **{UNMATCHED: rows.kpi_person.isnull().ifelse(rows.owner_id, ibis.null("string"))},
    )
    if "person_name" in needs.names:
        people = _lookup("kpi_people", of_person="person_id", person_name="person_name")
        rows = rows.left_join(people, [rows.kpi_person == people.of_person])
        rows = rows.mutate(person_name=ibis.coalesce(rows.person_name, rows.owner_id)).drop(
            "of_person"
        )
    if query.reach is not None:
        rows = rows.filter(rows.kpi_person.isin(sorted(query.reach)))
    if query.below is not None:
        chain = _lookup(
            "kpi_chain", of_person="person_id", above="manager_id", since="starts_on", to="ends_on"
        )
        chain = chain.filter(chain.above == query.below)
        rows = rows.semi_join(
            chain,
            [
                rows.kpi_person == chain.of_person,
                rows[ON] >= chain.since,
                rows[ON] < chain.to,
            ],
        )
    return _with_places(rows, query) if needs.dated else rows


def _with_places(rows: Any, query: TableQuery) -> Any:
    places = _lookup(
        "kpi_intervals",
        of_person="person_id",
        since="starts_on",
        to="ends_on",
        manager="manager_id",
        manager_name="manager_name",
        team="team_id",
        team_name="team_name",
        team_region="team_region",
        title="title",
        business_unit="business_unit",
    )
    return rows.left_join(
        places,
        [rows.kpi_person == places.of_person, rows[ON] >= places.since, rows[ON] < places.to],
    ).drop("of_person", "since", "to")


def _with_chain(rows: Any, query: TableQuery) -> Any:
    """Each row once for everybody at or above its person; once with nobody where it has none."""
    chain = _lookup(
        "kpi_chain",
        of_person="person_id",
        managers_above="manager_id",
        since="starts_on",
        to="ends_on",
    )
    rows = rows.left_join(
        chain,
        [rows.kpi_person == chain.of_person, rows[ON] >= chain.since, rows[ON] < chain.to],
    ).drop("of_person", "since", "to")
    # Who is in no chain on the day stands for himself.
    rows = rows.mutate(managers_above=ibis.coalesce(rows.managers_above, rows.person))
    if query.reach is not None:
        # Nobody reads a part of a manager's figure as if it were the whole.
        rows = rows.filter(rows.managers_above.isin(sorted(query.reach)))
    return rows


def _with_cover(rows: Any, metric: str) -> Any:
    cover = _lookup(
        "kpi_covered",
        of_metric="metric",
        of_person="person_id",
        since="starts_on",
        to="ends_on",
    )
    cover = cover.filter(cover.of_metric == metric)
    rows = rows.left_join(
        cover,
        [rows.person == cover.of_person, rows[ON] >= cover.since, rows[ON] < cover.to],
    )
    return rows.mutate(kpi_is_covered=rows.of_person.notnull()).drop(
        "of_metric", "of_person", "since", "to"
    )


def _at_places(rows: Any, query: TableQuery) -> Any:
    """Only the rows of the group that is drilled into."""
    for place in query.places:
        column = rows[place.dimension.name].cast("string")
        rows = rows.filter(column.isnull() if place.member is None else column == place.member)
    return rows


def _with_rates(rows: Any, query: TableQuery) -> Any:
    rates = ibis.table(
        {"of_currency": "string", "rate_on": "date", RATE: "decimal(38, 18)"},
        name=rates_table(query.currency or "", query.fx),
    )
    rows = rows.mutate(kpi_currency=ibis.coalesce(rows.currency, ibis.literal(query.home_currency)))
    rows = rows.left_join(
        rates, [rows.kpi_currency == rates.of_currency, rows[ON] == rates.rate_on]
    ).drop("of_currency", "rate_on")
    one = ibis.literal(1).cast("decimal(38, 18)")
    return rows.mutate(**{RATE: (rows.kpi_currency == query.currency).ifelse(one, rows[RATE])})
