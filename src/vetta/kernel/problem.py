"""What went wrong, as a value: collected, counted, shown; never thrown away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Severity(StrEnum):
    """``error``: refused. ``warning``: done, but look at it. ``notice``: done as told."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem: a stable code, what happened, where, and what to do about it.

    Args:
        code: stable, dotted and documented, such as ``intake.not_a_number``.
        message: one plain sentence that says what happened.
        hint: what to do; empty only where nothing can be done.
        file, row, column: where, as far as known; rows count from 1 without the header.
        line, position: where in an expression or a plan, both counted from 1.
        details: further plain values, such as ``{"rows": 14}``.
    """

    code: str
    message: str
    hint: str = ""
    severity: Severity = Severity.ERROR
    file: str | None = None
    row: int | None = None
    column: str | None = None
    line: int | None = None
    position: int | None = None
    details: Mapping[str, str | int] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        """The form of the command line and the API."""
        return {
            "code": self.code,
            "severity": self.severity.value,
            "file": self.file,
            "row": self.row,
            "column": self.column,
            "line": self.line,
            "position": self.position,
            "message": self.message,
            "hint": self.hint,
            "details": dict(self.details),
        }


class ProblemError(Exception):
    """Carries problems across a boundary where nothing can be returned."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(problem.message for problem in problems))
        self.problems = problems
