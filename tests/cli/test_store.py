from __future__ import annotations

import pytest
from typer.testing import CliRunner

from tests.cli.conftest import Result, vetta
from vetta.cli.store import app


@pytest.fixture
def ask(filled_home, monkeypatch):
    """The command in this process: it needs no Django, and starting one takes a second."""
    monkeypatch.setenv("VETTA_HOME", str(filled_home))

    def run(*arguments: str) -> Result:
        done = CliRunner().invoke(app, list(arguments))
        return Result(done.exit_code, done.stdout, done.stderr)

    return run


def test_tables_are_counted(ask) -> None:
    done = ask("tables", "--json")
    (table,) = done.json["tables"]
    assert (table["table"], table["version"], table["rows"]) == ("opportunities", 1, 3)
    assert table["bytes"] > 0


def test_versions_name_their_batch(ask) -> None:
    done = ask("versions", "opportunities", "--json")
    assert [version["rows"] for version in done.json["versions"]] == [3, 0]
    assert done.json["versions"][0]["batch"].startswith("b2")


def test_the_schema_lists_types(ask) -> None:
    done = ask("schema", "opportunities", "--json")
    types = {column["column"]: column["type"] for column in done.json["columns"]}
    assert types["amount"] == "money"
    assert types["closed_on"] == "date"


def test_rows_are_shown_exactly(ask) -> None:
    done = ask("head", "opportunities", "--json")
    amounts = {row["opportunity_id"]: row["amount"] for row in done.json["rows"]}
    assert amounts == {"D1": "1200.5000", "D2": "80.0000", "D3": "0.0100"}
    shown = ask("head", "opportunities", "--rows", "1")
    assert len(shown.out.splitlines()) == 2
    assert "opportunity_id" in shown.out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["schema", "opportunites"], "store.unknown_table"),
        (["head", "accounts"], "store.empty_table"),
        (["schema", "opportunities", "--version", "7"], "store.unknown_version"),
    ],
)
def test_a_wrong_question_is_answered(ask, arguments: list[str], code: str) -> None:
    done = ask(*arguments, "--json")
    assert done.code == 2
    (problem,) = done.json["problems"]
    assert problem["code"] == code
    assert problem["hint"]


def test_an_empty_store_says_what_to_do(ask, monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("VETTA_HOME", str(tmp_path / "none"))
    done = ask("tables")
    assert done.code == 0
    assert "vetta import" in done.out


def test_the_store_needs_no_django(filled_home, tmp_path) -> None:
    (tmp_path / "django.py").write_text("raise ModuleNotFoundError('django')")
    done = vetta("store", "tables", "--json", "--home", str(filled_home), PYTHONPATH=str(tmp_path))
    assert done.code == 0, done.err
