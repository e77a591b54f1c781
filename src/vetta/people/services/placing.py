"""Where somebody sits and to whom the seat reports: drawing a move, and saying what it would do."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from vetta.kernel.problem import ProblemError
from vetta.people.book import Book
from vetta.people.contracts import Difference, Effect, Label, Move
from vetta.people.models import WHOLE
from vetta.people.rules import violations
from vetta.people.spans import FOREVER, Span, open_date
from vetta.people.tracks import ADDITIONAL, EMPLOYMENT, LINE, MAIN, PERSON, POSITION, TEAM

from .editing import (
    ensure_team,
    ensure_unit,
    find,
    find_person,
    refuse,
    window,
)


def draw_move(book: Book, move: Move) -> list[Difference]:
    """Draw a move into the book; what it alters on its first day.

    Raises:
        ProblemError: unknown people or positions, dates outside of the employment.
    """
    number = find_person(book, move.person)
    start, end = window(move.starts_on, move.ends_on)
    _within_employment(book, number, move, start)
    before = place(book, number, start)
    seat = _take_seat(book, number, move, start, end)
    if seat is None:
        refuse(
            "people.no_seat",
            _("{person} has no position on {date}.").format(
                person=move.person, date=move.starts_on.isoformat()
            ),
            _("Choose a vacant position, or ask for a new one."),
        )
    _describe(book, seat, move, start, end)
    if move.manager is not None:
        draw_manager(book, seat, move.manager, start, _until(book, LINE, (seat,), move, start, end))
    return _differences(before, place(book, number, start))


def draw_manager(book: Book, seat: int, manager: str, start: int, end: int) -> None:
    """Let a position report to the seat of a person ('' = to nobody)."""
    if not manager:
        book.paint(LINE, (seat,), start, end, None)
        return
    above = seat_of(book, find_person(book, manager), start)
    if above is None:
        refuse(
            "people.manager_without_position",
            _("{manager} has no position that anybody could report to.").format(manager=manager),
            _("Give the manager a position first."),
        )
    if above == seat:
        refuse(
            "people.cycle",
            _("{manager} sits on the same position: nobody reports to himself or herself.").format(
                manager=manager
            ),
            _("Choose another manager, or none."),
        )
    book.paint(LINE, (seat,), start, end, (above, WHOLE))


def seat_of(book: Book, person: int, day: int) -> int | None:
    """The main position on a day; else the next one the person takes; else the last."""
    value = book.value(MAIN, person, day=day)
    if value is not None:
        return value[0]
    spans = book.spans(MAIN, person)
    later = [span for span in spans if span.start > day]
    if later:
        return later[0].value[0]
    return spans[-1].value[0] if spans else None


def new_seat(book: Book, stem: str) -> int:
    """A position of its own, named after whom it is for: ``anna``, else ``anna-2``."""
    key, count = stem, 1
    while book.positions.find(key) is not None:
        count += 1
        key = f"{stem}-{count}"
    return book.positions.ensure(key)


def preview_move(move: Move) -> Effect:
    """What a move would do, with every problem it would meet; nothing is written."""
    book = Book()
    start = move.starts_on.toordinal()
    try:
        number = find_person(book, move.person)
        old_seat = book.value(MAIN, number, day=start)
        differences = tuple(draw_move(book, move))
    except ProblemError as error:
        return Effect((), None, 0, None, 0, error.problems)
    seat = book.value(MAIN, number, day=start)
    vacated = None
    if old_seat and seat and old_seat[0] != seat[0] and not _sitters(book, old_seat[0], start):
        vacated = old_seat[0]
    return Effect(
        differences=differences,
        until=_ends(book, number, start),
        following=_below(book, seat[0], start) if seat and seat[0] > 0 else 0,
        left_vacant=Label(_key(book, vacated), _seat_name(book, vacated, start))
        if vacated
        else None,
        left_reports=_below(book, vacated, start) if vacated else 0,
        problems=tuple(violation.problem for violation in violations(book)),
    )


# The place of a person on a day ----------------------------------------------------------------

PLACE = ("position", "title", "team", "business_unit", "manager", "share")


def place_titles() -> dict[str, str]:
    """What the parts of a place are called."""
    return {
        "position": _("Position"),
        "title": _("Title"),
        "team": _("Team"),
        "business_unit": _("Business unit"),
        "manager": _("Reports to"),
        "share": _("Share"),
    }


def place(book: Book, person: int, day: int) -> dict[str, str | None]:
    """Where a person is on a day, in words."""
    value = book.value(MAIN, person, day=day)
    if value is None:
        return dict.fromkeys(PLACE)
    seat, share = value
    title, team, unit = book.value(POSITION, seat, day=day) or (None, None, None)
    return {
        "position": _key(book, seat),
        "title": _name_of(book.titles.ids, title),
        "team": team and _team_name(book, team, day),
        "business_unit": _name_of(book.units.ids, unit),
        "manager": _manager_name(book, seat, day),
        "share": f"{share / WHOLE * 100:.4g} %",
    }


def _differences(before: dict[str, str | None], after: dict[str, str | None]) -> list[Difference]:
    titles = place_titles()
    return [
        Difference(name, titles[name], before[name], after[name])
        for name in PLACE
        if before[name] != after[name]
    ]


def _name_of(ids: dict[str, int], number: int | None) -> str | None:
    return next((name for name, known in ids.items() if known == number), None)


def _key(book: Book, seat: int) -> str:
    return _name_of(book.positions.ids, seat) or "?"


def _seat_name(book: Book, seat: int, day: int) -> str:
    title = (book.value(POSITION, seat, day=day) or (None,))[0]
    return _name_of(book.titles.ids, title) or _key(book, seat)


def _team_name(book: Book, team: int, day: int) -> str:
    value = book.value(TEAM, team, day=day)
    return value[0] if value else _name_of(book.teams.ids, team) or "?"


def _manager_name(book: Book, seat: int, day: int) -> str | None:
    line = book.value(LINE, seat, day=day)
    if line is None:
        return None
    names = [
        (book.value(PERSON, person, day=day) or book.spans(PERSON, person)[-1].value)[0]
        for person in _sitters(book, line[0], day)
    ]
    if names:
        return ", ".join(sorted(names))
    return _("vacant: {position}").format(position=_seat_name(book, line[0], day))


def _sitters(book: Book, seat: int, day: int) -> list[int]:
    main = [
        key[0]
        for key, spans in book.timelines(MAIN).items()
        if any(s.value[0] == seat and s.start <= day < s.end for s in spans)
    ]
    return main + [
        key[0]
        for key, spans in book.timelines(ADDITIONAL).items()
        if key[1] == seat and any(s.start <= day < s.end for s in spans)
    ]


def _below(book: Book, seat: int, day: int) -> int:
    return sum(
        any(s.value[0] == seat and s.start <= day < s.end for s in spans)
        for spans in book.timelines(LINE).values()
    )


def _ends(book: Book, person: int, day: int) -> date | None:
    span = next((s for s in book.spans(MAIN, person) if s.start <= day < s.end), None)
    return open_date(span.end) if span else None


# Drawing --------------------------------------------------------------------------------------


def _until(book: Book, track: Any, key: tuple[Any, ...], move: Move, start: int, end: int) -> int:
    """Where the change ends on one timeline."""
    if move.ends_on is not None or move.over_later:
        return end
    return book.until_next(track, *key, day=start)


def _employed_until(book: Book, number: int, start: int) -> int:
    """The end of the unbroken employment around a day."""
    end = start
    for span in book.spans(EMPLOYMENT, number):
        if span.start <= end < span.end:
            end = span.end
    return end if end > start else FOREVER


def _take_seat(book: Book, number: int, move: Move, start: int, end: int) -> int | None:
    now = book.value(MAIN, number, day=start)
    if move.position:
        seat = find(book.positions, move.position, _("position"))
    elif move.new_position:
        seat = new_seat(book, move.person)
    else:
        seat = now and now[0]
    if seat is None:
        return None
    share = move.share if move.share is not None else (now[1] if now else WHOLE)
    if not 0 < share <= WHOLE:
        refuse(
            "people.bad_share",
            _("A share lies above 0 % and is at most 100 %."),
        )
    if now != (seat, share):
        until = _until(book, MAIN, (number,), move, start, end)
        until = min(until, _employed_until(book, number, start))
        book.paint(MAIN, (number,), start, until, (seat, share))
    return seat


def _describe(book: Book, seat: int, move: Move, start: int, end: int) -> None:
    """Write title, team and unit onto the seat, leaving what is not given as it is."""
    given = (
        None if move.title is None else (move.title and book.titles.ensure(move.title)) or 0,
        None if move.team is None else (move.team and ensure_team(book, move.team)) or 0,
        None
        if move.business_unit is None
        else (move.business_unit and ensure_unit(book, move.business_unit)) or 0,
    )
    exists = book.spans(POSITION, seat)
    if exists and all(part is None for part in given):
        return
    until = _until(book, POSITION, (seat,), move, start, end)
    old = book.value(POSITION, seat, day=start) or (None, None, None)
    value = tuple(
        kept if part is None else part or None for part, kept in zip(given, old, strict=True)
    )
    book.paint(POSITION, (seat,), start, until if exists else FOREVER, value)


def _within_employment(book: Book, number: int, move: Move, start: int) -> None:
    if book.value(EMPLOYMENT, number, day=start) is not None:
        return
    spans: list[Span[Any]] = book.spans(EMPLOYMENT, number)
    dates = "; ".join(
        f"{open_date(span.start)} – {open_date(span.end) or _('open')}" for span in spans
    )
    refuse(
        "people.not_employed",
        _("{person} does not work here on {date}.").format(
            person=move.person, date=move.starts_on.isoformat()
        ),
        _("Employed: {dates}.").format(dates=dates or _("never")),
    )
