"""The flat table of people: from one row, a person with seat, team and manager."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from vetta.kernel.problem import Problem, ProblemError, Severity
from vetta.people.models import BEGINNING, WHOLE
from vetta.people.services.editing import ensure_team, ensure_unit
from vetta.people.services.persons import ACTIVE
from vetta.people.services.placing import new_seat, seat_of
from vetta.people.spans import FOREVER, START, Span, pieces
from vetta.people.tracks import EMPLOYMENT, LINE, MAIN, PERSON, POSITION, TEAM

from .attributes import draw_attribute, value_type
from .base import Draft, Receiver, Row, check_dates, duplicates
from .schema import PEOPLE

_CUSTOM = "custom__"


class PeopleReceiver(Receiver):
    """Persons first, their managers when all of them are there."""

    schema = PEOPLE

    def draw(self, draft: Draft, rows: dict[int, Row]) -> None:
        duplicates(draft, rows, PEOPLE.key)
        placed: list[tuple[int, Row, int, int, int]] = []
        for index in _in_order(rows):
            if index in draft.problems:
                continue
            draft.book.row = index
            try:
                drawn = _draw_person(draft, rows[index])
                if drawn is not None:
                    placed.append((index, rows[index], *drawn))
            except ProblemError as error:
                for problem in error.problems:
                    draft.refuse(index, problem)
        if "manager_id" not in draft.given:
            return
        for index, row, person, seat, start in placed:
            draft.book.row = index
            _draw_manager(draft, index, row, person, seat, start)


def _in_order(rows: dict[int, Row]) -> list[int]:
    """Each person's rows from the earliest start on."""
    return sorted(rows, key=lambda index: (rows[index].get("starts_on") or date.min, index))


def _draw_person(draft: Draft, row: Row) -> tuple[int, int, int] | None:
    """The person, the seat and the day from which the row holds; None where no seat is meant."""
    hired, left = row.get("hired_on"), row.get("left_on")
    check_dates(hired or BEGINNING, left, "left_on")
    person = _recognise(draft, row)
    if not (hired or left or row.get("starts_on")) and _is_gone(draft, person):
        # A leaving was noted elsewhere; a file that speaks of no date does not undo it.
        _draw_facts(draft, row, person, draft.today.toordinal())
        return None
    first = hired or BEGINNING
    is_placed = bool(draft.book.spans(MAIN, person))
    starts_on = row.get("starts_on") or (max(draft.today, first) if is_placed else first)
    if left is not None and row.get("starts_on") is None:
        starts_on = min(starts_on, _last_before(draft, person, left))
    if starts_on < first or (left is not None and starts_on >= left):
        raise ProblemError(
            Problem(
                "people.bad_dates",
                _("The row starts on {start}, outside of the employment.").format(
                    start=starts_on.isoformat()
                ),
                hint=_(
                    "Let it start on the day of hiring at the earliest, before that of leaving."
                ),
                column="starts_on",
            )
        )
    check_dates(starts_on, None, "starts_on")
    start = starts_on.toordinal()
    end = left.toordinal() if left else FOREVER
    _draw_facts(draft, row, person, start)
    _draw_employment(draft, person, hired and hired.toordinal(), start, left and left.toordinal())
    seat = _draw_seat(draft, row, person, start, end)
    for name in row:
        if name.startswith(_CUSTOM) and name in draft.given:
            key, value = name.removeprefix(_CUSTOM), row[name]
            draw_attribute(draft, person, key, value, value_type(value), start, FOREVER, name)
    return person, seat, start


def _is_gone(draft: Draft, person: int) -> bool:
    spans = draft.book.spans(EMPLOYMENT, person)
    return bool(spans) and spans[-1].end <= draft.today.toordinal()


def _last_before(draft: Draft, person: int, left: date) -> date:
    """For somebody who left: from where the row speaks; the start of the last seat held."""
    spans = [s for s in draft.book.spans(MAIN, person) if s.start < left.toordinal()]
    return date.fromordinal(spans[-1].start) if spans else date.max


# Who it is ------------------------------------------------------------------------------------


