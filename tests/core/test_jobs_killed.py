"""A worker killed with −9 loses nothing: its job is taken up again by another process."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

ROOT = Path(__file__).resolve().parents[2]


class Lab:
    """Runs the lab's commands in processes of their own, on a workspace of their own."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.server = os.environ.get("DATABASE_URL", "")
        self.database = f"lab_{os.getpid()}"
        self.environment = {
            **os.environ,
            "VETTA_HOME": str(home),
            "DJANGO_SETTINGS_MODULE": "vetta.site.settings",
            "PYTHONPATH": f"{ROOT}:{ROOT / 'src'}",
        }
        self.started: list[subprocess.Popen[bytes]] = []
        if self.server:
            self._administer(f"DROP DATABASE IF EXISTS {self.database}")
            self._administer(f"CREATE DATABASE {self.database}")
            self.environment["DATABASE_URL"] = self._url

    @property
    def _url(self) -> str:
        return f"{self.server.rpartition('/')[0]}/{self.database}"

    def _administer(self, statement: str) -> None:
        with psycopg.connect(self.server, autocommit=True) as server:
            server.execute(statement)

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tests.core.lab", *words]
        process = subprocess.Popen(command, env=self.environment, cwd=ROOT)
        self.started.append(process)
        return process

    def job(self) -> tuple[str, int]:
        """The one job's state and attempt, read past Django."""
        query = "SELECT state, attempt FROM core_job"
        if self.server:
            with psycopg.connect(self._url) as database:
                return database.execute(query).fetchone()
        with closing(sqlite3.connect(self.home / "workspace.sqlite3")) as database:
            return database.execute(query).fetchone()

    def close(self) -> None:
        for process in self.started:
            if process.poll() is None:
                process.kill()
            process.wait()
        if self.server:
            self._administer(f"DROP DATABASE {self.database} WITH (FORCE)")


@pytest.fixture
def lab(tmp_path):
    made = Lab(tmp_path / "home")
    yield made
    made.close()


def eventually(condition: Callable[[], bool], what: str) -> None:
    until = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < until, what
        time.sleep(0.05)


def test_a_job_whose_worker_was_killed_is_taken_up_again(lab, tmp_path):
    log = tmp_path / "attempts"
    assert lab.start("prepare", str(log)).wait(timeout=180) == 0

    def attempts() -> list[list[str]]:
        return [line.split() for line in log.read_text().splitlines()] if log.exists() else []

    first = lab.start("worker")
    eventually(lambda: len(attempts()) == 1, "the first attempt never began")
    assert attempts() == [["1", str(first.pid)]]
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert lab.job() == ("running", 1)

    second = lab.start("worker")
    eventually(lambda: len(attempts()) == 2, "the killed worker's job was not taken up")
    assert attempts()[1] == ["2", str(second.pid)]
    second.send_signal(signal.SIGTERM)  # in good order: the job returns to the queue
    assert second.wait(timeout=30) == 0
    assert lab.job() == ("queued", 2)

    lab.start("worker")
    eventually(lambda: lab.job() == ("done", 3), "the job was never done")
