"""What must hold of the organisation at every moment of business time.

Checked on the book before it is saved, for whatever was touched. A violation names the timelines
that make it, so that an import can refuse the row that wrote last into one of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from vetta.kernel.problem import Problem

from .book import Book
from .models import WHOLE
from .spans import FOREVER, START, Span, pieces, stacked
from .tracks import ADDITIONAL, LINE, MAIN, PERSON, RELATIONSHIP, TEAM, Key, Track

Timelines = Mapping[Any, list[Span[Any]]]


@dataclass(frozen=True)
class Violation:
    """A rule that does not hold, and the timelines that break it."""

    problem: Problem
    culprits: tuple[tuple[Track, Key], ...]


def violations(book: Book) -> list[Violation]:
    """Every rule that what was touched in the book breaks."""
    return [
        *_line_circles(book),
        *_relationship_circles(book),
        *_team_circles(book),
        *_overfull(book),
    ]


def span_words(start: int, end: int) -> str:
    """``from 2024-01-01 until 2024-07-01``; an unknown start or an open end is left out."""
    begins = date.fromordinal(start).isoformat()
    if end >= FOREVER:
        return _("from {start} on").format(start=begins) if start > START else _("at all times")
    ends = date.fromordinal(end).isoformat()
    if start <= START:
        return _("until {end}").format(end=ends)
    return _("from {start} until {end}").format(start=begins, end=ends)


# Circles --------------------------------------------------------------------------------------


def circles(
    nodes: Iterable[Any],
    above: Callable[[Any], list[Span[Any]]],
) -> Iterator[tuple[tuple[Any, ...], int, int]]:
    """Circles through the given nodes: (nodes in order, from, until); each set of nodes once."""
    found = set()
    for node in nodes:
        stack = [((node,), span) for span in above(node)]
        while stack:
            path, span = stack.pop()
            if span.value in path:
                ring = path[path.index(span.value) :]
                if frozenset(ring) not in found:
                    found.add(frozenset(ring))
                    yield ring, span.start, span.end
                continue
            for step in pieces(above(span.value), span.start, span.end):
                if step.value is not None:
                    stack.append(((*path, span.value), step))


def _line_circles(book: Book) -> Iterator[Violation]:
    touched = [key[0] for key in book.touched.get(LINE, ())]
    if not touched:
        return
    names = _Names(book)

    def above(position: int) -> list[Span[int]]:
        return [Span(s.start, s.end, s.value[0]) for s in book.spans(LINE, position)]

    for ring, start, end in circles(touched, above):
        yield Violation(
            Problem(
                "people.cycle",
                _("Reporting lines would go in a circle {when}: {names}.").format(
                    when=span_words(start, end),
                    names=" → ".join(names.position(p, start) for p in (*ring, ring[0])),
                ),
                hint=_("Let one of them report to somebody outside of the circle, or to nobody."),
            ),
            tuple((LINE, (position,)) for position in ring),
        )


def _relationship_circles(book: Book) -> Iterator[Violation]:
    kinds: dict[str, set[int]] = defaultdict(set)
    for position, kind, _manager in book.touched.get(RELATIONSHIP, ()):
        kinds[kind].add(position)
    for kind, touched in sorted(kinds.items()):
        edges: dict[int, list[tuple[Key, Span[int]]]] = defaultdict(list)
        for key, spans in book.timelines(RELATIONSHIP).items():
            if key[1] == kind:
                edges[key[0]] += [(key, Span(s.start, s.end, key[2])) for s in spans]
        yield from _circles_of_kind(book, kind, touched, edges)


def _circles_of_kind(
    book: Book, kind: str, touched: set[int], edges: dict[int, list[tuple[Key, Span[int]]]]
) -> Iterator[Violation]:
    _prune(edges)
    names = _Names(book)
    found: set[frozenset[int]] = set()
    for node in sorted(touched & edges.keys()):
        stack = [((node,), (key,), span) for key, span in edges[node]]
        while stack:
            path, keys, span = stack.pop()
            if span.value not in path:
                for key, step in edges[span.value]:
                    start, end = max(span.start, step.start), min(span.end, step.end)
                    if start < end:
                        further = Span(start, end, step.value)
                        stack.append(((*path, span.value), (*keys, key), further))
                continue
            at = path.index(span.value)
            if frozenset(path[at:]) in found:
                continue
            found.add(frozenset(path[at:]))
            yield Violation(
                Problem(
                    "people.cycle",
                    _("The relationship “{kind}” would go in a circle {when}: {names}.").format(
                        kind=kind,
                        when=span_words(span.start, span.end),
                        names=" → ".join(
                            names.position(p, span.start) for p in (*path[at:], path[at])
                        ),
                    ),
                    hint=_("Leave out one of these relationships, or change its dates."),
                ),
                tuple((RELATIONSHIP, key) for key in keys[at:]),
            )


def _prune(edges: dict[int, list[tuple[Key, Span[int]]]]) -> None:
    """Take away, in place, what cannot be part of a circle: ends without a way on.

    Without it, many ways through many layers of managers would be walked one by one.
    """
    while True:
        ends = {
            node
            for node, out in edges.items()
            if not any(edges.get(step.value) for _key, step in out)
        }
        if not ends:
            break
        for node in ends:
            del edges[node]


def _team_circles(book: Book) -> Iterator[Violation]:
    touched = [key[0] for key in book.touched.get(TEAM, ())]

    def above(team: int) -> list[Span[int]]:
        spans = book.spans(TEAM, team)
        return [Span(s.start, s.end, s.value[1]) for s in spans if s.value[1] is not None]

    for ring, start, end in circles(touched, above):
        keys = {number: key for key, number in book.teams.ids.items()}
        yield Violation(
            Problem(
                "people.team_cycle",
                _("Teams would contain one another {when}: {names}.").format(
                    when=span_words(start, end),
                    names=" → ".join(keys.get(team, "?") for team in (*ring, ring[0])),
                ),
                hint=_("Choose a parent outside of the team, or none."),
            ),
            tuple((TEAM, (team,)) for team in ring),
        )


# Shares ---------------------------------------------------------------------------------------


def _overfull(book: Book) -> Iterator[Violation]:
    positions = _touched_positions(book)
    if not positions:
        return
    fillings: dict[int, list[Span[tuple[int, Track, Key]]]] = defaultdict(list)
    for key, spans in book.timelines(MAIN).items():
        for span in spans:
            if span.value[0] in positions:
                entry = (span.value[1], MAIN, key)
                fillings[span.value[0]].append(Span(span.start, span.end, entry))
    for key, spans in book.timelines(ADDITIONAL).items():
        if key[1] in positions:
            fillings[key[1]] += [Span(s.start, s.end, (s.value[0], ADDITIONAL, key)) for s in spans]
    names = _Names(book)
    for position, spans in fillings.items():
        if len(spans) < 2:
            continue
        for span in stacked(spans, tuple):
            total = sum(share for share, _track, _key in span.value)
            if total > WHOLE:
                yield _full(names, position, span, total)
                break


def _touched_positions(book: Book) -> set[int]:
    positions = {
        span.value[0] for key in book.touched.get(MAIN, ()) for span in book.spans(MAIN, *key)
    }
    return positions | {key[1] for key in book.touched.get(ADDITIONAL, ())}


def _full(
    names: _Names, position: int, span: Span[tuple[tuple[int, Track, Key], ...]], total: int
) -> Violation:
    who = ", ".join(sorted(names.person(key[0], span.start) for _share, _track, key in span.value))
    return Violation(
        Problem(
            "people.position_full",
            _("The position “{position}” would be filled to {percent} % {when}, by {who}.").format(
                position=names.position_key(position),
                percent=f"{total / WHOLE * 100:.4g}",
                when=span_words(span.start, span.end),
                who=who,
            ),
            hint=_(
                "End one assignment before the other starts, give shares that add up to at most "
                "100 %, or use a position of its own."
            ),
        ),
        tuple((track, key) for _share, track, key in span.value),
    )


class _Names:
    """What to call things in a message; only made where there is one."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self._people: dict[int, str] = {}
        self._positions: dict[int, str] = {}

    def person(self, person: int, day: int) -> str:
        spans = self.book.spans(PERSON, person)
        value = self.book.value(PERSON, person, day=day) or (spans and spans[-1].value)
        return value[0] if value else "?"

    def position_key(self, position: int) -> str:
        if not self._positions:
            self._positions = {number: key for key, number in self.book.positions.ids.items()}
        return self._positions.get(position, "?")

    def position(self, position: int, day: int) -> str:
        """Who sits there on the day; the position's key where nobody does."""
        holders = [
            key[0]
            for key, spans in self.book.timelines(MAIN).items()
            for span in spans
            if span.start <= day < span.end and span.value[0] == position
        ]
        if holders:
            return self.person(holders[0], day)
        return self.position_key(position)
