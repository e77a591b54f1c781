"""A small world of facts for tests, written straight into Parquet files of the contract."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from vetta.engine.metrics.world import TargetAmount
from vetta.engine.schema import COMMON_COLUMNS, FACT_TABLES
from vetta.engine.schema.physical import ARROW_TYPES, DUCKDB_TYPES
from vetta.engine.schema.types import ColumnType
from vetta.kernel.calendar import Calendar
from vetta.metrics.warehouse import Surroundings, Warehouse

BATCH = "batch-of-the-test"


def write_facts(root: Path, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """One more file with ``rows``; what a row leaves out is empty."""
    schema = FACT_TABLES[table]
    custom = sorted({key for row in rows for key in row if key.startswith("custom__")})
    types = {column.name: column.type for column in (*schema, *COMMON_COLUMNS)}
    types |= dict.fromkeys(custom, ColumnType.TEXT)
    columns: dict[str, pa.Array] = {}
    for name, type_ in types.items():
        values = [_value(row, name, schema.key, place) for place, row in enumerate(rows)]
        columns[name] = pa.array(values, ARROW_TYPES[type_])
    folder = root / table
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(columns), folder / f"{len(list(folder.iterdir())):05}.parquet")


class PlainStore:
    """A store whose versions are the files of a folder; custom columns are text."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def tables(self) -> list[str]:
        return [name for name in FACT_TABLES if (self.root / name).is_dir()]

    def files(self, table: str, version: int | None) -> list[str]:
        return [] if version is None else sorted(map(str, (self.root / table).iterdir()))

    def columns(self, table: str, version: int | None) -> dict[str, ColumnType]:
        columns = {column.name: column.type for column in (*FACT_TABLES[table], *COMMON_COLUMNS)}
        for path in self.files(table, version):
            for name in pq.read_schema(path).names:
                columns.setdefault(name, ColumnType.TEXT)
        return columns

    def rows(self, table: str, version: int | None) -> int:
        return sum(pq.read_metadata(path).num_rows for path in self.files(table, version))

    def attach(
        self, connection: duckdb.DuckDBPyConnection, versions: Mapping[str, int | None]
    ) -> None:
        for table in FACT_TABLES:
            files = self.files(table, versions.get(table))
            if files:
                scan = f"read_parquet({files}, union_by_name = true)"
            else:
                columns = ", ".join(
                    f"CAST(NULL AS {DUCKDB_TYPES[type_]}) AS {name}"
                    for name, type_ in self.columns(table, None).items()
                )
                scan = f"(SELECT {columns} WHERE false)"
            connection.execute(f"CREATE OR REPLACE VIEW {table} AS SELECT * FROM {scan}")


def _value(row: Mapping[str, Any], name: str, key: Sequence[str], place: int) -> Any:
    if name == "source":
        return row.get(name, "crm")
    if name == "source_id":
        return row.get(name) or "|".join(str(row.get(part, place)) for part in key)
    if name == "batch_id":
        return BATCH
    if name == "ingested_at":
        return datetime(2024, 1, 1, tzinfo=UTC)
    return row.get(name)


