"""A million CSV rows into an empty table, and again with a tenth of them changed.

The yardstick is DuckDB reading the same file and writing Parquet in the same process: no checks,
no keys, no report.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from pathlib import Path

import duckdb

from bench.measure import Measure, best_of

ROWS = 1_000_000
MAPPING = """
source: bench
files: {lines: {path: lines.csv}}
tables:
  order_lines:
    from: lines
    columns:
      order_line_id: order_line_id
      order_id: order_id
      account_id: account_id
      owner_id: owner_id
      product_id: product_id
      product_family: product_family
      channel: channel
      region: region
      quantity: quantity
      net_amount: net_amount
      cost: cost
      discount_share: discount_share
      currency: currency
      event: event
      event_on: event_on
"""


def write_lines(path: Path, rows: int, changed: bool = False) -> None:
    """Order lines over three years; with ``changed``, a tenth have another amount."""
    amount = "(i * 7919) % 1000000 / 100.0"
    if changed:
        amount = f"{amount} + CASE WHEN i % 10 = 3 THEN 1 ELSE 0 END"
    duckdb.connect().execute(
        f"COPY (SELECT 'L' || i AS order_line_id, 'O' || (i // 4) AS order_id, "
        f"'A' || (i % 5000) AS account_id, 'P' || (i % 60) AS owner_id, "
        f"'SKU' || (i % 200) AS product_id, 'F' || (i % 12) AS product_family, "
        f"['direct', 'partner', 'online'][1 + i % 3] AS channel, "
        f"['North', 'South', 'East', 'West'][1 + i % 4] AS region, 1 + i % 9 AS quantity, "
        f"CAST({amount} AS DECIMAL(18,2)) AS net_amount, "
        f"CAST((i * 7919) % 700000 / 100.0 AS DECIMAL(18,2)) AS cost, "
        f"CAST(i % 30 / 100.0 AS DECIMAL(4,2)) AS discount_share, "
        f"['EUR', 'USD', 'GBP'][1 + i % 3] AS currency, 'booked' AS event, "
        f"DATE '2022-01-01' + CAST(i % 1095 AS INTEGER) AS event_on "
        f"FROM range({rows}) r(i)) TO '{path}' (HEADER)"
    )


def run(scale: float) -> list[Measure]:
    """Both imports against the yardstick, each the best of three."""
    rows = int(ROWS * scale)
    root = Path(tempfile.mkdtemp(prefix="vetta-bench-"))
    os.environ["VETTA_HOME"] = str(root / "home")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vetta.site.settings")
    try:
        return _measured(root, rows)
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _measured(root: Path, rows: int) -> list[Measure]:
    from vetta.cli.main import prepare_workspace, setup_django

    setup_django()
    prepare_workspace()
    from vetta.intake.mapping import read_mapping

    mapping = read_mapping(MAPPING)
    first, again = root / "first", root / "again"
    for folder in (first, again):
        folder.mkdir()
    write_lines(first / "lines.csv", rows)
    write_lines(again / "lines.csv", rows, changed=True)
    write_lines(root / "lines.csv", 1_000)
    _import(root / "lines.csv", mapping)  # warm
    loads, reloads, yardsticks = [], [], []
    for _ in range(3):
        # Measured in turns, so that what else the machine does falls on both alike.
        yardsticks.append(_yardstick(first / "lines.csv", root))
        _forget_facts()
        loads.append(_import(first, mapping))
        yardsticks.append(_yardstick(again / "lines.csv", root))
        reloads.append(_import(again, mapping))
    least = min(yardsticks)
    return [
        Measure(f"import {rows:,} rows into an empty table", min(loads), least, at_least=0.25),
        Measure(
            f"import {rows:,} rows again, a tenth changed", min(reloads), least, at_least=0.125
        ),
    ]


def _yardstick(path: Path, root: Path) -> float:
    connection = duckdb.connect()
    query = f"COPY (SELECT * FROM read_csv('{path}')) TO '{root}/yardstick.parquet'"
    return best_of(1, lambda: connection.execute(query))


def _import(path: Path, mapping: object) -> float:
    from vetta.core.access import system_actor
    from vetta.intake.services import run_import

    start = time.perf_counter()
    result = run_import([path], mapping, actor=system_actor("bench"))  # type: ignore[arg-type]
    taken = time.perf_counter() - start
    assert result.exit_code == 0, result.problems[:3]
    return taken


def _forget_facts() -> None:
    """Empty the store and the journal, so that the next import finds nothing."""
    from django.conf import settings

    from vetta.intake.models import Batch, Snapshot

    Snapshot.objects.all().delete()
    Batch.objects.all().delete()
    shutil.rmtree(settings.VETTA_HOME.facts)
    settings.VETTA_HOME.ensure()
