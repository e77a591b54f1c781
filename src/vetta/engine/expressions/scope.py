"""What an expression may name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from vetta.engine.schema.types import ColumnType

CUSTOM = "custom"


@dataclass(frozen=True)
class Scope:
    """The names that an expression may use, and the zone in which moments become dates.

    Args:
        columns: name → type. ``custom.colour`` finds the column ``custom__colour``.
        tables: alias → its columns, written ``alias.column``, where files are joined.
        functions: the functions that may be called, by upper-case name; None allows all.
        time_zone: IANA name in which a timestamp's date, year and so on are taken.
        division: whether ``/`` may be used.
    """

    columns: Mapping[str, ColumnType]
    tables: Mapping[str, Mapping[str, ColumnType]] = field(default_factory=dict)
    functions: frozenset[str] | None = None
    time_zone: str = "UTC"
    division: bool = True

    def find(
        self, name: str, table: str | None = None
    ) -> tuple[str, str | None, ColumnType] | None:
        """The exact (column, table alias, type) that a person meant, whatever its capitals."""
        if table is None:
            found = _look_up(self.columns, name)
            return None if found is None else (found, None, self.columns[found])
        if table.lower() == CUSTOM and (found := _look_up(self.columns, f"{CUSTOM}__{name}")):
            return found, None, self.columns[found]
        alias = _look_up(self.tables, table)
        if alias is None or (found := _look_up(self.tables[alias], name)) is None:
            return None
        return found, alias, self.tables[alias][found]

    def written(self) -> Iterator[str]:
        """Every name as it is written in an expression."""
        for name in self.columns:
            prefix = f"{CUSTOM}__"
            yield f"{CUSTOM}.{name[len(prefix) :]}" if name.startswith(prefix) else name
        for alias, columns in self.tables.items():
            yield from (f"{alias}.{name}" for name in columns)

    def suggestion(self, written: str) -> str:
        """ "Did you mean …?", or the names that there are."""
        names = {name.lower(): name for name in self.written()}
        near = get_close_matches(written.lower(), names, n=1, cutoff=0.6)
        if near:
            return f"Did you mean {in_expression(names[near[0]])}?"
        some = sorted(names.values())[:12]
        if not some:
            return "There are no columns to name here."
        more = ", …" if len(names) > len(some) else ""
        return "Known here: " + ", ".join(in_expression(name) for name in some) + more + "."


def in_expression(name: str) -> str:
    """``name`` as it must be written: in double quotes where it is not a plain word."""
    plain = all(part.isidentifier() and part.isascii() for part in name.split("."))
    return name if plain else '"' + name.replace('"', '""') + '"'


def _look_up(names: Mapping[str, object], wanted: str) -> str | None:
    if wanted in names:
        return wanted
    alike = [name for name in names if name.lower() == wanted.lower()]
    return alike[0] if len(alike) == 1 else None