def _recognise(draft: Draft, row: Row) -> int:
    """The person whom the row is about: by this source's id, by key, by e-mail; else a new one."""
    key, email = draft.text(row, "person_id"), draft.text(row, "email").casefold()
    if not key or not draft.text(row, "name"):
        raise ProblemError(
            Problem(
                "people.name_missing",
                _("A person needs an id and a name."),
                column="name" if key else "person_id",
            )
        )
    book = draft.book
    found = book.identities.get((draft.source, key))
    if found is None:
        found = book.people.find(key)
        if found is not None:
            _must_be_the_same(draft, key, found, email)
    if found is None and email:
        found = _emails(draft).get(email)
        if found is not None and _named_in(draft, found):
            found = None  # this source knows that person by another id: a shared address
    if found is None:
        found = book.people.ensure(key)
    book.identify(draft.source, key, found)
    _sources(draft)[found].add(draft.source)
    return found


def _must_be_the_same(draft: Draft, key: str, person: int, email: str) -> None:
    """Another source's person of the same key must not be somebody else."""
    spans = draft.book.spans(PERSON, person)
    known = spans[-1].value[1].casefold() if spans else ""
    sources = _sources(draft)[person]
    if sources and draft.source not in sources and email and known and email != known:
        raise ProblemError(
            Problem(
                "people.key_taken",
                _("“{key}” is somebody else in another source ({sources}).").format(
                    key=key, sources=", ".join(sorted(sources))
                ),
                hint=_(
                    "Give the ids of this source a prefix in the mapping, such as 'erp-' || id."
                ),
                column="person_id",
            )
        )


def _emails(draft: Draft) -> dict[str, int]:
    """Persons by their latest address, where only one person has it."""
    if "emails" not in draft.memory:
        found: dict[str, set[int]] = defaultdict(set)
        for (person,), spans in draft.book.timelines(PERSON).items():
            if spans and spans[-1].value[1]:
                found[spans[-1].value[1].casefold()].add(person)
        draft.memory["emails"] = {
            email: min(persons) for email, persons in found.items() if len(persons) == 1
        }
    return draft.memory["emails"]


def _sources(draft: Draft) -> dict[int, set[str]]:
    if "sources" not in draft.memory:
        sources: dict[int, set[str]] = defaultdict(set)
        for (source, _external), person in draft.book.identities.items():
            sources[person].add(source)
        draft.memory["sources"] = sources
    return draft.memory["sources"]


def _named_in(draft: Draft, person: int) -> bool:
    return draft.source in _sources(draft)[person]


# What is said of the person -------------------------------------------------------------------


def _draw_facts(draft: Draft, row: Row, person: int, start: int) -> None:
    book = draft.book
    said = tuple(
        draft.text(row, name) if name in draft.given else None
        for name in ("name", "email", "country")
    )
    if not book.spans(PERSON, person):
        book.paint(PERSON, (person,), START, FOREVER, tuple(text or "" for text in said))
        return
    before = book.value(PERSON, person, day=start) or book.spans(PERSON, person)[0].value
    value = tuple(old if new is None else new for new, old in zip(said, before, strict=True))
    if value != before:
        draft.write(PERSON, (person,), start, FOREVER, value)


def _draw_employment(
    draft: Draft, person: int, hired: int | None, start: int, left: int | None
) -> None:
    """Employed from the hiring until the leaving; a leave in between stays noted."""
    book, key = draft.book, (person,)
    spells = _spells(book.spans(EMPLOYMENT, person))
    if hired is not None:
        begins = hired
        for spell in spells:
            if spell.start < hired < spell.end:  # hired later than was thought
                book.paint(EMPLOYMENT, key, spell.start, hired, None)
    else:
        around = [spell.start for spell in spells if spell.start <= start < spell.end]
        begins = around[0] if around else start if spells else START
    stop = left or FOREVER
    if left is not None:
        for track in (EMPLOYMENT, MAIN):
            book.paint(track, key, left, book.until_next(track, person, day=left), None)
    elif "left_on" not in draft.given:
        # A leaving noted elsewhere is not undone by a file that does not speak of leaving.
        stop = next((spell.end for spell in spells if spell.end > begins), FOREVER)
    for piece in list(pieces(book.spans(EMPLOYMENT, person), begins, stop)):
        if piece.value is None:
            book.paint(EMPLOYMENT, key, piece.start, piece.end, ACTIVE)


