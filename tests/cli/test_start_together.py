"""Web server and worker often start together on a fresh data folder."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from tests.cli.conftest import vetta


def test_commands_that_start_together_make_one_workspace(tmp_path) -> None:
    home = str(tmp_path / "home")
    with ThreadPoolExecutor(3) as starting:
        done = list(
            starting.map(lambda _: vetta("users", "list", "--json", "--home", home), range(3))
        )
    assert [result.code for result in done] == [0, 0, 0], [result.err for result in done]
    assert all(result.json is not None for result in done)
