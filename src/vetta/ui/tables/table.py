"""A list: declared once, bound to a request and to rows, answered as page, partial or file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from vetta.core.selectors import organisation
from vetta.ui import formatting
from vetta.ui.models import SavedView
from vetta.ui.selectors import saved_views
from vetta.ui.services import clean_query
from vetta.ui.tables import export
from vetta.ui.tables.columns import Column, Filter, as_day
from vetta.ui.tables.sources import Source, source_of


@dataclass(frozen=True)
class Empty:
    """What an empty list teaches: what this is for, one button, one example."""

    title: Any
    text: Any = ""
    example: Any = ""
    action: Any = ""
    url: str = ""


@dataclass(frozen=True)
class Table:
    """A list, declared.

    Args:
        key: stable name, also the place of its saved views: ``people.list``.
        title: what the rows are ("People"); names the region for assistive technology.
        order: the column that orders at first, with ``-`` for descending; empty keeps the rows'.
        prefix: put before the names in the address where a page has two lists.
    """

    key: str
    title: Any
    columns: Sequence[Column]
    filters: Sequence[Filter] = ()
    order: str = ""
    page_size: int = 25
    page_sizes: Sequence[int] = (10, 25, 100, 250)
    search_title: Any = ""
    empty: Empty | None = None
    prefix: str = ""
    views: bool = True
    exports: bool = True

    def bind(self, request: HttpRequest, rows: Any) -> BoundTable:
        """The list for this request."""
        return BoundTable(self, request, source_of(rows))

    def respond(
        self,
        request: HttpRequest,
        rows: Any,
        template: str,
        context: Mapping[str, Any] | None = None,
    ) -> HttpResponseBase:
        """The page (with ``table`` in its context), its partial for HTMX, or the asked export."""
        bound = self.bind(request, rows)
        return bound.special() or no_mix(
            render(request, template, {**(context or {}), "table": bound})
        )


def no_mix(response: HttpResponse) -> HttpResponse:
    """Page and partial share an address: no cache may take one for the other."""
    patch_vary_headers(response, ["HX-Request"])
    response.headers.setdefault("Cache-Control", "private, no-cache")
    return response


@dataclass(frozen=True)
class Heading:
    """A column's header as it is drawn."""

    column: Column
    url: str
    direction: str  # "ascending", "descending" or "none"


@dataclass(frozen=True)
class Choice:
    """One entry of a filter's menu."""

    label: Any
    url: str
    current: bool


@dataclass(frozen=True)
class Chip:
    """A filter as it is drawn: its name in grey, its value in ink, its choices below."""

    filter: Filter
    value: Any
    is_set: bool
    choices: list[Choice] = field(default_factory=list)
    clear_url: str = ""
    first: str = ""
    until: str = ""


@dataclass(frozen=True)
class Cell:
    """A cell as it is drawn."""

    column: Column
    html: Any


