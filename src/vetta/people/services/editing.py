"""What the writing services share: the book under its lock, checks, and the audit entry."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NoReturn

from django.utils.translation import gettext as _

from vetta.core import audit
from vetta.core.access import Actor
from vetta.core.models import User
from vetta.kernel.problem import Problem, ProblemError
from vetta.people.book import Anchors, Book, Saved, Writing, writing
from vetta.people.models import BEGINNING
from vetta.people.rules import violations
from vetta.people.spans import FOREVER, day_number
from vetta.people.tracks import PERSON, TEAM

Changes = Mapping[str, tuple[Any, Any]]


def refuse(code: str, message: str, hint: str = "") -> NoReturn:
    """Raise one problem."""
    raise ProblemError(Problem(code, message, hint=hint))


def window(starts_on: date, ends_on: date | None = None) -> tuple[int, int]:
    """The two dates as day numbers.

    Raises:
        ProblemError: ``people.bad_dates`` where they make no span.
    """
    if starts_on >= date.max:
        refuse("people.bad_dates", _("The start lies after every date that can be kept."))
    if starts_on < BEGINNING:
        refuse(
            "people.bad_dates",
            _("{date} lies before the first date that can be kept, {first}.").format(
                date=starts_on.isoformat(), first=BEGINNING.isoformat()
            ),
            _("Leave the date empty where the beginning is not known."),
        )
    if ends_on is not None and ends_on <= starts_on:
        refuse(
            "people.bad_dates",
            _("The end {end} does not lie after the start {start}.").format(
                end=ends_on.isoformat(), start=starts_on.isoformat()
            ),
            _("The end is the first day on which it no longer holds."),
        )
    return starts_on.toordinal(), day_number(ends_on)


@dataclass
class Edit:
    """One change by hand: draw on ``book``, then ``finish``."""

    book: Book
    work: Writing
    notes: list[dict[str, Any]] = field(default_factory=list)

    def finish(
        self,
        action: str,
        *,
        actor: Actor | User | None,
        subject: audit.Subject,
        changes: Changes,
        person: str | None = None,
    ) -> Saved:
        """Check, save and write the audit entry; nothing at all where nothing changed.

        Raises:
            ProblemError: with every rule that would be broken; nothing is written then.
        """
        check(self.book)
        saved = self.book.save(self.work.known_at)
        if saved.is_empty:
            self.work.changed = False
            return saved
        audit.record(action, actor=actor, subject=subject, changes=changes, person=person)
        return saved


@contextmanager
def editing() -> Iterator[Edit]:
    """One transaction with the book open; other writers wait."""
    with writing() as work:
        yield Edit(Book(), work)


def check(book: Book) -> None:
    """Raise all violations of what was drawn."""
    found = violations(book)
    if found:
        raise ProblemError(*(violation.problem for violation in found))


# Finding things by key ------------------------------------------------------------------------


def find_person(book: Book, key: str) -> int:
    """The id of a person who is known.

    Raises:
        ProblemError: ``people.unknown_person`` with the nearest names.
    """
    found = book.people.find(key)
    if found is None or not book.spans(PERSON, found):
        unknown_person(book, key)
    return found


def unknown_person(book: Book, key: str) -> NoReturn:
    refuse(
        "people.unknown_person",
        _("There is no person “{key}”.").format(key=key),
        did_you_mean(nearest(key, person_names(book))),
    )


def find(anchors: Anchors, key: str, what: str) -> int:
    """The id of a position, team, … by key.

    Raises:
        ProblemError: ``people.unknown`` with the nearest keys.
    """
    found = anchors.find(key)
    if found is None:
        refuse(
            "people.unknown",
            _("There is no {what} “{key}”.").format(what=what, key=key),
            did_you_mean(nearest(key, {known: known for known in anchors.ids})),
        )
    return found


def person_names(book: Book) -> dict[str, str]:
    """By key and by name: how to call each person."""
    keys = {number: key for key, number in book.people.ids.items()}
    names: dict[str, str] = {}
    for (person,), spans in book.timelines(PERSON).items():
        if spans:
            key, name = keys[person], spans[-1].value[0]
            names[key] = names[name] = name if name == key else f"{name} ({key})"
    return names


def nearest(text: str, known: Mapping[str, str]) -> list[str]:
    """Up to three known things that look like the text."""
    lowered = {key.casefold(): label for key, label in known.items()}
    close = difflib.get_close_matches(text.casefold(), lowered, n=3, cutoff=0.6)
    return list(dict.fromkeys(lowered[key] for key in close))


def did_you_mean(labels: list[str]) -> str:
    if not labels:
        return _("Add it first, or correct the spelling.")
    return _("Did you mean {names}?").format(names=_(" or ").join(labels))


def ensure_team(book: Book, key: str, *, region: str | None = None) -> int:
    """The team of that key or name; a new one, without parent, where there is none."""
    found = book.teams.find(key)
    if found is None:
        found = next(
            (
                team
                for (team,), spans in book.timelines(TEAM).items()
                if spans and spans[-1].value[0] == key
            ),
            None,
        )
    if found is None:
        found = book.teams.ensure(key)
    if not book.spans(TEAM, found):
        book.paint(TEAM, (found,), BEGINNING.toordinal(), FOREVER, (key, None, region or ""))
    return found


def ensure_unit(book: Book, key: str) -> int:
    """The business unit of that key, which is made where there is none."""
    return book.units.ensure(key, name=key)