def people_table(rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Intervals as ``people.selectors.person_intervals`` gives them."""
    names = {
        "person_id": pa.string(),
        "person_name": pa.string(),
        "position_id": pa.string(),
        "title": pa.string(),
        "team_id": pa.string(),
        "team_name": pa.string(),
        "team_region": pa.string(),
        "business_unit": pa.string(),
        "country": pa.string(),
        "manager_id": pa.string(),
        "manager_name": pa.string(),
        "starts_on": pa.date32(),
        "ends_on": pa.date32(),
    }
    defaults = {"starts_on": date(1900, 1, 1), "ends_on": date(9999, 12, 31)}
    return pa.table(
        {
            name: pa.array([row.get(name, defaults.get(name)) for row in rows], type_)
            for name, type_ in names.items()
        }
    )


def chain_table(rows: Sequence[tuple[str, str, int, date, date]]) -> pa.Table:
    """The closure as ``people.selectors.manager_chain`` gives it."""
    columns = list(zip(*rows, strict=True)) if rows else [[], [], [], [], []]
    return pa.table(
        {
            "person_id": pa.array(columns[0], pa.string()),
            "manager_id": pa.array(columns[1], pa.string()),
            "manager_name": pa.array(columns[1], pa.string()),
            "depth": pa.array(columns[2], pa.int32()),
            "starts_on": pa.array(columns[3], pa.date32()),
            "ends_on": pa.array(columns[4], pa.date32()),
        }
    )


SINCE, EVER = date(1900, 1, 1), date(9999, 12, 31)


@dataclass
class Facts:
    """A store with people around it; asks like the product does, without the workspace."""

    root: Path
    calendar: Calendar = field(default_factory=Calendar.standard)
    people: Sequence[Mapping[str, Any]] = ()
    chain: Sequence[tuple[str, str, int, date, date]] = ()
    matches: Sequence[tuple[str, str, str]] = ()
    target_rows: list[TargetAmount] = field(default_factory=list)
    currency: str = "EUR"
    today: date = date(2024, 6, 30)
    reach: frozenset[str] | None = None

    def write(self, table: str, rows: Sequence[Mapping[str, Any]]) -> Facts:
        write_facts(self.root, table, rows)
        return self

    def target(
        self,
        person: str,
        metric: str,
        starts_on: date,
        ends_on: date,
        amount: str,
        currency: str | None = "EUR",
        subject_type: str = "person",
    ) -> Facts:
        self.target_rows.append(
            TargetAmount(
                key=str(len(self.target_rows)),
                subject_type=subject_type,
                subject_id=person,
                metric=metric,
                starts_on=starts_on,
                ends_on=ends_on,
                amount=Fraction(Decimal(amount)),
                currency=currency,
            )
        )
        return self

    def open(self) -> OpenFacts:
        store = PlainStore(self.root)
        versions: dict[str, int | None] = dict.fromkeys(store.tables(), 1)
        matches = pa.table(
            {
                "source": pa.array([one[0] for one in self.matches], pa.string()),
                "owner_id": pa.array([one[1] for one in self.matches], pa.string()),
                "person_id": pa.array([one[2] for one in self.matches], pa.string()),
            }
        )
        warehouse = Warehouse(
            store,
            versions,
            Surroundings(
                calendar=self.calendar,
                intervals=people_table(self.people),
                chain=chain_table(self.chain),
                matches=matches,
                targets=lambda: self.target_rows,
                base_currency=self.currency,
                today=self.today,
            ),
        )
        return OpenFacts(warehouse, self)


@dataclass
class OpenFacts:
    """The ``World`` of the engine over one warehouse."""

    warehouse: Warehouse
    facts: Facts

    def __post_init__(self) -> None:
        self.calendar = self.facts.calendar
        self.currency = self.facts.currency
        self.today = self.facts.today
        self.reach = self.facts.reach
        self.stored = self.warehouse.stored
        self.run = self.warehouse.run
        self.names = self.warehouse.names
        self.rate = self.warehouse.rate
        self.unconverted = self.warehouse.unconverted
        self.drill = self.warehouse.drill

    def targets(self, metric: str, as_of: date | None) -> list[TargetAmount]:
        return [one for one in self.facts.target_rows if one.metric == metric]

    def versions(self, tables: Sequence[str]) -> dict[str, int]:
        return {
            table: version
            for table in tables
            if (version := self.warehouse.versions.get(table)) is not None
        }


def random_lines(seed: int, count: int, **fixed: Any) -> list[dict[str, Any]]:
    """Booked lines of several people, products, channels and days, with amounts to the cent."""
    chance = random.Random(seed)
    rows = []
    for place in range(count):
        rows.append(
            {
                "order_line_id": f"L{place}",
                "order_id": f"O{place // 2}",
                "account_id": f"A{chance.randint(1, 4)}",
                "owner_id": chance.choice(["bea", "cy", "rui", "ghost", None]),
                "product_id": chance.choice(["P1", "P2", "P3"]),
                "product_family": chance.choice(["Own", None]),
                "channel": chance.choice(["web", "field", None]),
                "region": chance.choice(["North", None]),
                "quantity": Decimal(chance.randint(1, 9)),
                "net_amount": Decimal(chance.randint(-5_000, 900_000)) / 100,
                "cost": chance.choice([None, Decimal(chance.randint(0, 400_000)) / 100]),
                "currency": "EUR",
                "event": chance.choice(["booked", "booked", "booked", "invoiced", "cancelled"]),
                "event_on": date(2023, chance.randint(1, 12), chance.randint(1, 28)),
                **fixed,
            }
        )
    return rows
