"""The two examples, imported by the real command into fresh data folders.

Every test runs twice: on a small twin that is always there, and on the public data, where it is.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.conftest import SHARED
from tests.examples.twins import write_adventureworks, write_crm

ROOT = Path(__file__).resolve().parents[2]
Key = tuple[str | None, ...]


@dataclass
class Example:
    """One example in a data folder of its own.

    Args:
        folder: the raw files.
        report: what ``vetta import --json`` answered the first time.
    """

    name: str
    folder: Path
    home: Path
    is_shared: bool
    exit_code: int = -1
    report: dict[str, Any] = field(default_factory=dict)
    forker: subprocess.Popen[str] | None = None

    @property
    def mapping(self) -> Path:
        return ROOT / "examples" / self.name / "mapping.yaml"

    def vetta(self, *arguments: object) -> tuple[int, Any]:
        """Run ``vetta`` in a process of its own, as anybody would; exit code and its JSON."""
        command = [sys.executable, "-m", "vetta", *self._complete(arguments)]
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            env=self.environment,
            timeout=600,
            check=False,
        )
        return self._answer(arguments, done.returncode, done.stdout, done.stderr)

    def quick(self, *arguments: object) -> tuple[int, Any]:
        """The same in a process forked from one that has started already."""
        if self.forker is None:
            self.forker = subprocess.Popen(
                [sys.executable, "-m", "tests.examples.forker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                env=self.environment,
                cwd=ROOT,
            )
        assert self.forker.stdin is not None
        assert self.forker.stdout is not None
        self.forker.stdin.write(json.dumps(self._complete(arguments)) + "\n")
        self.forker.stdin.flush()
        done = json.loads(self.forker.stdout.readline())
        return self._answer(arguments, done["code"], done["out"], done["err"])

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        return {**kept, "PYTHONPATH": str(ROOT / "src"), "VETTA_HOME": str(self.home)}

    def _complete(self, arguments: tuple[object, ...]) -> list[str]:
        return [*map(str, arguments), "--home", str(self.home), "--json"]

    def _answer(
        self, arguments: tuple[object, ...], code: int, out: str, err: str
    ) -> tuple[int, Any]:
        assert "Traceback" not in err, err
        try:
            return code, json.loads(out)
        except json.JSONDecodeError:
            pytest.fail(f"{arguments}: no JSON.\n{out[:2000]}\n{err[:4000]}")

    def close(self) -> None:
        """End the process that forks."""
        if self.forker is not None:
            self.forker.communicate()

    def bring(self, *options: str) -> tuple[int, Any]:
        """Import the raw files with the example's mapping."""
        return self.vetta("import", self.folder, "--mapping", self.mapping, *options)

    def kpi(self, metric: str, by: str = "", **options: object) -> dict[Key, Decimal | None]:
        """A KPI as {(ids of the dimensions…, period if asked): value}."""
        asked: list[object] = ["kpi", metric, *(("--by", by) if by else ())]
        for name, value in options.items():
            asked += [f"--{name.rstrip('_').replace('_', '-')}", value]
        code, answer = self.quick(*asked)
        assert code == 0, answer
        assert answer["metric"] == metric
        found: dict[Key, Decimal | None] = {}
        for row in answer["rows"]:
            ids = tuple(row["by"][name]["id"] for name in by.split(",") if name)
            key = (*ids, row["period"]) if "grain" in options else ids
            assert key not in found
            found[key] = None if row["value"] is None else Decimal(row["value"])
        return found


def _example(name: str, write: Callable[[Path], Path], origin: str, tmp: Path) -> Iterator[Example]:
    if origin == "shared":
        if not SHARED.exists():
            pytest.skip("the public data sets (../shared/data) are not on this machine")
        folder = SHARED / name
    else:
        folder = write(tmp / "files")
    example = Example(name, folder, tmp / "home", origin == "shared")
    example.exit_code, example.report = example.bring()
    yield example
    example.close()


@pytest.fixture(scope="session", params=["twin", "shared"])
def crm(request, tmp_path_factory) -> Iterator[Example]:
    tmp = tmp_path_factory.mktemp(f"crm-{request.param}")
    yield from _example("crm_opportunities", write_crm, request.param, tmp)


@pytest.fixture(scope="session", params=["twin", "shared"])
def adventureworks(request, tmp_path_factory) -> Iterator[Example]:
    tmp = tmp_path_factory.mktemp(f"adventureworks-{request.param}")
    yield from _example("adventureworks", write_adventureworks, request.param, tmp)


def open_raw(folder: Path) -> duckdb.DuckDBPyConnection:
    """DuckDB with a view of text cells over every raw file, named as the file."""
    con = duckdb.connect()
    for path in sorted(folder.glob("*.csv*")):
        con.execute(
            f"CREATE VIEW {path.name.split('.')[0]} AS "
            f"SELECT * FROM read_csv('{path}', all_varchar = true, header = true)"
        )
    return con


def totals(con: duckdb.DuckDBPyConnection, sql: str) -> dict[Key, Decimal]:
    """Rows of (keys…, exact value) as a dictionary."""
    return {row[:-1]: Decimal(row[-1]) for row in con.execute(sql).fetchall()}


def shares(con: duckdb.DuckDBPyConnection, sql: str) -> dict[Key, Fraction | None]:
    """Rows of (keys…, numerator, denominator) as exact fractions; None over nothing."""
    return {
        row[:-2]: Fraction(row[-2]) / Fraction(row[-1]) if row[-1] else None
        for row in con.execute(sql).fetchall()
    }


def assert_same_money(
    answered: Mapping[Key, Decimal | None], expected: Mapping[Key, Decimal]
) -> None:
    """Exactly the same groups and amounts; groups without any value may be told as empty."""
    told = {key: value for key, value in answered.items() if value or key in expected}
    assert told == dict(expected)


def assert_same_shares(
    answered: Mapping[Key, Decimal | None], expected: Mapping[Key, Fraction | None]
) -> None:
    """The same groups; values equal to at least twelve digits after the point."""
    told = {key: value for key, value in answered.items() if value is not None}
    wanted = {key: value for key, value in expected.items() if value is not None}
    assert set(told) == set(wanted)
    for key, value in told.items():
        assert abs(Fraction(value) - wanted[key]) < Fraction(1, 10**12), key
