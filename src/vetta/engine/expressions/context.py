"""What casts, dates and functions need of the checker."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from sqlglot import exp

from vetta.engine.expressions.problems import Source
from vetta.engine.expressions.scope import Scope
from vetta.engine.expressions.tree import Node, Typed


class Context(Protocol):
    """The checker as its helpers see it."""

    scope: Scope
    source: Source

    def check(self, part: exp.Expr) -> Typed: ...

    def alike(self, values: Sequence[Typed], word: str, part: exp.Expr) -> list[Typed]: ...

    def choice(
        self, conditions: Sequence[Node], results: Sequence[Typed], part: exp.Expr
    ) -> Typed: ...
