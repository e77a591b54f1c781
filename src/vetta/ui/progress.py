"""Long work as pages show it. Rooms make a ``Work`` from a job; ``ui`` knows no job model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Work:
    """Work that runs in the background.

    Args:
        state: ``waiting``, ``running``, ``done``, ``failed`` or ``cancelled``.
        step, steps: the current step from 1, and how many there are; 0 where unknown.
        done, total: units of the current step; ``total`` None where unknown.
        seconds_left: the estimate, or None.
        poll_url: asked every second while it runs; answers with this partial.
        done_url: opened by itself when the work is done, or empty.
        cancel_url: a POST cancels; empty where it cannot be.
    """

    title: Any
    state: str
    step_title: Any = ""
    step: int = 0
    steps: int = 0
    done: int = 0
    total: int | None = None
    unit: Any = ""
    seconds_left: float | None = None
    poll_url: str = ""
    done_url: str = ""
    cancel_url: str = ""
    cancel_label: Any = ""
    message: Any = ""

    @property
    def share(self) -> float | None:
        """Done of all, 0..1; None where the total is unknown."""
        if self.state == "done":
            return 1.0
        if not self.total:
            return None
        return min(1.0, self.done / self.total)

    @property
    def active(self) -> bool:
        return self.state in ("waiting", "running")
