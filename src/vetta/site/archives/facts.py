"""Which files of a Delta table belong to a version and to the history before it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

_COMMIT = re.compile(r"(\d{20})\.json")
_CHECKPOINT = re.compile(r"(\d{20})\.checkpoint(?:\..+)?\.parquet")


def files_until(table: Path, version: int) -> Iterator[Path]:
    """The log and the data files of all versions up to ``version``.

    Older versions come along, because a calculation may have pinned them. What was committed
    later, or written and never committed, stays behind.
    """
    log = table / "_delta_log"
    data: dict[str, None] = {}
    for path in sorted(log.iterdir()):
        commit, checkpoint = _COMMIT.fullmatch(path.name), _CHECKPOINT.fullmatch(path.name)
        if commit and int(commit[1]) <= version:
            yield path
            data |= dict.fromkeys(_added(path))
        elif (checkpoint and int(checkpoint[1]) <= version) or (
            path.name == "_last_checkpoint" and _last_checkpoint(path) <= version
        ):
            yield path
    for name in data:
        # A version whose files have been vacuumed can no longer be read here either.
        if (table / name).exists():
            yield table / name


def _added(commit: Path) -> Iterator[str]:
    for line in commit.read_text(encoding="utf-8").splitlines():
        action = json.loads(line)
        if "add" in action:
            yield unquote(action["add"]["path"])


def _last_checkpoint(path: Path) -> int:
    return int(json.loads(path.read_text())["version"])
