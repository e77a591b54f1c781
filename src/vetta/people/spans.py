"""Timelines in memory: spans of business dates with a value, sorted and never overlapping.

Dates are day numbers here (``date.toordinal``), so that a thousand people are swept in
milliseconds; an open end is `FOREVER`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from itertools import pairwise
from typing import Generic, NamedTuple, TypeVar

from .models import BEGINNING

V = TypeVar("V")
W = TypeVar("W")

START = BEGINNING.toordinal()
#: 9999-12-31, the last day there is: an open end in tables that other engines read.
FOREVER = date.max.toordinal()


class Span(NamedTuple, Generic[V]):
    """``value`` holds from day ``start`` until before day ``end``."""

    start: int
    end: int
    value: V


def day_number(day: date | None) -> int:
    """The number of a day; None (open) is `FOREVER`."""
    return FOREVER if day is None else day.toordinal()


def open_date(number: int) -> date | None:
    """The date of a day number; `FOREVER` is None (open)."""
    return None if number >= FOREVER else date.fromordinal(number)


def pieces(spans: list[Span[V]], start: int, end: int) -> Iterator[Span[V | None]]:
    """``[start, end)`` in pieces, gaps between the spans as pieces of value None."""
    at = start
    for span in spans:
        if span.end <= at:
            continue
        if span.start >= end:
            break
        if span.start > at:
            yield Span(at, span.start, None)
            at = span.start
        stop = min(span.end, end)
        yield Span(at, stop, span.value)
        at = stop
    if at < end:
        yield Span(at, end, None)


def value_on(spans: list[Span[V]], day: int) -> V | None:
    """The value on a day, or None."""
    for span in spans:
        if span.start <= day < span.end:
            return span.value
    return None


def joined(spans: Iterable[Span[V]]) -> list[Span[V]]:
    """The spans in order, neighbours of equal value made one."""
    result: list[Span[V]] = []
    for span in sorted(spans, key=lambda span: span.start):
        if result and result[-1].end == span.start and result[-1].value == span.value:
            result[-1] = Span(result[-1].start, span.end, span.value)
        else:
            result.append(span)
    return result


def painted(spans: list[Span[V]], start: int, end: int, value: V | None) -> list[Span[V]]:
    """The timeline with ``value`` written over ``[start, end)``; None leaves a gap there."""
    result: list[Span[V]] = []
    for span in spans:
        if span.start < start:
            result.append(Span(span.start, min(span.end, start), span.value))
        if span.end > end:
            result.append(Span(max(span.start, end), span.end, span.value))
    if value is not None:
        result.append(Span(start, end, value))
    return joined(result)


def next_start(spans: list[Span[V]], day: int) -> int:
    """The first start after a day, or `FOREVER`."""
    return min((span.start for span in spans if span.start > day), default=FOREVER)


def stacked(spans: Iterable[Span[V]], combine: Callable[[list[V]], W]) -> list[Span[W]]:
    """Overlapping spans swept into spans of what holds together at any time."""
    spans = list(spans)
    edges = sorted({span.start for span in spans} | {span.end for span in spans})
    if len(spans) == 1:
        return [Span(spans[0].start, spans[0].end, combine([spans[0].value]))]
    result = []
    for start, end in pairwise(edges):
        holding = [span.value for span in spans if span.start <= start and span.end >= end]
        if holding:
            result.append(Span(start, end, combine(holding)))
    return joined(result)
