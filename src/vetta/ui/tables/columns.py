"""What a column and a filter are."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from vetta.ui import formatting


class Kind(StrEnum):
    """How a column's values are read, sorted, aligned and exported."""

    TEXT = "text"
    NUMBER = "number"
    MONEY = "money"
    PERCENT = "percent"
    DAYS = "days"
    DATE = "date"
    MOMENT = "moment"
    YES_NO = "yes_no"


RIGHT = frozenset({Kind.NUMBER, Kind.MONEY, Kind.PERCENT, Kind.DAYS})


def look(row: Any, path: str) -> Any:
    """A value of a row by name: attribute or key, ``__`` steps into it, None where it ends."""
    value = row
    for part in path.split("__"):
        if value is None:
            return None
        value = value.get(part) if isinstance(value, dict) else getattr(value, part, None)
    return value() if callable(value) else value


@dataclass(frozen=True)
class Column:
    """One column of a list.

    Args:
        name: of the column in the address and in exports; also where its value is, unless
            ``value`` says otherwise.
        value: the plain value of a row, as it is sorted (rows) and exported.
        cell: the HTML of a row where the written value does not do; escape with format_html.
        link: the address that the cell opens, or None for a row without one.
        note: a second, grey line.
        currency: where a MONEY column's currency is, as ``value`` is found.
        sort: the fields to order a QuerySet by; empty means the name, None means no sorting.
        search: the QuerySet lookups that the search field looks in (``name``, ``team__name``);
            with plain rows any entry makes the column searched.
        shown: whether it is shown until the person chooses otherwise.
        lead: the column that names the row: first on phones, never hidden.
        places: digits after the decimal mark for NUMBER, PERCENT and DAYS.
    """

    name: str
    title: Any
    kind: Kind = Kind.TEXT
    value: Callable[[Any], Any] | None = None
    cell: Callable[[Any], Any] | None = None
    link: Callable[[Any], str | None] | None = None
    note: Callable[[Any], Any] | None = None
    currency: Callable[[Any], str | None] | str = "currency"
    sort: str | tuple[str, ...] | None = ""
    search: tuple[str, ...] = ()
    shown: bool = True
    lead: bool = False
    places: int | None = None
    nowrap: bool = True

    @property
    def right(self) -> bool:
        return self.kind in RIGHT

    @property
    def sort_fields(self) -> tuple[str, ...]:
        if self.sort is None:
            return ()
        return (self.sort or self.name,) if isinstance(self.sort, str) else self.sort

    def plain(self, row: Any) -> Any:
        """The value itself: exact, for sorting and exports."""
        return self.value(row) if self.value else look(row, self.name)

    def currency_of(self, row: Any) -> str | None:
        return look(row, self.currency) if isinstance(self.currency, str) else self.currency(row)

    def written(self, row: Any, home: str | None = None) -> str:
        """The value as people read it."""
        value = self.plain(row)
        if value is None or value == "":
            return formatting.MISSING
        match self.kind:
            case Kind.NUMBER:
                return formatting.number(value, self.places)
            case Kind.MONEY:
                return formatting.money(value, self.currency_of(row), home=home)
            case Kind.PERCENT:
                return formatting.percent(value, 1 if self.places is None else self.places)
            case Kind.DAYS:
                return formatting.days(value, self.places or 0)
            case Kind.DATE:
                return formatting.day(value)
            case Kind.MOMENT:
                return formatting.moment(value)
            case Kind.YES_NO:
                return _("yes") if value else _("no")
        return str(value)

    def html(self, row: Any, home: str | None = None) -> SafeString:
        """The cell's content."""
        body = self.cell(row) if self.cell else self.written(row, home)
        address = self.link(row) if self.link else None
        if address:
            body = format_html(
                '<a class="link-ink {}" href="{}">{}</a>',
                "strong" if self.lead else "",
                address,
                body,
            )
        second = self.note(row) if self.note else ""
        return (
            format_html('{}<span class="sub2">{}</span>', body, second)
            if second
            else format_html("{}", body)
        )


Choices = Iterable[tuple[str, Any]]


@dataclass(frozen=True)
class Filter:
    """One filter: a chip with its choices, or a pair of dates.

    Args:
        choices: (value, label) pairs, or a function of the request that gives them.
        lookup: the QuerySet lookup or the row's value; empty means the name.
        apply: ``(source, value) -> source`` where a lookup does not do.
        dates: a pair of dates instead of choices: from (inclusive) and until (exclusive).
        default: the value that is in force when the address says nothing.
    """

    name: str
    title: Any
    choices: Choices | Callable[[Any], Choices] = ()
    lookup: str = ""
    apply: Callable[[Any, str], Any] | None = None
    dates: bool = False
    default: str = ""
    any_label: Any = ""

    @property
    def path(self) -> str:
        return self.lookup or self.name


def as_day(value: Any) -> date | None:
    """A date of a date, a moment or ISO text."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None
