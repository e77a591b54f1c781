"""KPI questions over ten million order lines, beside SQL written by hand on the same files.

Both sides run in one warm process on the same Parquet files; what is printed are ratios, since
seconds depend on the machine. Contract: a question that is not cached takes at most 1.5 × the
hand-written SQL, and one that was asked before takes under 30 ms.
"""

from __future__ import annotations

import importlib
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from bench.measure import Measure
from vetta.engine.metrics.asking import ask
from vetta.engine.metrics.catalogue_reader import built_in
from vetta.engine.metrics.question import Question
from vetta.engine.schema import COMMON_COLUMNS, FACT_TABLES
from vetta.engine.schema.physical import DUCKDB_TYPES
from vetta.kernel.calendar import Calendar, Grain
from vetta.metrics.cache import AnswerCache, key_of
from vetta.metrics.compiling import compiled_anew
from vetta.metrics.warehouse import Surroundings, Warehouse

ROWS = 10_000_000
FOLDER = Path(tempfile.gettempdir()) / "vetta-bench-kpi"  # kept: the next run need not write it
PEOPLE, RUNS = 2_000, 7
LIMIT_RATIO, LIMIT_WARM = 1.5, 0.030

CASES: tuple[tuple[str, Question, str], ...] = (
    (
        "family × month, one channel",
        Question("bookings", by=("product_family",), grain=Grain.MONTH, where="channel = 'web'"),
        """
        SELECT product_family, date_trunc('month', event_on) AS month, sum(net_amount)
        FROM lines WHERE event = 'booked' AND channel = 'web' GROUP BY ALL
        """,
    ),
    (
        "person × month, one region, one year",
        Question(
            "bookings",
            by=("person",),
            grain=Grain.MONTH,
            where="region = 'North'",
            starts_on=date(2023, 1, 1),
            ends_on=date(2024, 1, 1),
        ),
        """
        SELECT coalesce(m.person_id, l.owner_id), date_trunc('month', event_on), sum(net_amount)
        FROM lines l LEFT JOIN matches m ON m.owner_id = l.owner_id AND m.source = l.source
        WHERE event = 'booked' AND region = 'North'
          AND event_on >= DATE '2023-01-01' AND event_on < DATE '2024-01-01' GROUP BY ALL
        """,
    ),
    (
        "manager × month as of the day, one family",
        Question(
            "bookings", by=("manager",), grain=Grain.MONTH, where="product_family = 'Family 2'"
        ),
        """
        SELECT i.manager_id, date_trunc('month', event_on), sum(net_amount)
        FROM lines l LEFT JOIN matches m ON m.owner_id = l.owner_id AND m.source = l.source
        LEFT JOIN intervals i ON i.person_id = m.person_id
          AND l.event_on >= i.starts_on AND l.event_on < i.ends_on
        WHERE event = 'booked' AND product_family = 'Family 2' GROUP BY ALL
        """,
    ),
    (
        "margin share: channel × quarter, large lines",
        Question("gross_margin_share", by=("channel",), grain=Grain.QUARTER, where="quantity > 3"),
        """
        SELECT channel, date_trunc('quarter', event_on), sum(net_amount - cost), sum(net_amount)
        FROM lines WHERE event = 'booked' AND cost IS NOT NULL AND quantity > 3 GROUP BY ALL
        """,
    ),
)


class Files:
    """The generated files as a store of one version."""

    def __init__(self, lines: int) -> None:
        self.lines = lines

    def files(self, table: str, version: int | None) -> list[str]:
        return sorted(map(str, FOLDER.glob("lines-*.parquet"))) if version else []

    def columns(self, table: str, version: int | None) -> dict[str, Any]:
        return {column.name: column.type for column in (*FACT_TABLES[table], *COMMON_COLUMNS)}

    def rows(self, table: str, version: int | None) -> int:
        return self.lines if version else 0

    def attach(
        self, connection: duckdb.DuckDBPyConnection, versions: Mapping[str, int | None]
    ) -> None:
        for table in FACT_TABLES:
            files = self.files(table, versions.get(table))
            empty = ", ".join(
                f"CAST(NULL AS {DUCKDB_TYPES[type_]}) AS {name}"
                for name, type_ in self.columns(table, None).items()
            )
            scan = f"read_parquet({files})" if files else f"(SELECT {empty} WHERE false)"
            connection.execute(f"CREATE OR REPLACE VIEW {table} AS SELECT * FROM {scan}")


