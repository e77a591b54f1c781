"""A person comes, changes, moves, is away, leaves, comes back."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from django.utils.translation import gettext as _

from vetta.core import audit
from vetta.core.access import Actor
from vetta.core.models import User
from vetta.people.book import Book
from vetta.people.contracts import Move
from vetta.people.models import BEGINNING, WHOLE, Employment
from vetta.people.spans import FOREVER, START, Span
from vetta.people.tracks import ADDITIONAL, EMPLOYMENT, MAIN, PERSON

from .editing import editing, find_person, refuse, window
from .placing import draw_move

ACTIVE = (Employment.Status.ACTIVE.value,)
LEAVE = (Employment.Status.LEAVE.value,)
Who = Actor | User | None


def subject(key: str, name: str = "") -> audit.Subject:
    """A person as the subject of an audit entry."""
    return audit.Subject("people.person", key, name or key)


def create_person(
    *,
    actor: Who,
    name: str,
    key: str = "",
    email: str = "",
    country: str = "",
    hired_on: date | None = None,
    position: str | None = None,
    title: str | None = None,
    team: str | None = None,
    business_unit: str | None = None,
    manager: str | None = None,
    share: int = WHOLE,
) -> str:
    """Add a person, with a seat of his or her own unless ``position`` names one.

    Args:
        key: made from the name where empty.
        hired_on: None: at an unknown time, before everything else.
        title, team, business_unit: of the seat; titles, teams and units are made as needed.
        manager: the key of the person to report to.

    Returns:
        the person's key.
    """
    name = _required(name)
    starts_on = hired_on or BEGINNING
    with editing() as edit:
        book = edit.book
        key = key.strip() or free_key(book, name)
        known = book.people.find(key)
        if known is not None and book.spans(PERSON, known):
            refuse(
                "people.key_taken",
                _("There is already a person “{key}”.").format(key=key),
                _("Choose another key, or leave it empty and let one be made."),
            )
        start, end = window(starts_on)
        person = book.people.ensure(key)
        book.paint(PERSON, (person,), START, FOREVER, (name, email.strip(), country.strip()))
        book.paint(EMPLOYMENT, (person,), start, end, ACTIVE)
        seat = {"title": title, "team": team, "business_unit": business_unit, "manager": manager}
        if position or any(seat.values()):
            draw_move(
                book,
                Move(
                    person=key,
                    starts_on=starts_on,
                    position=position,
                    new_position=not position,
                    share=share,
                    **seat,
                ),
            )
        given = {"name": name, "email": email, "country": country, "position": position, **seat}
        edit.finish(
            "people.person_created",
            actor=actor,
            subject=subject(key, name),
            changes={field: (None, value) for field, value in given.items() if value}
            | {"hired_on": (None, hired_on)},
            person=key,
        )
    return key


def change_person(
    *,
    actor: Who,
    person: str,
    starts_on: date | None = None,
    ends_on: date | None = None,
    name: str | None = None,
    email: str | None = None,
    country: str | None = None,
) -> None:
    """Change name, e-mail or country; what is None stays.

    Args:
        starts_on: None: the change corrects the whole past as well.
        ends_on: None: until the next change that is known already.
    """
    with editing() as edit:
        book = edit.book
        number = find_person(book, person)
        start, end = window(starts_on or BEGINNING, ends_on)
        given = {"name": name, "email": email, "country": country}
        if name is not None:
            given["name"] = _required(name)
        before = book.value(PERSON, number, day=start) or book.spans(PERSON, number)[0].value
        if starts_on is None and ends_on is None:
            stretches = book.spans(PERSON, number)
        else:
            if ends_on is None:
                end = book.until_next(PERSON, number, day=start)
            stretches = [Span(start, end, before)]
        for stretch in list(stretches):
            value = tuple(
                old if new is None else new.strip()
                for old, new in zip(stretch.value, given.values(), strict=True)
            )
            book.paint(PERSON, (number,), stretch.start, stretch.end, value)
        changes = {
            field: (old, new)
            for (field, new), old in zip(given.items(), before, strict=True)
            if new is not None
        }
        edit.finish(
            "people.person_changed",
            actor=actor,
            subject=subject(person, before[0]),
            changes=changes | {"starts_on": (None, starts_on)},
            person=person,
        )


def move_person(*, actor: Who, move: Move) -> None:
    """Give a person another seat, title, team, unit or manager from a day on."""
    with editing() as edit:
        number = find_person(edit.book, move.person)
        name = edit.book.spans(PERSON, number)[-1].value[0]
        differences = draw_move(edit.book, move)
        changes = {one.name: (one.before, one.after) for one in differences}
        edit.finish(
            "people.person_moved",
            actor=actor,
            subject=subject(move.person, name),
            changes=changes | {"starts_on": (None, move.starts_on)},
            person=move.person,
        )


def start_leave(*, actor: Who, person: str, starts_on: date, ends_on: date | None = None) -> None:
    """Note that a person is away; the seat stays his or hers."""
    with editing() as edit:
        number = find_person(edit.book, person)
        start, end = window(starts_on, ends_on)
        _must_work_here(edit.book, number, person, start)
        spell = _spell(edit.book, number, start)
        edit.book.paint(EMPLOYMENT, (number,), start, min(end, spell.end), LEAVE)
        edit.finish(
            "people.leave_noted",
            actor=actor,
            subject=subject(person),
            changes={"starts_on": (None, starts_on), "ends_on": (None, ends_on)},
            person=person,
        )


def end_leave(*, actor: Who, person: str, ends_on: date) -> None:
    """Note that a person is back from the day ``ends_on`` on."""
    with editing() as edit:
        number = find_person(edit.book, person)
        start, _end = window(ends_on)
        _must_work_here(edit.book, number, person, start)
        spell = _spell(edit.book, number, start)
        edit.book.paint(EMPLOYMENT, (number,), start, spell.end, ACTIVE)
        edit.finish(
            "people.leave_ended",
            actor=actor,
            subject=subject(person),
            changes={"ends_on": (None, ends_on)},
            person=person,
        )


def end_employment(*, actor: Who, person: str, ends_on: date) -> None:
    """Note that a person leaves: ``ends_on`` is the first day on which he or she is gone.

    The seats become vacant; those who report to them report to the next above until filled.
    """
    with editing() as edit:
        number = find_person(edit.book, person)
        window(ends_on)
        _must_work_here(edit.book, number, person, ends_on.toordinal() - 1)
        draw_end(edit.book, number, ends_on)
        edit.finish(
            "people.person_left",
            actor=actor,
            subject=subject(person),
            changes={"ends_on": (None, ends_on)},
            person=person,
        )


def rehire(*, actor: Who, person: str, starts_on: date, move: Move | None = None) -> None:
    """Take a person back from a day on, onto the seat that ``move`` says."""
    with editing() as edit:
        number = find_person(edit.book, person)
        start, end = window(starts_on)
        if edit.book.value(EMPLOYMENT, number, day=start):
            refuse(
                "people.already_employed",
                _("{person} works here on {date} already.").format(
                    person=person, date=starts_on.isoformat()
                ),
                _("Move the person instead, or correct the day of leaving first."),
            )
        end = edit.book.until_next(EMPLOYMENT, number, day=start)
        edit.book.paint(EMPLOYMENT, (number,), start, end, ACTIVE)
        if move is not None:
            draw_move(edit.book, move)
        edit.finish(
            "people.person_rehired",
            actor=actor,
            subject=subject(person),
            changes={"starts_on": (None, starts_on)},
            person=person,
        )


def draw_end(book: Book, number: int, ends_on: date) -> None:
    """Clear employment and seats from a day on."""
    start = ends_on.toordinal()
    book.paint(EMPLOYMENT, (number,), start, FOREVER, None)
    book.paint(MAIN, (number,), start, FOREVER, None)
    for key in [key for key in book.timelines(ADDITIONAL) if key[0] == number]:
        book.paint(ADDITIONAL, key, start, FOREVER, None)


def free_key(book: Book, name: str) -> str:
    """A key from a name that nobody has: ``anna.rossi``, else ``anna.rossi.2``."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    stem = ".".join(re.findall(r"[a-z0-9]+", plain)) or "person"
    key, count = stem, 1
    while book.people.find(key) is not None:
        count += 1
        key = f"{stem}.{count}"
    return key


def _required(name: str) -> str:
    if not name.strip():
        refuse("people.name_missing", _("A person needs a name."))
    return name.strip()


def _spell(book: Book, number: int, day: int) -> Span[None]:
    """The unbroken time of employment, leave included, around a day."""
    start = end = day
    spans = book.spans(EMPLOYMENT, number)
    for span in reversed(spans):
        if span.start < start <= span.end:
            start = span.start
    for span in spans:
        if span.start <= end < span.end:
            end = span.end
    return Span(start, end, None)


def _must_work_here(book: Book, number: int, person: str, day: int) -> None:
    if book.value(EMPLOYMENT, number, day=day) is None:
        refuse(
            "people.not_employed",
            _("{person} does not work here on {date}.").format(
                person=person, date=date.fromordinal(day).isoformat()
            ),
            _("Choose a day within the employment, or correct its dates first."),
        )
