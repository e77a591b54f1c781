"""Problems of expressions: each says where, and what to write instead."""

from __future__ import annotations

from sqlglot import exp

from vetta.kernel.problem import Problem, ProblemError


class Source:
    """The text of an expression, able to say where in it a part stands."""

    def __init__(self, text: str) -> None:
        self.text = text

    def place(self, offset: int) -> tuple[int, int]:
        """Line and position, both from 1, of a character."""
        before = self.text[: max(0, offset)]
        return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1

    def refuse(
        self, code: str, message: str, hint: str = "", at: exp.Expr | int | None = None
    ) -> ProblemError:
        """The error to raise, placed at a part of the parsed tree or at a character."""
        offset = at if isinstance(at, int) else _offset(at)
        line, position = (None, None) if offset is None else self.place(offset)
        return ProblemError(
            Problem(f"expression.{code}", message, hint, line=line, position=position)
        )


def _offset(part: exp.Expr | None) -> int | None:
    """Where the first of the part's tokens starts; SQLGlot marks names, literals and functions."""
    if part is None:
        return None
    starts = [node.meta["start"] for node in part.walk() if "start" in node.meta]
    return min(starts) if starts else None
