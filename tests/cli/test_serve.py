"""``vetta serve`` and ``vetta worker`` as the processes that they are."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.sqlite_only
ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def eventually(condition: Callable[[], object], what: str) -> None:
    until = time.monotonic() + 150
    while not condition():
        assert time.monotonic() < until, what
        time.sleep(0.1)


class Vetta:
    """Starts ``vetta`` on a data folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.home, self.port = folder / "home", free_port()
        self.log = folder / "log"
        self.environment = {**os.environ, "VETTA_HOME": str(self.home), "PYTHONPATH": "src"}
        for name in ("DATABASE_URL", "VETTA_TEST", "PORT"):
            self.environment.pop(name, None)
        self.started: list[subprocess.Popen[bytes]] = []

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "vetta", *words],
                env=self.environment,
                cwd=ROOT,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
            )
        self.started.append(process)
        return process

    def run(self, *words: str) -> str:
        return subprocess.run(
            [sys.executable, "-m", "vetta", *words],
            env=self.environment, cwd=ROOT, check=True, capture_output=True, text=True,
        ).stdout  # fmt: skip

    def said(self) -> str:
        return self.log.read_text()

    def status(self, path: str) -> int:
        try:
            with urllib.request.urlopen(
                f"http://127.0.0.1:{self.port}{path}", timeout=30
            ) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            with error:
                return error.code
        except OSError:
            return 0

    def workers(self, process: subprocess.Popen[bytes]) -> list[int]:
        """The direct children that run ``vetta worker``."""
        found = []
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit():
                try:
                    parent = (folder / "stat").read_text().rpartition(")")[2].split()[1]
                    line = (folder / "cmdline").read_text()
                except OSError:
                    continue
                if int(parent) == process.pid and "\0worker\0" in line:
                    found.append(int(folder.name))
        return found

    def close(self) -> None:
        for process in self.started:
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(timeout=40)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()


@pytest.fixture
def vetta(tmp_path):
    made = Vetta(tmp_path)
    yield made
    made.close()


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes in /proc")
def test_everything_in_one_command(vetta):
    # A folder that is not empty, so that no demo company is made.
    vetta.run("users", "create", "ada@example.com", "--role", "administrator", "--json")
    port = str(vetta.port)
    serving = vetta.start("serve", "--everything", "--port", port)
    eventually(lambda: "Vetta runs at" in vetta.said(), "the address was never printed")
    assert f"http://localhost:{port}/" in vetta.said()
    assert vetta.status("/accounts/login/") == 200
    assert vetta.status("/api/v1/me") == 401

    # Again: harmless, and it says where.
    assert "runs already" in vetta.run("serve", "--everything", "--port", str(free_port()))

    # A dead worker is replaced.
    eventually(lambda: vetta.workers(serving), "there is no worker")
    (worker,) = vetta.workers(serving)
    os.kill(worker, signal.SIGKILL)
    eventually(lambda: vetta.workers(serving) not in ([], [worker]), "no new worker came")
    assert "The worker ended unexpectedly" in vetta.said()

    assert vetta.run("worker", "--drain") == ""  # beside the others, and ends

    # It stops in good order, and leaves nothing behind.
    serving.send_signal(signal.SIGTERM)
    assert serving.wait(timeout=60) == 0
    eventually(lambda: vetta.status("/accounts/login/") == 0, "the web server still answers")
    assert json.loads((vetta.home / "serve.lock").read_text())["pid"] == serving.pid


def test_a_taken_port_is_said(vetta):
    with socket.socket() as other:
        other.bind(("127.0.0.1", vetta.port))
        other.listen()
        process = vetta.start("serve", "--port", str(vetta.port))
        assert process.wait(timeout=120) == 2
    assert f"port {vetta.port}" in vetta.said()
    assert "--port" in vetta.said()


def test_the_web_server_alone(vetta):
    process = vetta.start("serve", "--port", str(vetta.port))
    eventually(lambda: vetta.status("/accounts/login/") == 200, "the web server never answered")
    assert vetta.workers(process) == []
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=60) == 0
