"""Keeping child processes alive: start them, restart those that die, stop them in good order."""

from __future__ import annotations

import ctypes
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from types import FrameType

_GRACE = 30.0  # seconds for a child to end by itself
_QUICK = 5.0  # a child that dies sooner than this after its start …
_PATIENCE = 5  # … so many times in a row will not get better by itself


_libc = ctypes.CDLL(None) if sys.platform == "linux" else None
_PR_SET_PDEATHSIG = 1


def _end_with_parent() -> None:
    """Ask the system to stop this child when the supervisor is killed with −9."""
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


class Child:
    """One process that should run as long as we do."""

    def __init__(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self.name, self.command, self.environment = name, list(command), dict(environment)
        self.process: subprocess.Popen[bytes] | None = None
        self.quick_deaths = 0
        self.started_at = 0.0
        self.start_after = 0.0

    def start(self) -> None:
        self.started_at = time.monotonic()
        # A session of its own: Ctrl-C reaches the supervisor alone, which stops all in order.
        self.process = subprocess.Popen(  # noqa: S603
            self.command,
            env=self.environment,
            start_new_session=True,
            preexec_fn=_end_with_parent if sys.platform == "linux" else None,
        )

    def has_died(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def bury(self) -> None:
        """Note a death, and wait the longer before the next start the quicker they come."""
        is_quick = time.monotonic() - self.started_at < _QUICK
        self.quick_deaths = self.quick_deaths + 1 if is_quick else 0
        self.start_after = time.monotonic() + min(2**self.quick_deaths - 1, 30)
        self.process = None


class Supervisor:
    """Runs children until a signal says stop.

    Args:
        say: where to write what happens.
    """

    def __init__(self, children: Sequence[Child], say: Callable[[str], None]) -> None:
        self.children, self.say = list(children), say
        self.is_stopping = False

    def run(self, on_start: Callable[[], None] = lambda: None) -> int:
        """Start all, watch them, and return the exit code once stopped: 0, or 1 where one of
        them would not run."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop)
        for child in self.children:
            child.start()
        on_start()
        code = 0
        while not self.is_stopping:
            code = self._watch()
            time.sleep(0.2)
        self._end()
        return code

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.is_stopping = True

    def _watch(self) -> int:
        for child in self.children:
            if child.has_died():
                code = child.process.returncode if child.process else 0
                child.bury()
                if child.quick_deaths >= _PATIENCE:
                    self.say(f"The {child.name} does not stay up (exit code {code}); giving up.")
                    self.is_stopping = True
                    return 1
                self.say(f"The {child.name} ended unexpectedly (exit code {code}); starting again.")
            if child.process is None and time.monotonic() >= child.start_after:
                child.start()
        return 0

    def _end(self) -> None:
        running = [child.process for child in self.children if child.process is not None]
        for process in running:
            if process.poll() is None:
                process.terminate()
        deadline = time.monotonic() + _GRACE
        for process in running:
            try:
                process.wait(timeout=max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def vetta_command(*words: str) -> list[str]:
    """A command line that runs ``vetta`` with this Python."""
    return [sys.executable, "-m", "vetta", *words]