def generate(lines: int) -> None:
    """The lines, once: 24 months, written by month like the store does."""
    wanted = FOLDER / f"done-{lines}"
    if wanted.exists():
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.iterdir():
        old.unlink()
    made = {
        "order_line_id": "'L' || i",
        "order_id": "'O' || (i // 3)",
        "account_id": "'A' || (hash(i + 1) % 200000)",
        "owner_id": f"'P' || (hash(i + 2) % {PEOPLE})",
        "product_id": "'S' || (hash(i + 3) % 500)",
        "product_family": "'Family ' || (hash(i + 3) % 500 % 8)",
        "channel": "['web', 'field', 'partner', 'phone'][CAST(1 + hash(i + 4) % 4 AS INTEGER)]",
        "region": "['North', 'South', 'East', 'West', 'Mid'][CAST(1 + hash(i + 5) % 5 AS INTEGER)]",
        "type": "'sale'",
        "quantity": "1 + hash(i + 6) % 9",
        "net_amount": "(hash(i + 7) % 1000000) / 100",
        "cost": "(hash(i + 8) % 600000) / 100",
        "discount_share": "(hash(i + 9) % 30) / 100",
        "currency": "'EUR'",
        "event": "CASE WHEN hash(i + 10) % 20 = 0 THEN 'cancelled' ELSE 'booked' END",
        "event_on": "DATE '2022-07-01' + CAST(i * 730 // {rows} AS INTEGER)",
        "source": "'erp'",
        "source_id": "'L' || i",
        "batch_id": "'bench'",
        "ingested_at": "TIMESTAMPTZ '2024-07-01 00:00:00+00'",
    }
    chosen = []
    for column in (*FACT_TABLES["order_lines"], *COMMON_COLUMNS):
        value = made.get(column.name, "NULL").replace("{rows}", str(lines))
        chosen.append(f"CAST({value} AS {DUCKDB_TYPES[column.type]}) AS {column.name}")
    connection = duckdb.connect()
    months = 24
    for month in range(months):
        first, last = lines * month // months, lines * (month + 1) // months
        connection.execute(
            f"COPY (SELECT {', '.join(chosen)} FROM range({first}, {last}) t(i)) "
            f"TO '{FOLDER}/lines-{month:02}.parquet' (COMPRESSION zstd)"
        )
    wanted.touch()


def surroundings() -> Surroundings:
    """Two thousand people, each of whom changes managers once."""
    rows = []
    for number in range(PEOPLE):
        key, half = f"P{number}", date(2023, 5, 1)
        for start, end, manager in (
            (date(1900, 1, 1), half, number % 100),
            (half, date(9999, 12, 31), (number + 7) % 100),
        ):
            rows.append((key, f"Person {number}", f"M{manager}", start, end))
    text, day = pa.string(), pa.date32()
    keys, names, managers, starts, ends = (list(column) for column in zip(*rows, strict=True))
    nothing = pa.nulls(len(rows), text)
    intervals = pa.table(
        {
            "person_id": pa.array(keys, text),
            "person_name": pa.array(names, text),
            "position_id": nothing,
            "title": nothing,
            "team_id": nothing,
            "team_name": nothing,
            "team_region": nothing,
            "business_unit": nothing,
            "manager_id": pa.array(managers, text),
            "manager_name": pa.array(managers, text),
            "starts_on": pa.array(starts, day),
            "ends_on": pa.array(ends, day),
        }
    )
    chain = intervals.select(["person_id", "manager_id", "starts_on", "ends_on"])
    owners = [f"P{number}" for number in range(PEOPLE)]
    matches = pa.table(
        {
            "source": pa.array(["erp"] * PEOPLE, text),
            "owner_id": pa.array(owners, text),
            "person_id": pa.array(owners, text),
        }
    )
    return Surroundings(
        calendar=Calendar.standard(),
        intervals=intervals,
        chain=chain,
        matches=matches,
        targets=lambda: (),
        base_currency="EUR",
        today=date(2024, 7, 1),
    )


