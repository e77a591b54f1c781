"""One writer at a time: an advisory lock on a file, released by the system when a process dies."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from vetta.kernel.problem import Problem, ProblemError

PAUSE_S = 0.1


class WriterLock:
    """Context manager that waits for the writer's lock of a data folder.

    Args:
        path: the lock file; made where absent.
        patience_s: how long to wait before giving up.
        waiting: called between attempts; may raise to stop waiting.

    Raises:
        ProblemError: ``store.busy`` when another writer kept the lock for longer.
    """

    def __init__(
        self, path: Path, patience_s: float = 3600, waiting: Callable[[], None] | None = None
    ) -> None:
        self.path = path
        self.patience_s = patience_s
        self.waiting = waiting
        self._descriptor: int | None = None

    def __enter__(self) -> WriterLock:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            self._wait(descriptor)
        except BaseException:
            os.close(descriptor)
            raise
        self._descriptor = descriptor
        return self

    def _wait(self, descriptor: int) -> None:
        deadline = time.monotonic() + self.patience_s
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    raise ProblemError(
                        Problem(
                            "store.busy",
                            "Another import has been writing for too long.",
                            "Wait until it has finished, or stop it, and try again.",
                        )
                    ) from None
            if self.waiting is not None:
                self.waiting()
            time.sleep(PAUSE_S)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
