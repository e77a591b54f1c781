"""What a check found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """``ok``; ``note``: nothing to do; ``warning``: look at it; ``broken``: mend it first."""

    OK = "ok"
    NOTE = "note"
    WARNING = "warning"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check.

    Args:
        name: stable, for programs: ``database``, ``worker``.
        detail: what was found, one sentence.
        hint: how to mend it; empty where there is nothing to mend.
    """

    name: str
    status: Status
    detail: str
    hint: str = ""

    def as_json(self) -> dict[str, str]:
        return {
            "name": self.name,
            "status": self.status.value,
            "detail": self.detail,
            "hint": self.hint,
        }
