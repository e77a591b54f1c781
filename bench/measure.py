"""What a benchmark reports."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Measure:
    """One measured thing.

    Args:
        seconds: how long ours took.
        reference: how long the yardstick took in the same run, or None.
        at_least: the least speed allowed, as a share of the yardstick's: reference / seconds.
        at_most: the most time allowed, as a multiple of the yardstick's: seconds / reference.
        within: the most seconds allowed, for things without a yardstick.
    """

    name: str
    seconds: float
    reference: float | None = None
    at_least: float | None = None
    at_most: float | None = None
    within: float | None = None

    @property
    def ratio(self) -> float | None:
        if self.reference is None:
            return None
        if self.at_most is not None:
            return self.seconds / self.reference
        return self.reference / self.seconds

    @property
    def holds(self) -> bool:
        ratio = self.ratio
        if self.at_least is not None and (ratio is None or ratio < self.at_least):
            return False
        if self.at_most is not None and (ratio is None or ratio > self.at_most):
            return False
        return self.within is None or self.seconds <= self.within

    @property
    def floor_text(self) -> str:
        if self.at_least is not None:
            return f"≥ {self.at_least}"
        if self.at_most is not None:
            return f"≤ {self.at_most}"
        return "–" if self.within is None else f"≤ {self.within} s"

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "ratio": self.ratio, "holds": self.holds}


def best_of(times: int, work: Callable[[], object]) -> float:
    """The shortest of several runs, in seconds."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return min(taken)