class BoundTable:
    """A list with its rows and the state that the address holds."""

    def __init__(self, table: Table, request: HttpRequest, source: Source) -> None:
        self.table = table
        self.request = request
        self._given = source
        self.id = table.key.replace(".", "-")

    # The state in the address

    def _name(self, name: str) -> str:
        return self.table.prefix + name

    def _get(self, name: str, default: str = "") -> str:
        return self.request.GET.get(self._name(name), default).strip()

    @cached_property
    def query(self) -> str:
        return " ".join(self._get("q")[:200].split())

    @cached_property
    def sort(self) -> tuple[Column | None, bool]:
        """The column in force and whether it descends."""
        wanted = self._get("sort") or self.table.order
        for column in self.table.columns:
            if column.name == wanted.lstrip("-") and column.sort_fields:
                return column, wanted.startswith("-")
        return None, False

    @cached_property
    def columns(self) -> list[Column]:
        """The columns in force: the chosen ones, else those that are shown at first."""
        chosen = set(self.request.GET.getlist(self._name("cols")))
        known = [c for c in self.table.columns if c.name in chosen or c.lead]
        if chosen and any(column.name in chosen for column in known):
            return known
        return [column for column in self.table.columns if column.shown]

    @cached_property
    def size(self) -> int:
        wanted = self._get("size")
        allowed = {str(size): size for size in self.table.page_sizes}
        return allowed.get(wanted, self.table.page_size)

    def value_of(self, filter_: Filter) -> str:
        """The filter's value in force; ``*`` in the address lifts a default."""
        value = self._get(filter_.name, filter_.default)
        return "" if value == "*" else value

    def dates_of(self, filter_: Filter) -> tuple[str, str]:
        first, until = self._get(filter_.name + "_from"), self._get(filter_.name + "_until")
        return (first if as_day(first) else "", until if as_day(until) else "")

    def _pairs(self, **changes: Any) -> list[tuple[str, str]]:
        """The state as name and value pairs, changed; None takes a name out."""
        pairs: dict[str, list[str]] = {
            name: list(values) for name, values in self.request.GET.lists() if name != "export"
        }
        if "page" not in changes:
            pairs.pop(self._name("page"), None)
        for name, value in changes.items():
            pairs.pop(self._name(name), None)
            if value not in (None, ""):
                pairs[self._name(name)] = value if isinstance(value, list) else [str(value)]
        return [(name, value) for name, values in pairs.items() for value in values if value != ""]

    def address(self, **changes: Any) -> str:
        """The address of this list with something changed."""
        pairs = self._pairs(**changes)
        return self.request.path + ("?" + urlencode(pairs) if pairs else "")

    def hidden(self, *without: str) -> list[tuple[str, str]]:
        """The state that a form must carry along, but for the names it sets itself."""
        return self._pairs(**dict.fromkeys(without))

    @property
    def hidden_for_search(self) -> list[tuple[str, str]]:
        return self.hidden("q")

    @property
    def hidden_for_columns(self) -> list[tuple[str, str]]:
        return self.hidden("cols")

    @property
    def hidden_for_size(self) -> list[tuple[str, str]]:
        return self.hidden("size")

    # The rows

    @cached_property
    def rows_in_force(self) -> Source:
        """All rows that the search and the filters leave, in order."""
        source = self._given
        for filter_ in self.table.filters:
            source = self._narrowed(source, filter_)
        if self.query:
            source = source.searched(self.query.split(), self.table.columns)
        column, descending = self.sort
        return source.ordered(column, descending) if column else source

    def _narrowed(self, source: Source, filter_: Filter) -> Source:
        if filter_.dates:
            first, until = self.dates_of(filter_)
            if not first and not until:
                return source
            return source.between(filter_.path, as_day(first), as_day(until))
        value = self.value_of(filter_)
        if not value:
            return source
        if filter_.apply:
            return source.applied(filter_.apply, value)
        known = {str(option) for option, _label in self._choices(filter_)}
        # A value that is no choice matches nothing: it must not reach the database unread.
        return source.matching(filter_.path, value) if value in known else RowsNone

    @cached_property
    def count(self) -> int:
        return self.rows_in_force.count()

    @cached_property
    def page(self) -> int:
        wanted = self._get("page")
        number = int(wanted) if wanted.isdecimal() and len(wanted) < 9 else 1
        return min(max(1, number), max(1, -(-self.count // self.size)))

    @cached_property
    def rows(self) -> list[list[Cell]]:
        """The rows of this page, as cells."""
        start = (self.page - 1) * self.size
        home = organisation().currency
        return [
            [Cell(column, column.html(row, home)) for column in self.columns]
            for row in self.rows_in_force.part(start, start + self.size)
        ]

    # What the template draws

    @cached_property
    def is_narrowed(self) -> bool:
        return bool(self.query) or any(chip.is_set for chip in self.chips)

    @property
    def searchable(self) -> bool:
        return any(column.search for column in self.table.columns)

    @property
    def search_label(self) -> Any:
        return self.table.search_title or _("Search %(what)s") % {"what": self.table.title}

    @cached_property
    def headings(self) -> list[Heading]:
        current, descending = self.sort
        found = []
        for column in self.columns:
            if not column.sort_fields:
                found.append(Heading(column, "", ""))
                continue
            here = current is column
            direction = ("descending" if descending else "ascending") if here else "none"
            wanted = f"-{column.name}" if here and not descending else column.name
            found.append(Heading(column, self.address(sort=wanted), direction))
        return found

    def _choices(self, filter_: Filter) -> list[tuple[str, Any]]:
        choices = filter_.choices
        return list(choices(self.request) if callable(choices) else choices)

    @cached_property
    def chips(self) -> list[Chip]:
        return [self._date_chip(f) if f.dates else self._choice_chip(f) for f in self.table.filters]

    def _choice_chip(self, filter_: Filter) -> Chip:
        value, choices = self.value_of(filter_), self._choices(filter_)
        label = next((label for option, label in choices if str(option) == value), value)
        any_label = filter_.any_label or _("Any")
        lifted = "*" if filter_.default else None
        entries = [Choice(any_label, self.address(**{filter_.name: lifted}), not value)]
        entries += [
            Choice(text, self.address(**{filter_.name: str(option)}), str(option) == value)
            for option, text in choices
        ]
        return Chip(filter_, label if value else any_label, bool(value), entries)

    def _date_chip(self, filter_: Filter) -> Chip:
        first, until = self.dates_of(filter_)
        written = [formatting.day(as_day(text)) if text else "…" for text in (first, until)]
        value = " – ".join(written) if first or until else filter_.any_label or _("Any time")
        names = {f"{filter_.name}_from": None, f"{filter_.name}_until": None}
        return Chip(filter_, value, bool(first or until), [], self.address(**names), first, until)

    def hidden_for_chip(self, name: str) -> list[tuple[str, str]]:
        return self.hidden(name + "_from", name + "_until")

    @property
    def clear_url(self) -> str:
        lifted: dict[str, Any] = {"q": None}
        for filter_ in self.table.filters:
            lifted[filter_.name] = "*" if filter_.default else None
            lifted[filter_.name + "_from"] = lifted[filter_.name + "_until"] = None
        return self.address(**lifted)

    @property
    def previous_url(self) -> str:
        return self.address(page=self.page - 1) if self.page > 1 else ""

    @property
    def next_url(self) -> str:
        return self.address(page=self.page + 1) if self.page * self.size < self.count else ""

    @property
    def range_text(self) -> str:
        if not self.count:
            return _("No rows")
        start = (self.page - 1) * self.size + 1
        return _("%(first)s to %(last)s of %(all)s") % {
            "first": formatting.number(start),
            "last": formatting.number(min(self.count, start + self.size - 1)),
            "all": formatting.number(self.count),
        }

    @property
    def count_text(self) -> str:
        return ngettext("%(n)s row", "%(n)s rows", self.count) % {
            "n": formatting.number(self.count)
        }

    @property
    def csv_url(self) -> str:
        return self.address(export="csv")

    @property
    def xlsx_url(self) -> str:
        return self.address(export="xlsx")

    @property
    def full_address(self) -> str:
        return self.request.build_absolute_uri(self.address(page=self.page))

    @property
    def all_columns(self) -> list[tuple[Column, bool]]:
        shown = {column.name for column in self.columns}
        return [(column, column.name in shown) for column in self.table.columns]

    # Saved views

    @cached_property
    def saved(self) -> list[SavedView]:
        user = getattr(self.request, "user", None)
        if not self.table.views or not getattr(user, "is_authenticated", False):
            return []
        return saved_views(user, self.table.key)

    @property
    def state_query(self) -> str:
        return clean_query(self.request.GET.urlencode())

    @property
    def view_links(self) -> list[tuple[Any, str, bool, SavedView | None]]:
        """(title, address, current, view): the whole list first, then the person's views."""
        here, path = self.state_query, self.request.path
        views = [(_("All"), path, not here, None)]
        views += [
            (view.name, f"{path}?{view.query}" if view.query else path, view.query == here, view)
            for view in self.saved
        ]
        return views

    # Answers

    def special(self) -> HttpResponseBase | None:
        """The asked export or the partial for HTMX; None where the whole page is wanted."""
        wanted = self._get("export")
        if wanted and self.table.exports:
            name = self.table.key.replace(".", "-")
            make = {"csv": export.as_csv, "xlsx": export.as_xlsx}.get(wanted)
            if make:
                return make(name, self.columns, self.rows_in_force.every())
        htmx = getattr(self.request, "htmx", None)
        if htmx and htmx.target in (f"t-{self.id}", f"r-{self.id}"):
            response = render(self.request, "ui/table/region.html", {"table": self})
            response["HX-Trigger"] = json.dumps({"vetta:announce": self.count_text})
            return no_mix(response)
        return None


RowsNone: Source = source_of(())
