"""Lists in pages, in an order that the caller chooses among a few."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from ninja import Field, Schema
from ninja.pagination import PaginationBase

from vetta.kernel.problem import Problem, ProblemError


class Shown:
    """A queryset whose rows are turned, a page at a time, into what is shown."""

    def __init__(self, rows: QuerySet, show: Callable[[list[Any]], Sequence[Any]]) -> None:
        self.rows, self.show = rows, show

    def __len__(self) -> int:
        return self.rows.count()

    def __getitem__(self, wanted: slice) -> Sequence[Any]:
        return self.show(list(self.rows[wanted]))


class Page(PaginationBase):
    """``?page=1&page_size=50``; the answer tells how many there are in all.

    Use it as ``@paginate(Page)`` on an operation that returns a list or a queryset.
    """

    class Input(Schema):
        page: int = Field(1, ge=1, le=1_000_000, description="Counted from 1.")
        page_size: int = Field(50, ge=1, le=500, description="At most 500.")

    class Output(Schema):
        items: list[Any]
        total: int
        page: int
        page_size: int
        pages: int

    def paginate_queryset(self, queryset: Any, pagination: Input, **params: Any) -> dict[str, Any]:
        total = queryset.count() if isinstance(queryset, QuerySet) else len(queryset)
        first = (pagination.page - 1) * pagination.page_size
        return {
            "items": list(queryset[first : first + pagination.page_size]),
            "total": total,
            "page": pagination.page,
            "page_size": pagination.page_size,
            "pages": -(-total // pagination.page_size),
        }


def ordered(queryset: QuerySet, order: str, allowed: Mapping[str, str]) -> QuerySet:
    """Sort by what the caller asked for: ``name`` or ``-name``, among ``allowed``.

    Args:
        allowed: what callers may write, to the model's field.

    Raises:
        ProblemError: ``core.bad_order`` with the choices.
    """
    name = order.removeprefix("-")
    if name not in allowed:
        raise ProblemError(
            Problem(
                code="core.bad_order",
                message=_("Lists of this kind cannot be sorted by “{name}”.").format(name=name),
                hint=_("Choose among: {names}.").format(names=", ".join(sorted(allowed))),
                column="order",
            )
        )
    return queryset.order_by(("-" if order.startswith("-") else "") + allowed[name], "pk")
