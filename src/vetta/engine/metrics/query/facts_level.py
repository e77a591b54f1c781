"""The lower level: rows of one table, what their parts contribute, summed before any wide join."""

from __future__ import annotations

from typing import Any

import ibis

from vetta.engine.expressions import Scope, parse
from vetta.engine.metrics.definitions import Measure
from vetta.engine.metrics.dimensions import BORROWED, DIMENSIONS, Home, stage_column
from vetta.engine.metrics.query import functions
from vetta.engine.metrics.query.columns import as_date, stored_table, used_columns
from vetta.engine.metrics.query.filters import applied, condition
from vetta.engine.metrics.query.following import extra_columns, followed
from vetta.engine.metrics.query.needs import Needs
from vetta.engine.metrics.query.request import LOOKUPS, Part, TableQuery
from vetta.kernel.calendar import Grain

ACCOUNT_COLUMNS = ("segment", "industry", "country", "region")
ON = "kpi_on"  # the business date of a row
OPENED, CLOSED = "kpi_opened", "kpi_closed"
PERIOD = "kpi_period"  # the first day of a row's period
FAMILY_OF = "kpi_family_of"  # the product whose family stands in for a missing one


def fact_rows(
    query: TableQuery, needs: Needs, *, whole: bool = False
) -> tuple[Any, frozenset[str]]:
    """Rows of the table with their date, lowest filters applied; and the columns known so far.

    Args:
        whole: keep every column, not only those that the question reads.
    """
    rows = stored_table(query.table, query.stored, None if whole else used_columns(query, needs))
    rows = _borrowed(rows, query)
    rows = _with_accounts(rows, query, needs)
    rows = _named_columns(rows, query.parts[0].measure)
    rows = _dated(rows, query)
    rows = _with_period(rows, query)
    rows = followed(rows, query)
    above = {"product_family"} if needs.family else set()
    known = frozenset(name for name in rows.columns if name not in above)
    return applied(rows, needs.filter.within(known)), known


def contributions(rows: Any, query: TableQuery) -> Any:
    """Adds ``<key>_v`` (value) and ``<key>_w`` (whether the row counts) for each part."""
    columns = {**query.stored.columns, **extra_columns(query)}
    scope = Scope(columns=columns, time_zone=query.calendar.time_zone)
    distinct = {part.measure.where for part in query.parts}
    if None not in distinct:
        wheres = [condition(text or "", scope).to_ibis(rows) for text in sorted(map(str, distinct))]
        either = wheres[0]
        for other in wheres[1:]:
            either = either | other
        rows = rows.filter(either)
    added: dict[str, Any] = {}
    for part in query.parts:
        where = part.measure.where
        matters = where is not None and len(distinct) > 1
        if matters:
            added[f"{part.key}_w"] = condition(where or "", scope).to_ibis(rows).fill_null(False)
        value = _value(rows, part.measure, scope)
        if value is not None:
            added[f"{part.key}_v"] = value
    return rows.mutate(**added) if added else rows


def is_direct(query: TableQuery, needs: Needs) -> bool:
    """Whether rows go up one by one: sums by person and day would be nearly as many as rows."""
    fans_out = "managers_above" in needs.names
    return (
        (needs.dated or query.below is not None or query.covered_by is not None)
        and not fans_out
        and not needs.state
        and not query.converts
    )


def single(rows: Any, query: TableQuery) -> Any:
    """Each row as a sum of itself, in the columns of ``summed``."""
    added: dict[str, Any] = {}
    for part in query.parts:
        key = part.key
        counts = rows[f"{key}_w"] if f"{key}_w" in rows.columns else ibis.literal(True)
        added[f"{key}_n"] = counts.cast("int64")
        if part.measure.aggregate == "sum":
            value = rows[f"{key}_v"]
            has_weight = f"{key}_w" in rows.columns
            added[f"{key}_s"] = (
                counts.ifelse(value, ibis.null(value.type())) if has_weight else value
            )
            if part.measure.value not in query.stored.complete:
                added[f"{key}_k"] = (counts & value.notnull()).cast("int64")
    return rows.mutate(**added)


def summed(rows: Any, query: TableQuery, needs: Needs, known: frozenset[str]) -> Any:
    """The rows summed by everything that the upper level still needs."""
    keys = _keys(rows, query, needs, known)
    values: dict[str, Any] = {}
    for part in query.parts:
        values |= _sums(rows, part, query)
    return rows.group_by(*keys).agg(**values) if keys else rows.agg(**values)


def _keys(rows: Any, query: TableQuery, needs: Needs, known: frozenset[str]) -> list[str]:
    keys = [name for name in needs.by if name in known]
    for piece in needs.filter.beyond(known):
        keys += [name for name in piece.columns if name in known]
    keys += [place.dimension.name for place in query.places if place.dimension.name in known]
    if needs.state:
        keys += [OPENED, CLOSED]
    elif (
        needs.dated
        or query.below is not None
        or query.covered_by is not None
        or query.converts
        or "managers_above" in needs.names
    ):
        keys.append(ON)
    if query.grain is not None:
        keys.append(PERIOD)
    if needs.personal:
        keys.append("owner_id")
    if needs.family:
        keys += ["product_family", FAMILY_OF]
    if needs.product:
        keys.append("product")
    if (needs.personal or needs.family or needs.product) and "source" not in query.stored.only:
        keys.append("source")
    if query.converts:
        keys.append("currency")
    if query.by_target:
        keys.append("source_id")
    keys += [f"{part.key}_v" for part in query.parts if part.measure.aggregate == "count_distinct"]
    return [name for name in dict.fromkeys(keys) if name in rows.columns]


