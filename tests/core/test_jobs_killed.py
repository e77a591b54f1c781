"""A worker killed with −9 loses nothing: its job is taken up again by another process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def lab(tmp_path):
    """Runs the lab's commands in processes of their own, on a workspace of their own."""
    environment = {
        **os.environ,
        "VETTA_HOME": str(tmp_path / "home"),
        "DJANGO_SETTINGS_MODULE": "vetta.site.settings",
        "PYTHONPATH": f"{ROOT}:{ROOT / 'src'}",
    }
    url = os.environ.get("DATABASE_URL", "")
    database = f"lab_{os.getpid()}"
    if url.startswith("postgres"):
        with psycopg.connect(url, autocommit=True) as server:
            server.execute(f"DROP DATABASE IF EXISTS {database}")
            server.execute(f"CREATE DATABASE {database}")
        environment["DATABASE_URL"] = f"{url.rpartition('/')[0]}/{database}"
    started: list[subprocess.Popen[str]] = []

    def run(*words: str, wait: bool = True):
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.core.lab", *words],
            env=environment,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        if not wait:
            return process
        out, _ = process.communicate(timeout=60)
        assert process.returncode == 0
        return out

    run("migrate")
    yield run
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()
    if url.startswith("postgres"):
        with psycopg.connect(url, autocommit=True) as server:
            server.execute(f"DROP DATABASE {database} WITH (FORCE)")


def lines(path: Path, count: int) -> list[list[str]]:
    """The first ``count`` attempts, once they are there."""
    until = time.monotonic() + 40
    while time.monotonic() < until:
        found = path.read_text().splitlines() if path.exists() else []
        if len(found) >= count:
            return [line.split() for line in found]
        time.sleep(0.05)
    raise AssertionError(f"attempt {count} never began")


def test_a_job_whose_worker_was_killed_is_taken_up_again(lab, tmp_path):
    log = tmp_path / "attempts"
    job = lab("enqueue", str(log))

    first = lab("worker", wait=False)
    assert lines(log, 1) == [["1", str(first.pid)]]
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert lab("show", job).startswith("running 1")

    second = lab("worker", wait=False)
    assert lines(log, 2)[1] == ["2", str(second.pid)]
    second.send_signal(signal.SIGTERM)  # in good order: the job returns to the queue
    assert second.wait(timeout=20) == 0
    assert lab("show", job).startswith("queued 2")

    lab("worker", wait=False)
    lines(log, 3)
    until = time.monotonic() + 20
    while lab("show", job) != "done 3 3":
        assert time.monotonic() < until, lab("show", job)
