"""Reading: the catalogue, answers, the facts behind them, how they came about, targets."""

from vetta.metrics.asking import answer_problems, ask, drill, explain, preview
from vetta.metrics.catalogue import (
    catalogue,
    definition,
    definition_versions,
    entries,
    entry,
)
from vetta.metrics.targets import target_rows

__all__ = [
    "answer_problems",
    "ask",
    "catalogue",
    "definition",
    "definition_versions",
    "drill",
    "entries",
    "entry",
    "explain",
    "preview",
    "target_rows",
]