def _sums(rows: Any, part: Part, query: TableQuery) -> dict[str, Any]:
    weight = rows[f"{part.key}_w"] if f"{part.key}_w" in rows.columns else None
    found = {f"{part.key}_n": rows.count(where=weight)}
    if part.measure.aggregate == "sum":
        value = rows[f"{part.key}_v"]
        found[f"{part.key}_s"] = value.sum(where=weight)
        if part.measure.value not in query.stored.complete:
            found[f"{part.key}_k"] = value.count(where=weight)
    return found


def _value(rows: Any, measure: Measure, scope: Scope) -> Any:
    if measure.elapsed is not None:
        first, last = rows[measure.elapsed.from_column], rows[measure.elapsed.to_column]
        if measure.elapsed.unit == "days":
            return functions.days_apart("day", as_date(first), as_date(last))
        return functions.seconds_apart("second", first, last)
    if measure.value is None:
        return None
    if measure.aggregate == "count_distinct":
        # Two systems may use the same key for different things.
        return rows.source.concat("\x1f", rows[measure.value].cast("string"))
    if measure.value in scope.columns:
        return rows[measure.value]
    return parse(measure.value, scope).to_ibis(rows)


def _borrowed(rows: Any, query: TableQuery) -> Any:
    names = BORROWED.get(query.table)
    if not names:
        return rows
    deals = stored_table("opportunities", query.others["opportunities"])
    deals = deals.select(deal_source="source", deal_id="opportunity_id", **{n: n for n in names})
    return rows.left_join(
        deals, [rows.source == deals.deal_source, rows.opportunity_id == deals.deal_id]
    ).drop("deal_source", "deal_id")


def _with_accounts(rows: Any, query: TableQuery, needs: Needs) -> Any:
    """The account's segment, industry, country, region and name, where they are read."""
    wanted = [
        name
        for name in ACCOUNT_COLUMNS
        if name in needs.names and name not in query.stored.complete
    ]
    named = "account_name" in needs.names
    if "account_id" not in rows.columns or not (wanted or named):
        return rows
    accounts = ibis.table(LOOKUPS["kpi_accounts"], name="kpi_accounts")
    accounts = accounts.select(
        of_source="source",
        of_account="account_id",
        account_name="account_name",
        **{f"of_{name}": name for name in wanted},
    )
    rows = rows.left_join(
        accounts, [rows.source == accounts.of_source, rows.account_id == accounts.of_account]
    )
    own = {
        name: ibis.coalesce(rows[name], rows[f"of_{name}"])
        if name in rows.columns
        else rows[f"of_{name}"]
        for name in wanted
    }
    return rows.mutate(**own).drop("of_source", "of_account", *(f"of_{name}" for name in wanted))


def _named_columns(rows: Any, measure: Measure) -> Any:
    """Dimensions whose name is not that of their column, and custom attributes."""
    added: dict[str, Any] = {}
    for name, dimension in DIMENSIONS.items():
        column = stage_column(measure) if name == "stage" else dimension.column
        own = dimension.home is Home.OWN or name in ("product", "account")
        if own and column != name and column in rows.columns:
            added[name] = rows[column]
    for column in rows.columns:
        if column.startswith("custom__"):
            added["custom." + column.removeprefix("custom__")] = rows[column].cast("string")
    if {"product_family", "product_id"} <= set(rows.columns):
        added[FAMILY_OF] = rows.product_family.isnull().ifelse(rows.product_id, ibis.null("string"))
    return rows.mutate(**added) if added else rows


def _dated(rows: Any, query: TableQuery) -> Any:
    """The business date, and only the days that were asked for."""
    measure, zone = query.parts[0].measure, query.calendar.time_zone
    if measure.state is not None:
        return rows.mutate(
            **{
                OPENED: functions.business_date(rows[measure.state.opened_on], zone),
                CLOSED: functions.business_date(rows[measure.state.closed_on], zone),
            }
        )
    column = rows[measure.date]
    exact = column.type().is_date()
    if query.starts_on is not None:
        first = (
            functions.day(query.starts_on)
            if exact
            else functions.moment(query.calendar.starts_at(query.starts_on))
        )
        rows = rows.filter(column >= first)
        column = rows[measure.date]
    if query.ends_on is not None:
        last = (
            functions.day(query.ends_on)
            if exact
            else functions.moment(query.calendar.starts_at(query.ends_on))
        )
        rows = rows.filter(column < last)
        column = rows[measure.date]
    # A row without the date did not happen yet: an open deal is no lost one.
    rows = rows.filter(column.notnull())
    return rows.mutate(**{ON: functions.business_date(rows[measure.date], zone)})


def _with_period(rows: Any, query: TableQuery) -> Any:
    """The first day of the period that a row falls into; states get theirs further up."""
    grain = query.grain
    if grain is None or ON not in rows.columns:
        return rows
    if grain is Grain.DAY:
        return rows.mutate(**{PERIOD: rows[ON]})
    if query.is_civil:
        return rows.mutate(**{PERIOD: functions.first_of(grain.value, rows[ON])})
    days = ibis.table({"day": "date", PERIOD: "date"}, name=f"kpi_days_{grain.value}")
    return rows.left_join(days, [rows[ON] == days.day]).drop("day")
