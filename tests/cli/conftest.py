"""Real processes over data folders of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

MAPPING = """
source: crm
files: {deals: {path: deals.csv}}
tables:
  opportunities:
    from: deals
    columns:
      opportunity_id: id
      owner_id: owner
      amount: CAST(amount AS MONEY)
      currency: {constant: EUR}
      stage: {column: stage}
      closed_on: CAST(closed AS DATE)
"""
DEALS = """id,owner,amount,stage,closed
D1,Bea,1200.50,won,2024-01-15
D2,Bea,80.00,lost,2024-02-01
D3,Cy,0.01,won,2024-02-29
"""


@dataclass(frozen=True)
class Result:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def vetta(*arguments: str, cwd: Path | None = None, **variables: str) -> Result:
    """Run the command in a process of its own, on SQLite, with no settings but those given."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("VETTA_") and name not in ("DATABASE_URL", "DJANGO_SETTINGS_MODULE")
    }
    done = subprocess.run(
        [sys.executable, "-m", "vetta", *arguments],
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**kept, "HOME": "/nonexistent", **variables},
        timeout=120,
        check=False,
    )
    return Result(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="session")
def small_export(tmp_path_factory) -> Path:
    """A folder with three deals and the mapping that reads them."""
    folder = tmp_path_factory.mktemp("export")
    (folder / "deals.csv").write_text(DEALS)
    (folder / "mapping.yaml").write_text(MAPPING)
    return folder


@pytest.fixture(scope="session")
def filled_home(tmp_path_factory, small_export) -> Path:
    """A data folder with one finished import; tests only read it."""
    home = tmp_path_factory.mktemp("filled") / "home"
    done = vetta(
        "import",
        str(small_export),
        "--mapping",
        str(small_export / "mapping.yaml"),
        "--home",
        str(home),
        "--json",
    )
    assert done.code == 0, done.out + done.err
    return home