def _spells(spans: list[Span[Any]]) -> list[Span[None]]:
    """Unbroken times of employment, leave included."""
    spells: list[Span[None]] = []
    for span in spans:
        if spells and spells[-1].end == span.start:
            spells[-1] = Span(spells[-1].start, span.end, None)
        else:
            spells.append(Span(span.start, span.end, None))
    return spells


def _draw_seat(draft: Draft, row: Row, person: int, start: int, end: int) -> int:
    book = draft.book
    now = book.value(MAIN, person, day=start)
    key = draft.text(row, "position_id")
    if key:
        seat = book.positions.ensure(key)
    elif now is not None:
        seat = now[0]
    else:
        seat = seat_of(book, person, start) if end < FOREVER else None
        seat = seat or new_seat(book, draft.text(row, "person_id"))
    _describe(draft, row, seat, start)
    share = draft.share(row, "share") or (now[1] if now and now[0] == seat else WHOLE)
    stop = min(book.until_next(MAIN, person, day=start), end)
    book.paint(MAIN, (person,), start, stop, (seat, share))
    return seat


def _describe(draft: Draft, row: Row, seat: int, start: int) -> None:
    book = draft.book
    old = book.value(POSITION, seat, day=start) or (None, None, None)
    title, team, unit = (draft.text(row, name) for name in ("title", "team", "business_unit"))
    value = (
        (book.titles.ensure(title) if title else None) if "title" in draft.given else old[0],
        (_team(draft, row, team, start) if team else None) if "team" in draft.given else old[1],
        (ensure_unit(book, unit) if unit else None) if "business_unit" in draft.given else old[2],
    )
    if not book.spans(POSITION, seat):
        book.paint(POSITION, (seat,), start, FOREVER, value)
    else:
        draft.write(POSITION, (seat,), start, FOREVER, value)


def _team(draft: Draft, row: Row, key: str, start: int) -> int:
    """The row's team, in the region that the row says; two rows must not disagree."""
    book, region = draft.book, draft.text(row, "team_region")
    regions: dict[int, str] = draft.memory.setdefault("regions", {})
    is_new = book.teams.find(key) is None
    team = ensure_team(book, key, region=region)
    if "team_region" not in draft.given or not region:
        return team
    if regions.setdefault(team, region) != region:
        raise ProblemError(
            Problem(
                "people.team_region",
                _("The team “{team}” is in {first} in another row, here in {second}.").format(
                    team=key, first=regions[team], second=region
                ),
                hint=_("A team has one region at a time; use two teams, or the table of teams."),
                column="team_region",
            )
        )
    known = book.value(TEAM, team, day=start)
    if not is_new and known is not None and known[2] != region:
        draft.write(TEAM, (team,), start, FOREVER, (known[0], known[1], region))
    return team


def _draw_manager(draft: Draft, index: int, row: Row, person: int, seat: int, start: int) -> None:
    book, key = draft.book, draft.text(row, "manager_id")
    if not key or key == draft.text(row, "person_id"):
        if key:
            draft.notices[index].append(
                Problem(
                    "people.own_manager",
                    _("“{key}” is named as his or her own manager: taken as the top.").format(
                        key=key
                    ),
                    severity=Severity.NOTICE,
                    column="manager_id",
                )
            )
        if book.value(LINE, seat, day=start) is not None:
            draft.write(LINE, (seat,), start, FOREVER, None)
        return
    try:
        manager = draft.person(row, "manager_id")
    except ProblemError as error:
        draft.refuse(index, error.problems[0])
        return
    above = seat_of(book, manager, start)
    if above is None or above == seat:
        draft.refuse(
            index,
            Problem(
                "people.manager_without_position",
                _("The manager “{key}” has no position of his or her own.").format(key=key),
                hint=_("Give the manager a row with a position."),
                column="manager_id",
            ),
        )
        return
    draft.write(LINE, (seat,), start, FOREVER, (above, WHOLE))
