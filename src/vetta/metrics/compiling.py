"""The SQL texts of questions, kept: the same question is compiled once, whatever the versions."""

from __future__ import annotations

from vetta.engine.metrics.query import TableQuery, compile_query

_compiled: dict[str, str] = {}
_MOST_COMPILED = 512


def compiled(query: TableQuery) -> str:
    """The SQL text of a query; the same question is compiled once, whatever the versions."""
    key = repr(query)
    text = _compiled.get(key)
    if text is None:
        if len(_compiled) >= _MOST_COMPILED:
            _compiled.clear()
        text = _compiled[key] = compile_query(query)
    return text


def compiled_anew() -> None:
    """Forget the compiled texts, for measurements."""
    _compiled.clear()