class World:
    """The engine's view of the warehouse, without the workspace."""

    currency, reach, today = "EUR", None, date(2024, 7, 1)

    def __init__(self, warehouse: Warehouse) -> None:
        self.calendar = warehouse.around.calendar
        self.stored, self.run, self.names = warehouse.stored, warehouse.run, warehouse.names
        self.rate, self.unconverted = warehouse.rate, warehouse.unconverted

    def targets(self, metric: str, as_of: date | None) -> tuple[()]:
        return ()

    def versions(self, tables: object) -> dict[str, int]:
        return {"order_lines": 1}


def median_of(run: Callable[[], object]) -> float:
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def run(scale: float = 1.0) -> list[Measure]:
    """The questions at ``scale`` × ten million lines, and one that was asked before."""
    lines = int(ROWS * scale)
    generate(lines)
    around = surroundings()
    warehouse = Warehouse(Files(lines), {"order_lines": 1}, around)
    world, catalogue = World(warehouse), built_in()
    by_hand = connect_by_hand(around, lines)
    found = []
    for title, question, sql in CASES:

        def cold(question: Question = question) -> object:
            compiled_anew()
            return ask(question, catalogue, world)

        def hand(sql: str = sql) -> object:
            return by_hand.execute(sql).fetchall()

        hand(), cold()
        # Side by side, so that whatever else the machine does weighs on both.
        times = [(timed(hand), timed(cold)) for _ in range(RUNS)]
        theirs, ours = (statistics.median(column) for column in zip(*times, strict=True))
        found.append(Measure(f"kpi, {title}", ours, theirs, at_most=LIMIT_RATIO))
    return [*found, warm(world, catalogue), warm_ask()]


def connect_by_hand(around: Surroundings, lines: int) -> duckdb.DuckDBPyConnection:
    """What a person with DuckDB would start from: the files, matches and intervals."""
    connection = duckdb.connect()
    files = Files(lines).files("order_lines", 1)
    connection.execute(f"CREATE VIEW lines AS SELECT * FROM read_parquet({files})")
    for name, table in (("matches", around.matches), ("intervals", around.intervals)):
        connection.register("given", table)
        connection.execute(f"CREATE TABLE {name} AS SELECT * FROM given")
    return connection


def timed(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def warm(world: World, catalogue: Any) -> Measure:
    """The largest answer again, from the cache that the product uses."""
    cache, question = AnswerCache(), CASES[1][1]
    with tempfile.TemporaryDirectory() as folder:
        key = key_of(question)
        cache.put(key, ask(question, catalogue, world), Path(folder))
        seconds = statistics.median(
            timed(lambda: cache.get(key, question, Path(folder))) for _ in range(RUNS)
        )
    return Measure("kpi, the same question again", seconds, within=LIMIT_WARM)


MAPPING = """
source: bench
files: {lines: {path: lines.csv}}
tables:
  order_lines:
    from: lines
    key: order_line_id
    columns:
      order_line_id: line
      order_id: line
      owner_id: owner
      event: {constant: booked}
      event_on: day
      net_amount: amount
      currency: {constant: EUR}
"""


def warm_ask() -> Measure:
    """The product's own ``ask`` again: what it reads of the workspace, the key, the cache."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["VETTA_HOME"] = folder
        command_line = importlib.import_module("vetta.cli.main")
        command_line.setup_django()
        command_line.prepare_workspace()
        from vetta.core.access import system_actor
        from vetta.intake.mapping import read_mapping
        from vetta.intake.services import run_import
        from vetta.metrics import selectors

        lines = Path(folder) / "lines.csv"
        rows = (f"L{n},P{n % 100},2023-{1 + n % 12:02}-10,{n}.50" for n in range(6_000))
        lines.write_text("\n".join(("line,owner,day,amount", *rows)), encoding="utf-8")
        landed = run_import([lines], read_mapping(MAPPING), actor=system_actor("benchmark"))
        question = Question("bookings", by=("person",), grain=Grain.MONTH)
        first = selectors.ask(question)
        if not first.rows or not selectors.ask(question).cached:
            raise RuntimeError(f"nothing to measure: {landed.problems}")
        seconds = median_of(lambda: selectors.ask(question))
    return Measure("kpi, ask() again in a workspace", seconds, within=LIMIT_WARM)
