from __future__ import annotations

import json
import shutil
import sqlite3

import pytest
import typer
from typer.testing import CliRunner

from tests.cli.conftest import Result, vetta
from vetta.cli.doctor import register


def statuses(done: Result) -> dict[str, str]:
    return {check["name"]: check["status"] for check in done.json["checks"]}


@pytest.fixture
def home(filled_home, tmp_path):
    """A copy that a test may harm."""
    return shutil.copytree(filled_home, tmp_path / "home")


def test_a_well_installation(filled_home) -> None:
    done = vetta("doctor", "--json", "--home", str(filled_home))
    assert done.code == 0
    assert done.json["well"] is True
    found = statuses(done)
    for name in ("python", "packages", "data_folder", "database", "migrations", "fact_store"):
        assert found[name] == "ok", done.json
    assert all(check["hint"] for check in done.json["checks"] if check["status"] == "broken")


def test_a_folder_that_is_not_there_yet_stays_away(tmp_path) -> None:
    done = vetta("doctor", "--json", "--home", str(tmp_path / "new"))
    assert done.code == 0
    assert statuses(done)["data_folder"] == "note"
    assert not (tmp_path / "new").exists()


def test_a_file_in_place_of_the_folder_is_broken(tmp_path) -> None:
    (tmp_path / "file").write_text("")
    done = vetta("doctor", "--json", "--home", str(tmp_path / "file"))
    assert done.code == 2
    assert statuses(done)["data_folder"] == "broken"


def test_lost_files_and_interrupted_imports_are_found(home) -> None:
    next((home / "facts" / "opportunities").glob("event_month=*/*.parquet")).unlink()
    with sqlite3.connect(home / "workspace.sqlite3") as database:
        database.execute("UPDATE intake_batch SET state = 'committing'")
    database.close()
    done = vetta("doctor", "--json", "--home", str(home))
    assert done.code == 2
    checks = {check["name"]: check for check in done.json["checks"]}
    assert checks["fact_store"]["status"] == "broken"
    assert "missing" in checks["fact_store"]["detail"]
    assert "vetta restore" in checks["fact_store"]["hint"]
    assert checks["imports"]["status"] == "warning"
    assert "vetta worker" in checks["imports"]["hint"]


def test_a_damaged_database_is_found(home) -> None:
    database = home / "workspace.sqlite3"
    for path in home.glob("workspace.sqlite3-*"):
        path.unlink()
    database.write_bytes(b"not a database at all" * 500)
    done = vetta("doctor", "--json", "--home", str(home))
    assert done.code == 2
    assert statuses(done)["database"] == "broken"
    assert statuses(done)["fact_store"] == "ok"


def test_an_unreachable_database_is_named(filled_home) -> None:
    url = "postgres://nobody@127.0.0.1:1/none?connect_timeout=2"
    done = vetta("doctor", "--json", "--home", str(filled_home), DATABASE_URL=url)
    assert done.code == 2
    assert statuses(done)["database"] == "broken"


def test_a_workspace_that_cannot_load_leaves_the_light_part(filled_home, tmp_path) -> None:
    (tmp_path / "django.py").write_text("raise ModuleNotFoundError('django')")
    done = vetta("doctor", "--json", "--home", str(filled_home), PYTHONPATH=str(tmp_path))
    assert done.code == 2
    assert statuses(done)["settings"] == "broken"
    assert statuses(done)["fact_store"] == "ok"


def test_the_light_installation_is_well_without_a_workspace(filled_home, monkeypatch) -> None:
    monkeypatch.setenv("VETTA_HOME", str(filled_home))
    light = lambda extra: ["django"] if extra else []  # noqa: E731
    monkeypatch.setattr("vetta.site.health.machine._absent", light)
    app = typer.Typer()
    register(app)
    done = CliRunner().invoke(app, ["--json"])
    found = {check["name"]: check["status"] for check in json.loads(done.stdout)["checks"]}
    assert done.exit_code == 0
    assert found["server_packages"] == "note"
    assert found["fact_store"] == "ok"
    assert "database" not in found
