"""``vetta import`` as programs use it: JSON, exit codes, --home on either side."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.intake.conftest import DEALS, HEADER

SOURCE = Path(__file__).resolve().parents[2] / "src"


@pytest.fixture(scope="module")
def vetta(tmp_path_factory):
    root = tmp_path_factory.mktemp("cli")
    (root / "mapping.yaml").write_text(DEALS)
    environment = {**os.environ, "PYTHONPATH": str(SOURCE), "VETTA_TEST": "1"}
    environment.pop("VETTA_HOME", None)
    environment.pop("DATABASE_URL", None)

    def run(*arguments):
        done = subprocess.run(
            [sys.executable, "-m", "vetta", *arguments],
            cwd=root,
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        return done.returncode, done.stdout, done.stderr

    run.root = root
    return run


def test_the_whole_round_on_a_fresh_home(vetta):
    good, bad = "1,Ann,Won,10,EUR,2024-01-05,\n", "2,Bob,Huh,10,EUR,2024-01-05,\n"
    (vetta.root / "deals.csv").write_text(HEADER + good + bad)
    command = ["import", "deals.csv", "--mapping", "mapping.yaml", "--home", "H", "--json"]
    code, out, _ = vetta(*command, "--dry-run")
    assert code == 3
    assert json.loads(out)["batch"] is None
    code, out, _ = vetta(*command)
    report = json.loads(out)
    assert code == 3
    assert set(report) == {"batch", "tables", "problems"}
    assert report["tables"] == {
        "opportunities": {
            "read": 2,
            "inserted": 1,
            "updated": 0,
            "unchanged": 0,
            "quarantined": 1,
            "version": 1,
        }
    }
    refused = next(p for p in report["problems"] if p["severity"] == "error")
    assert {"code", "file", "row", "column", "message", "hint"} <= set(refused)
    assert (refused["file"], refused["row"], refused["column"]) == ("deals.csv", 2, "stage")
    (vetta.root / "deals.csv").write_text(HEADER + good)
    code, out, _ = vetta("--home", "H", *command[:4], "--json")
    assert code == 0
    assert json.loads(out)["tables"]["opportunities"]["unchanged"] == 1
    code, out, _ = vetta("import", "--batches", "--home=H", "--json")
    assert [b["id"] for b in json.loads(out)["batches"]][-1] == report["batch"]
    code, out, _ = vetta("import", "--undo", report["batch"], "--home", "H")
    assert code == 0
    assert "undone" in out


def test_bad_questions_end_with_two(vetta):
    for arguments in (
        ["import", "--json"],
        ["import", "deals.csv", "--json"],
        ["import", "nowhere.csv", "--mapping", "mapping.yaml", "--json"],
        ["import", "deals.csv", "--mapping", "nothing.yaml", "--json"],
    ):
        code, out, _ = vetta(*arguments, "--home", "H2")
        assert code == 2, arguments
        assert json.loads(out)["problems"][0]["hint"], arguments
