"""Where rows come from: a QuerySet that the database orders, or plain rows ordered here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from functools import reduce
from itertools import islice
from operator import and_, or_
from typing import Any, Protocol

from django.db.models import F, Q, QuerySet

from vetta.ui.tables.columns import Column, as_day, look


class Source(Protocol):
    """Rows that can be narrowed, ordered, counted and read in parts."""

    def searched(self, words: list[str], columns: Sequence[Column]) -> Source: ...
    def matching(self, path: str, value: str) -> Source: ...
    def between(self, path: str, first: date | None, until: date | None) -> Source: ...
    def applied(self, apply: Callable[[Any, str], Any], value: str) -> Source: ...
    def ordered(self, column: Column, descending: bool) -> Source: ...
    def count(self) -> int: ...
    def part(self, start: int, stop: int) -> list[Any]: ...
    def every(self) -> Iterator[Any]: ...


class QuerySetSource:
    """A QuerySet. Order is made total by the primary key, so that pages never overlap.

    Args:
        show: turns the rows of a part, all at once, into what the columns read.
    """

    def __init__(
        self, rows: QuerySet[Any], show: Callable[[list[Any]], list[Any]] | None = None
    ) -> None:
        self.rows, self.show = rows, show

    def _with(self, rows: QuerySet[Any]) -> QuerySetSource:
        return QuerySetSource(rows, self.show)

    def searched(self, words: list[str], columns: Sequence[Column]) -> QuerySetSource:
        lookups = [lookup for column in columns for lookup in column.search]
        if not lookups:
            return self
        each = (
            reduce(or_, (Q(**{f"{lookup}__icontains": word}) for lookup in lookups))
            for word in words
        )
        return self._with(self.rows.filter(reduce(and_, each)))

    def matching(self, path: str, value: str) -> QuerySetSource:
        return self._with(self.rows.filter(**{path: value}))

    def between(self, path: str, first: date | None, until: date | None) -> QuerySetSource:
        rows = self.rows
        field = rows.model._meta.get_field(path.split("__")[0])
        step = "__date" if field.get_internal_type() == "DateTimeField" else ""
        if first:
            rows = rows.filter(**{f"{path}{step}__gte": first})
        if until:
            rows = rows.filter(**{f"{path}{step}__lt": until})
        return self._with(rows)

    def applied(self, apply: Callable[[Any, str], Any], value: str) -> QuerySetSource:
        return self._with(apply(self.rows, value))

    def ordered(self, column: Column, descending: bool) -> QuerySetSource:
        order = [
            F(field).desc(nulls_last=True) if descending else F(field).asc(nulls_last=True)
            for field in column.sort_fields
        ]
        return self._with(self.rows.order_by(*order, "pk"))

    def count(self) -> int:
        return self.rows.count()

    def part(self, start: int, stop: int) -> list[Any]:
        rows = list(self.rows[start:stop])
        return self.show(rows) if self.show else rows

    def every(self) -> Iterator[Any]:
        rows = self.rows.iterator(chunk_size=2000)
        if self.show is None:
            return rows
        return (shown for part in _parts(rows, 500) for shown in self.show(part))


def _parts(rows: Iterator[Any], size: int) -> Iterator[list[Any]]:
    """Rows in lists of at most ``size``."""
    while part := list(islice(rows, size)):
        yield part


def _sort_key(value: Any) -> tuple[int, Any]:
    """Values of one column side by side: numbers, dates, then text without regard to case."""
    if isinstance(value, bool | int | float | Decimal):
        return (0, Decimal(str(value)))
    if isinstance(value, date):
        return (1, value.isoformat())
    return (2, str(value).casefold())


class RowsSource:
    """Rows in memory: mappings, frozen values, or an Arrow table. For up to some 100,000."""

    def __init__(self, rows: Any) -> None:
        self.rows: list[Any] = rows.to_pylist() if hasattr(rows, "to_pylist") else list(rows)

    def searched(self, words: list[str], columns: Sequence[Column]) -> RowsSource:
        found = [column for column in columns if column.search]
        if not found:
            return self
        lowered = [word.casefold() for word in words]

        def hit(row: Any) -> bool:
            text = " ".join(str(column.plain(row) or "") for column in found).casefold()
            return all(word in text for word in lowered)

        return RowsSource([row for row in self.rows if hit(row)])

    def matching(self, path: str, value: str) -> RowsSource:
        return RowsSource([row for row in self.rows if _as_text(look(row, path)) == value])

    def between(self, path: str, first: date | None, until: date | None) -> RowsSource:
        def inside(row: Any) -> bool:
            day = as_day(look(row, path))
            return day is not None and (not first or day >= first) and (not until or day < until)

        return RowsSource([row for row in self.rows if inside(row)])

    def applied(self, apply: Callable[[Any, str], Any], value: str) -> RowsSource:
        return RowsSource(apply(self.rows, value))

    def ordered(self, column: Column, descending: bool) -> RowsSource:
        known = [row for row in self.rows if column.plain(row) is not None]
        missing = [row for row in self.rows if column.plain(row) is None]
        known.sort(key=lambda row: _sort_key(column.plain(row)), reverse=descending)
        return RowsSource(known + missing)

    def count(self) -> int:
        return len(self.rows)

    def part(self, start: int, stop: int) -> list[Any]:
        return self.rows[start:stop]

    def every(self) -> Iterator[Any]:
        return iter(self.rows)


def _as_text(value: Any) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    return "" if value is None else str(value)


def source_of(rows: Any) -> Source:
    """The source for whatever a page has; a source of a room's own is taken as it is."""
    if isinstance(rows, QuerySet):
        return QuerySetSource(rows)
    if hasattr(rows, "part") and hasattr(rows, "every"):
        return rows
    return RowsSource(rows)
