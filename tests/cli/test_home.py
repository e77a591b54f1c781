"""``--home`` and ``VETTA_HOME`` choose the data folder, wherever they stand."""

from __future__ import annotations

import os

import pytest

from tests.cli.conftest import vetta
from vetta.cli.main import take_home


@pytest.mark.parametrize("place", ["before", "after"])
def test_the_data_folder_is_chosen(filled_home, place: str) -> None:
    home = ["--home", str(filled_home)]
    command = ["store", "tables", "--json"]
    done = vetta(*(home + command if place == "before" else command + home))
    assert done.code == 0
    assert done.json["store"] == f"{filled_home}/facts"
    assert [table["table"] for table in done.json["tables"]] == ["opportunities"]


@pytest.mark.parametrize(
    ("arguments", "rest", "home"),
    [
        (["--home=/a", "kpi"], ["kpi"], "/a"),
        (["kpi", "--home", "/a", "--json"], ["kpi", "--json"], "/a"),
        (["kpi"], ["kpi"], "/before"),
        (["kpi", "--", "--home", "/a"], ["kpi", "--", "--home", "/a"], "/before"),
    ],
)
def test_home_is_taken_from_anywhere(monkeypatch, arguments, rest, home: str) -> None:
    monkeypatch.setenv("VETTA_HOME", "/before")
    assert take_home(arguments) == rest
    assert os.environ["VETTA_HOME"] == home


def test_a_home_without_a_folder_is_refused(capsys) -> None:
    with pytest.raises(SystemExit) as ended:
        take_home(["store", "--home"])
    assert ended.value.code == 2
    assert "--home needs a folder" in capsys.readouterr().err
