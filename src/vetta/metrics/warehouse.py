# Names in these texts are ours or quoted; what people write arrives compiled or as parameters.
# ruff: noqa: S608
"""The facts of one snapshot in DuckDB, with the small tables that KPIs are joined with.

Knows no Django: it is given a store, versions and Arrow tables. One warehouse serves many
threads; each query takes a cursor of its own.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, Protocol

import duckdb
import pyarrow as pa

from vetta.engine.metrics.currency import RATE_PLACES, RateBook
from vetta.engine.metrics.dimensions import (
    BORROWED,
    JOINER_COLUMNS,
    JOINERS,
    PEOPLE_SOURCE,
    TARGET_COLUMNS,
    TARGET_DAYS,
)
from vetta.engine.metrics.query import (
    StoredTable,
    TableQuery,
    compile_drill,
    compile_unconverted,
    rates_table,
)
from vetta.engine.metrics.query.request import PERIODS
from vetta.engine.metrics.world import TargetAmount
from vetta.engine.schema import CURRENCY_COLUMNS, FACT_TABLES, ColumnType
from vetta.engine.schema.arrow import array_of
from vetta.engine.schema.physical import literal, quote
from vetta.kernel.calendar import Calendar, Grain
from vetta.kernel.money import round_half_away
from vetta.metrics.compiling import compiled
from vetta.metrics.statistics import statistics

FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(2070, 1, 1)
"""The days for which periods are laid out; facts beyond have no period and are reported."""


class Store(Protocol):
    """What a warehouse needs of the fact store."""

    def attach(
        self, connection: duckdb.DuckDBPyConnection, versions: Mapping[str, int | None]
    ) -> None: ...

    def files(self, table: str, version: int | None) -> list[str]: ...

    def columns(self, table: str, version: int | None) -> dict[str, ColumnType]: ...

    def rows(self, table: str, version: int | None) -> int: ...


@dataclass(frozen=True)
class Surroundings:
    """What stands beside the facts.

    Args:
        intervals, chain: as ``people.selectors`` gives them.
        matches: (source, owner_id, person_id), as ``facts.selectors`` gives it.
        targets: every target that is known.
        base_currency: through which currencies are converted that no rate joins.
    """

    calendar: Calendar
    intervals: pa.Table
    chain: pa.Table
    matches: pa.Table
    targets: Callable[[], Sequence[TargetAmount]]
    base_currency: str
    today: date


class Warehouse:
    """One snapshot, ready to be asked."""

    def __init__(
        self, store: Store, versions: Mapping[str, int | None], around: Surroundings
    ) -> None:
        self.store = store
        self.versions = dict(versions)
        self.around = around
        self._connection = duckdb.connect(":memory:")
        self._connection.execute("SET TimeZone = 'UTC'")
        self._lock = threading.RLock()
        self._made: set[str] = set()
        self._stored: dict[str, StoredTable] = {}
        self._books: dict[date, RateBook] = {}
        self._targets: tuple[TargetAmount, ...] | None = None
        store.attach(self._connection, self.versions)
        self._load_people()
        self._load_lookups()

    # --- asking ---------------------------------------------------------------------------------

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """The rows of a query, each as a dictionary."""
        cursor = self._connection.cursor()
        try:
            result = cursor.execute(sql, list(parameters))
            names = [column[0] for column in result.description or ()]
            return [dict(zip(names, row)) for row in result.fetchall()]  # noqa: B905 - hot
        finally:
            cursor.close()

    def run(self, query: TableQuery) -> list[dict[str, Any]]:
        """The rows of a compiled question."""
        self.prepare(query)
        return self.rows(compiled(query))

    def unconverted(self, query: TableQuery) -> list[tuple[str | None, Any, int]]:
        """Amounts without a rate: (currency, sum, rows)."""
        self.prepare(query)
        return [
            (row["currency"], row["amount"], int(row["number"]))
            for row in self.rows(compile_unconverted(query))
        ]

    def drill(
        self, query: TableQuery, *, limit: int, offset: int
    ) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        """A page of the rows behind a figure, and their number and sums over all pages."""
        self.prepare(query)
        page, totals = compile_drill(query, limit=limit, offset=offset)
        return self.rows(page), self.rows(totals)[0]

    def prepare(self, query: TableQuery) -> None:
        """Lay out the small tables that a query joins."""
        if query.grain is not None and (
            query.parts[0].measure.state is not None or not query.is_civil
        ):
            self._once(f"periods {query.grain}", lambda: self._load_periods(query.grain))
        if query.converts and query.currency is not None:
            name = rates_table(query.currency, query.fx)
            currency, kind = query.currency, query.fx
            self._once(name, lambda: self._load_rates(name, currency, kind))
        if query.table == JOINERS:
            self._once(JOINERS, self._load_joiners)
        if query.table == TARGET_DAYS or query.covered_by is not None:
            self._once(TARGET_DAYS, self._load_targets)

    def stored(self, table: str) -> StoredTable:
        """What is known about a table, from its files' own statistics."""
        with self._lock:
            if table not in self._stored:
                self._stored[table] = self._describe(table)
            return self._stored[table]

    def names(self, dimension: str, ids: Collection[str]) -> dict[str, str]:
        """Members' names by id."""
        sources = {
            "person": ("kpi_people", "person_id", "person_name"),
            "manager": ("kpi_people", "person_id", "person_name"),
            "managers_above": ("kpi_people", "person_id", "person_name"),
            "team": ("kpi_intervals", "team_id", "team_name"),
            "product": ("kpi_products", "product_id", "product_name"),
            "account": ("kpi_accounts", "account_id", "account_name"),
        }
        if dimension not in sources or not ids:
            return {}
        table, key, name = sources[dimension]
        found = self.rows(
            f"SELECT {key} AS id, max({name}) AS name FROM {table} "
            f"WHERE {key} IN (SELECT unnest(?)) AND {name} IS NOT NULL GROUP BY 1",
            [sorted(ids)],
        )
        return {row["id"]: row["name"] for row in found}

    def targets(self) -> Sequence[TargetAmount]:
        """Every target that was ever known, read once."""
        with self._lock:
            if self._targets is None:
                self._targets = tuple(self.around.targets())
            return self._targets

    def rate(self, source: str, target: str, on: date, kind: str) -> Fraction | None:
        """What a unit of one currency was worth in another."""
        return self._book().rate(source, target, on, kind)

    # --- laying out -----------------------------------------------------------------------------

    def _once(self, name: str, make: Callable[[], None]) -> None:
        with self._lock:
            if name not in self._made:
                make()
                self._made.add(name)

    def _create(self, name: str, table: pa.Table, select: str = "*") -> None:
        with self._lock:
            self._connection.register("kpi_given", table)
            self._connection.execute(
                f"CREATE OR REPLACE TABLE {quote(name)} AS SELECT {select} FROM kpi_given"
            )
            self._connection.unregister("kpi_given")

    def _load_people(self) -> None:
        self._create(
            "kpi_intervals",
            self.around.intervals,
            "person_id, starts_on, ends_on, manager_id, manager_name, CAST(team_id AS VARCHAR) "
            "AS team_id, team_name, team_region, title, business_unit, person_name, position_id",
        )
        self._connection.execute(
            "CREATE TABLE kpi_people AS SELECT person_id, arg_max(person_name, starts_on) "
            "AS person_name FROM kpi_intervals GROUP BY 1"
        )
        self._create(
            "kpi_chain", self.around.chain, "DISTINCT person_id, manager_id, starts_on, ends_on"
        )
        self._create("kpi_matches", self.around.matches, "source, owner_id, person_id")
        self._connection.execute(
            "CREATE TABLE kpi_owners AS SELECT source, owner_id, min(person_id) AS person_id "
            "FROM kpi_matches WHERE person_id IS NOT NULL AND owner_id IS NOT NULL GROUP BY 1, 2 "
            f"UNION ALL SELECT {literal(PEOPLE_SOURCE)}, person_id, person_id FROM kpi_people"
        )

    def _load_lookups(self) -> None:
        sources = self._sources()
        self._lookup(
            "products",
            "product_id",
            "kpi_products",
            sources,
            {"product_name": "name", "family": "family"},
        )
        self._lookup(
            "accounts",
            "account_id",
            "kpi_accounts",
            sources,
            {
                "account_name": "name",
                **{n: n for n in ("segment", "industry", "country", "region")},
            },
        )

    def _lookup(
        self, table: str, key: str, name: str, sources: Sequence[str], columns: Mapping[str, str]
    ) -> None:
        """By source and key; a key of one source alone is found from the other sources too."""
        chosen = ", ".join(f"{column} AS {new}" for new, column in columns.items())
        own = f"SELECT source, {key}, {chosen} FROM {table}"
        if len(sources) > 1:
            listed = ", ".join(f"({literal(one)})" for one in sources)
            own += (
                f" UNION ALL SELECT s.source, t.{key}, "
                + ", ".join(f"t.{column}" for column in columns.values())
                + f" FROM (VALUES {listed}) s(source), {table} t WHERE t.source <> s.source "
                f"AND t.{key} IN (SELECT {key} FROM {table} GROUP BY 1 HAVING count(*) = 1)"
            )
        self._connection.execute(f"CREATE TABLE {name} AS {own}")

    def _sources(self) -> list[str]:
        found: set[str] = set()
        for table in FACT_TABLES:
            stored = self.stored(table)
            if not stored.rows:
                continue
            if "source" in stored.only:
                found.add(stored.only["source"])
            else:
                rows = self.rows(f"SELECT DISTINCT source FROM {quote(table)}")
                found.update(row["source"] for row in rows if row["source"] is not None)
        return sorted(found)

    def _load_periods(self, grain: Grain | None) -> None:
        assert grain is not None
        periods = self.around.calendar.periods(grain, FIRST_DAY, LAST_DAY)
        table = pa.table(
            {
                "grain": array_of([grain.value] * len(periods), pa.string()),
                "starts_on": array_of([one.starts_on for one in periods], pa.date32()),
                "ends_on": array_of([one.ends_on for one in periods], pa.date32()),
            }
        )
        self._connection.register("kpi_given", table)
        self._connection.execute(
            f"CREATE TABLE IF NOT EXISTS {PERIODS} (grain VARCHAR, starts_on DATE, ends_on DATE)"
        )
        self._connection.execute(f"INSERT INTO {PERIODS} SELECT * FROM kpi_given")
        if grain is not Grain.DAY:
            self._connection.execute(
                f"CREATE TABLE kpi_days_{grain.value} AS SELECT CAST(unnest(generate_series("
                "starts_on, ends_on - 1, INTERVAL 1 DAY)) AS DATE) AS day, starts_on AS "
                "kpi_period FROM kpi_given"
            )
        self._connection.unregister("kpi_given")

    def _book(self) -> RateBook:
        with self._lock:
            today = self.around.today
            if today not in self._books:
                quotes = self._connection.execute(
                    "SELECT from_currency, to_currency, on_date, kind, rate FROM fx_rates "
                    "WHERE rate > 0 ORDER BY source"
                ).fetchall()
                self._books[today] = RateBook(quotes, self.around.base_currency, today)
            return self._books[today]

    def _load_rates(self, name: str, target: str, kind: str) -> None:
        book = self._book()
        span = book.span(kind)
        days: list[date] = []
        if span is not None:
            first, last = span
            days = [first + timedelta(days=place) for place in range((last - first).days)]
        days = sorted({*days, self.around.today})
        currencies, on, rates = [], [], []
        for currency in self._currencies():
            for day in days if currency != target else ():
                rate = book.rate(currency, target, day, kind)
                if rate is not None:
                    currencies.append(currency)
                    on.append(day)
                    rates.append(round_half_away(rate, RATE_PLACES))
        table = pa.table(
            {
                "of_currency": array_of(currencies, pa.string()),
                "rate_on": array_of(on, pa.date32()),
                "kpi_rate": array_of(rates, pa.decimal128(38, RATE_PLACES)),
            }
        )
        self._create(name, table)

    def _currencies(self) -> list[str]:
        found: set[str] = {self.around.base_currency}
        for table, schema in FACT_TABLES.items():
            stored = self.stored(table)
            named = any(column.name in CURRENCY_COLUMNS for column in schema)
            if not named or table == "fx_rates" or not stored.rows:
                continue
            if "currency" in stored.only:
                found.add(stored.only["currency"])
            else:
                rows = self.rows(f"SELECT DISTINCT currency FROM {quote(table)}")
                found.update(row["currency"] for row in rows if row["currency"] is not None)
        return sorted(found)

    def _load_joiners(self) -> None:
        self._connection.execute(
            f"""
            CREATE TABLE {JOINERS} AS
            WITH joined AS (
                SELECT person_id, min(starts_on) AS joined_on FROM kpi_intervals
                WHERE position_id IS NOT NULL GROUP BY 1
            ), won AS (
                SELECT o.person_id, d.closed_on FROM opportunities d
                JOIN kpi_owners o ON o.source = d.source AND o.owner_id = d.owner_id
                WHERE d.is_won AND d.closed_on IS NOT NULL
            )
            SELECT {literal(PEOPLE_SOURCE)} AS source, j.person_id AS source_id,
                   j.person_id AS owner_id, any_value(j.joined_on) AS joined_on,
                   min(w.closed_on) AS first_won_on
            FROM joined j LEFT JOIN won w
              ON w.person_id = j.person_id AND w.closed_on >= j.joined_on
            WHERE j.joined_on > DATE '1900-01-01'
            GROUP BY j.person_id
            """
        )

    def _load_targets(self) -> None:
        people = [one for one in self.targets() if one.subject_type == "person"]
        table = pa.table(
            {
                "source_id": array_of([one.key for one in people], pa.string()),
                "owner_id": array_of([one.subject_id for one in people], pa.string()),
                "metric": array_of([one.metric for one in people], pa.string()),
                "starts_on": array_of([one.starts_on for one in people], pa.date32()),
                "ends_on": array_of([one.ends_on for one in people], pa.date32()),
                "is_current": array_of([one.is_current for one in people], pa.bool_()),
            }
        )
        self._connection.register("kpi_given", table)
        self._connection.execute(
            f"CREATE TABLE {TARGET_DAYS} AS SELECT {literal(PEOPLE_SOURCE)} AS source, source_id, "
            "owner_id, metric, CAST(unnest(generate_series(starts_on, ends_on - 1, INTERVAL 1 "
            "DAY)) AS DATE) AS day, is_current FROM kpi_given"
        )
        # Days that any target covers, as stretches that do not overlap.
        self._connection.execute(
            f"""
            CREATE TABLE kpi_covered AS
            SELECT metric, person_id, min(day) AS starts_on, CAST(max(day) + 1 AS DATE) AS ends_on
            FROM (
                SELECT metric, person_id, day,
                       day - CAST(row_number() OVER (PARTITION BY metric, person_id ORDER BY day)
                                  AS INTEGER) AS stretch
                FROM (SELECT DISTINCT metric, owner_id AS person_id, day FROM {TARGET_DAYS}
                      WHERE is_current)
            ) GROUP BY metric, person_id, stretch
            """
        )
        self._connection.unregister("kpi_given")

    # --- knowing --------------------------------------------------------------------------------

    def _describe(self, table: str) -> StoredTable:
        if table == JOINERS:
            self._once(JOINERS, self._load_joiners)
            return self._describe_made(JOINERS, JOINER_COLUMNS)
        if table == TARGET_DAYS:
            self._once(TARGET_DAYS, self._load_targets)
            return self._describe_made(TARGET_DAYS, TARGET_COLUMNS)
        version = self.versions.get(table)
        columns = dict(self.store.columns(table, version))
        for name in BORROWED.get(table, ()):
            columns.setdefault(name, FACT_TABLES["opportunities"].column(name).type)
        rows = self.store.rows(table, version)
        files = tuple(self.store.files(table, version))
        only, complete, latest = statistics(files, rows) if files else ({}, frozenset(), {})
        kept = {
            name: day
            for name, day in latest.items()
            if columns.get(name) in (ColumnType.DATE, ColumnType.TIMESTAMP)
        }
        return StoredTable(columns, rows, only, complete, kept)

    def _describe_made(self, table: str, columns: Mapping[str, ColumnType]) -> StoredTable:
        rows = int(self.rows(f"SELECT count(*) AS n FROM {table}")[0]["n"])
        return StoredTable(dict(columns), rows, {"source": PEOPLE_SOURCE}, frozenset(columns))
