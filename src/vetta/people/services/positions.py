"""Positions: made, described, filled, vacated, closed, and to whom they report."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from vetta.core import audit
from vetta.people.book import Book
from vetta.people.models import BEGINNING, PRIMARY, WHOLE
from vetta.people.spans import FOREVER
from vetta.people.tracks import ADDITIONAL, LINE, MAIN, POSITION, RELATIONSHIP, Track

from .editing import editing, ensure_team, ensure_unit, find, find_person, refuse, window
from .persons import Who
from .placing import new_seat


def subject(key: str) -> audit.Subject:
    return audit.Subject("people.position", key, key)


def create_position(
    *,
    actor: Who,
    key: str = "",
    starts_on: date | None = None,
    ends_on: date | None = None,
    title: str = "",
    team: str = "",
    business_unit: str = "",
    manager_position: str = "",
) -> str:
    """Add a vacant position; its key, made from the title where empty, is returned."""
    with editing() as edit:
        book = edit.book
        start, end = window(starts_on or BEGINNING, ends_on)
        key = key.strip()
        known = book.positions.find(key) if key else None
        if known is not None and book.spans(POSITION, known):
            refuse(
                "people.key_taken",
                _("There is already a position “{key}”.").format(key=key),
                _("Choose another key, or leave it empty and let one be made."),
            )
        seat = book.positions.ensure(key) if key else new_seat(book, title.strip() or "position")
        book.paint(POSITION, (seat,), start, end, _values(book, title, team, business_unit))
        if manager_position:
            above = find(book.positions, manager_position, _("position"))
            book.paint(LINE, (seat,), start, end, (above, WHOLE))
        key = next(name for name, number in book.positions.ids.items() if number == seat)
        edit.finish(
            "people.position_created",
            actor=actor,
            subject=subject(key),
            changes={
                "title": (None, title),
                "team": (None, team),
                "business_unit": (None, business_unit),
                "manager_position": (None, manager_position),
                "starts_on": (None, starts_on),
            },
        )
    return key


def change_position(
    *,
    actor: Who,
    position: str,
    starts_on: date,
    ends_on: date | None = None,
    title: str | None = None,
    team: str | None = None,
    business_unit: str | None = None,
) -> None:
    """Change title, team or unit from a day on; None stays, '' empties."""
    with editing() as edit:
        book = edit.book
        seat = find(book.positions, position, _("position"))
        start, end = window(starts_on, ends_on)
        if ends_on is None:
            end = book.until_next(POSITION, seat, day=start)
        old = book.value(POSITION, seat, day=start) or (None, None, None)
        given = (title, team, business_unit)
        new = _values(book, title or "", team or "", business_unit or "")
        value = tuple(
            kept if text is None else made for text, made, kept in zip(given, new, old, strict=True)
        )
        book.paint(POSITION, (seat,), start, end, value)
        names = ("title", "team", "business_unit")
        edit.finish(
            "people.position_changed",
            actor=actor,
            subject=subject(position),
            changes={
                name: (_label(book, name, before), text)
                for name, text, before in zip(names, given, old, strict=True)
                if text is not None
            }
            | {"starts_on": (None, starts_on)},
        )


def close_position(*, actor: Who, position: str, ends_on: date) -> None:
    """Let a position end; refused while somebody would still sit on it or report to it."""
    with editing() as edit:
        book = edit.book
        seat = find(book.positions, position, _("position"))
        start, _end = window(ends_on)
        taken = [
            key
            for key, spans in book.timelines(MAIN).items()
            if any(s.value[0] == seat and s.end > start for s in spans)
        ] + [
            key
            for key, spans in book.timelines(ADDITIONAL).items()
            if key[1] == seat and any(s.end > start for s in spans)
        ]
        if taken:
            refuse(
                "people.position_taken",
                _("Somebody still sits on the position “{key}” after {date}.").format(
                    key=position, date=ends_on.isoformat()
                ),
                _("Move or end the assignments first."),
            )
        reporting = [
            key
            for key, spans in book.timelines(LINE).items()
            if any(s.value[0] == seat and s.end > start for s in spans)
        ]
        if reporting:
            refuse(
                "people.position_has_reports",
                _("{count} positions still report to “{key}” after {date}.").format(
                    count=len(reporting), key=position, date=ends_on.isoformat()
                ),
                _("Let them report to another position first."),
            )
        for track, key in _all_of(book, seat):
            book.paint(track, key, start, FOREVER, None)
        edit.finish(
            "people.position_closed",
            actor=actor,
            subject=subject(position),
            changes={"ends_on": (None, ends_on)},
        )


def assign(
    *,
    actor: Who,
    person: str,
    position: str,
    starts_on: date,
    ends_on: date | None = None,
    share: int = WHOLE,
    is_main: bool = True,
) -> None:
    """Put a person on a position for a time; ``is_main`` False: besides the main one."""
    with editing() as edit:
        book = edit.book
        number = find_person(book, person)
        seat = find(book.positions, position, _("position"))
        start, end = window(starts_on, ends_on)
        check_share(share)
        if is_main:
            if ends_on is None:
                end = book.until_next(MAIN, number, day=start)
            book.paint(MAIN, (number,), start, end, (seat, share))
        else:
            book.paint(ADDITIONAL, (number, seat), start, end, (share,))
        edit.finish(
            "people.assigned",
            actor=actor,
            subject=subject(position),
            changes={
                "person": (None, person),
                "share": (None, share),
                "starts_on": (None, starts_on),
                "ends_on": (None, ends_on),
                "is_main": (None, is_main),
            },
            person=person,
        )


def unassign(*, actor: Who, person: str, position: str, ends_on: date) -> None:
    """Take a person off a position from a day on, which leaves it vacant or less shared."""
    with editing() as edit:
        book = edit.book
        number = find_person(book, person)
        seat = find(book.positions, position, _("position"))
        start, _end = window(ends_on)
        for span in list(book.spans(MAIN, number)):
            if span.value[0] == seat and span.end > start:
                book.paint(MAIN, (number,), max(start, span.start), span.end, None)
        if (number, seat) in book.timelines(ADDITIONAL):
            book.paint(ADDITIONAL, (number, seat), start, FOREVER, None)
        edit.finish(
            "people.unassigned",
            actor=actor,
            subject=subject(position),
            changes={"person": (person, None), "ends_on": (None, ends_on)},
            person=person,
        )


def set_manager(
    *,
    actor: Who,
    position: str,
    manager_position: str,
    starts_on: date,
    ends_on: date | None = None,
    kind: str = PRIMARY,
    roll: int = WHOLE,
) -> None:
    """Let a position report to another ('' = to none) in the tree or by a named relationship.

    Args:
        kind: ``primary``, or the relationship's name such as ``overlay``.
        roll: the share, in millionths, of what is credited below that rolls up along it.
    """
    with editing() as edit:
        book = edit.book
        seat = find(book.positions, position, _("position"))
        start, end = window(starts_on, ends_on)
        check_share(roll)
        above = find(book.positions, manager_position, _("position")) if manager_position else None
        if above == seat:
            refuse("people.cycle", _("A position cannot report to itself."))
        kind = kind.strip() or PRIMARY
        if kind == PRIMARY:
            if ends_on is None:
                end = book.until_next(LINE, seat, day=start)
            book.paint(LINE, (seat,), start, end, None if above is None else (above, roll))
        elif above is None:
            for key in [k for k in book.timelines(RELATIONSHIP) if k[:2] == (seat, kind)]:
                book.paint(RELATIONSHIP, key, start, end, None)
        else:
            book.paint(RELATIONSHIP, (seat, kind, above), start, end, (roll,))
        edit.finish(
            "people.line_changed",
            actor=actor,
            subject=subject(position),
            changes={
                "manager_position": (None, manager_position),
                "kind": (None, kind),
                "roll": (None, roll),
                "starts_on": (None, starts_on),
                "ends_on": (None, ends_on),
            },
        )


def end_relationship(
    *, actor: Who, position: str, manager_position: str, kind: str, ends_on: date
) -> None:
    """Let one named relationship end."""
    with editing() as edit:
        book = edit.book
        seat = find(book.positions, position, _("position"))
        above = find(book.positions, manager_position, _("position"))
        start, _end = window(ends_on)
        book.paint(RELATIONSHIP, (seat, kind, above), start, FOREVER, None)
        edit.finish(
            "people.line_changed",
            actor=actor,
            subject=subject(position),
            changes={
                "manager_position": (manager_position, None),
                "kind": (kind, kind),
                "ends_on": (None, ends_on),
            },
        )


def check_share(share: int) -> None:
    """Raise where a share is no share."""
    if not 0 < share <= WHOLE:
        refuse("people.bad_share", _("A share lies above 0 % and is at most 100 %."))


def _values(book: Book, title: str, team: str, unit: str) -> tuple[int | None, ...]:
    return (
        book.titles.ensure(title.strip()) if title.strip() else None,
        ensure_team(book, team.strip()) if team.strip() else None,
        ensure_unit(book, unit.strip()) if unit.strip() else None,
    )


def _label(book: Book, name: str, number: int | None) -> str | None:
    ids = {"title": book.titles, "team": book.teams, "business_unit": book.units}[name].ids
    return next((label for label, known in ids.items() if known == number), None)


def _all_of(book: Book, seat: int) -> list[tuple[Track, tuple[Any, ...]]]:
    found: list[tuple[Track, tuple[Any, ...]]] = [(POSITION, (seat,)), (LINE, (seat,))]
    return found + [
        (RELATIONSHIP, key) for key in book.timelines(RELATIONSHIP) if seat in (key[0], key[2])
    ]
