"""Answers that were given before: in memory, and on disk for the next process.

A key holds everything that an answer depends on, so nothing is ever invalidated: what no longer
applies is simply not asked for again, and old files are swept by age.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
import time
from collections import OrderedDict
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from vetta.engine.metrics.definitions import Unit
from vetta.engine.metrics.question import Answer, Compared, Member, Question, Row
from vetta.kernel.problem import Problem, Severity

MOST_IN_MEMORY = 500
MOST_ROWS_ON_DISK = 20_000
"""Larger answers are kept in memory alone: reading them back would take longer than asking."""
DAYS_ON_DISK = 7
FORMAT = 1


class AnswerCache:
    """Answers by key; safe between threads and processes."""

    def __init__(self) -> None:
        self._memory: OrderedDict[str, Answer] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: str, question: Question, folder: Path) -> Answer | None:
        """The answer of that key, marked as cached; None where there is none."""
        with self._lock:
            answer = self._memory.get(key)
            if answer is not None:
                self._memory.move_to_end(key)
                return answer
        answer = _read(folder / f"{key}.json", question)
        if answer is not None:
            self._remember(key, answer)
        return answer

    def put(self, key: str, answer: Answer, folder: Path) -> None:
        """Keep an answer under a key."""
        kept = replace(answer, cached=True)
        self._remember(key, kept)
        if len(answer.rows) <= MOST_ROWS_ON_DISK:
            _write(folder / f"{key}.json", kept)

    def clear(self) -> None:
        """Forget what is in memory."""
        with self._lock:
            self._memory.clear()

    def _remember(self, key: str, answer: Answer) -> None:
        with self._lock:
            self._memory[key] = answer
            self._memory.move_to_end(key)
            while len(self._memory) > MOST_IN_MEMORY:
                self._memory.popitem(last=False)


def key_of(*parts: object) -> str:
    """A key that names exactly these parts."""
    return hashlib.sha256(repr((FORMAT, *parts)).encode()).hexdigest()


def sweep(folder: Path) -> int:
    """Delete answers that nobody has written for a week; returns how many."""
    oldest, gone = time.time() - DAYS_ON_DISK * 86_400, 0
    for path in folder.glob("*.json"):
        try:
            if path.stat().st_mtime < oldest:
                path.unlink()
                gone += 1
        except FileNotFoundError:
            continue
    return gone


def _write(path: Path, answer: Answer) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    aside = path.with_suffix(f".{os.getpid()}.{threading.get_ident()}.part")
    try:
        aside.write_text(json.dumps(_dumped(answer), separators=(",", ":")), encoding="utf-8")
        aside.replace(path)
    except OSError:
        # A full or read-only disk costs speed, not the answer.
        aside.unlink(missing_ok=True)


def _read(path: Path, question: Question) -> Answer | None:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return _loaded(data, question)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _dumped(answer: Answer) -> dict[str, Any]:
    return {
        "metric": answer.metric,
        "title": answer.title,
        "unit": answer.unit.value,
        "currency": answer.currency,
        "starts_on": _day(answer.starts_on),
        "ends_on": _day(answer.ends_on),
        "facts": dict(answer.facts),
        "version": answer.version,
        "problems": [problem.as_json() for problem in answer.problems],
        "rows": [
            [
                [[name, one.id, one.name] for name, one in row.by.items()],
                row.value,
                row.period,
                _day(row.period_starts_on),
                dict(row.parts),
                row.compared and [row.compared.value, row.compared.difference, row.compared.change],
            ]
            for row in answer.rows
        ],
    }


def _loaded(data: dict[str, Any], question: Question) -> Answer:
    return Answer(
        metric=data["metric"],
        title=data["title"],
        unit=Unit(data["unit"]),
        currency=data["currency"],
        starts_on=_date(data["starts_on"]),
        ends_on=_date(data["ends_on"]),
        rows=tuple(
            Row(
                by={name: Member(one, called) for name, one, called in by},
                value=value,
                period=period,
                period_starts_on=_date(starts_on),
                parts=parts,
                compared=Compared(*compared) if compared else None,
            )
            for by, value, period, starts_on, parts, compared in data["rows"]
        ),
        facts=data["facts"],
        problems=tuple(
            Problem(**{**one, "severity": Severity(one["severity"])}) for one in data["problems"]
        ),
        version=data["version"],
        question=question,
        cached=True,
    )


def _day(value: date | None) -> str | None:
    return None if value is None else value.isoformat()


def _date(value: str | None) -> date | None:
    return None if value is None else date.fromisoformat(value)
