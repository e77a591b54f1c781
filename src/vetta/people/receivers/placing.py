"""Assignments and reporting lines by import."""

from __future__ import annotations

from django.utils.translation import gettext as _

from vetta.kernel.problem import Problem, ProblemError
from vetta.people.models import PRIMARY, WHOLE
from vetta.people.services.placing import seat_of
from vetta.people.spans import FOREVER
from vetta.people.tracks import ADDITIONAL, EMPLOYMENT, LINE, MAIN, RELATIONSHIP

from .base import Draft, Receiver, Row, duplicates
from .organisation import in_order
from .schema import ASSIGNMENTS, REPORTING_LINES


class AssignmentsReceiver(Receiver):
    schema = ASSIGNMENTS

    def draw(self, draft: Draft, rows: dict[int, Row]) -> None:
        duplicates(draft, rows, ASSIGNMENTS.key)
        taken: dict[int, list[tuple[int, int, int]]] = {}
        for index, row in in_order(draft, rows):
            draft.book.row = index
            try:
                _draw_assignment(draft, row, taken)
            except ProblemError as error:
                draft.refuse(index, error.problems[0])


def _draw_assignment(draft: Draft, row: Row, taken: dict[int, list[tuple[int, int, int]]]) -> None:
    book = draft.book
    person = draft.person(row)
    seat = draft.known(book.positions.ids, row, "position_id", _("position"))
    start, end = draft.window(row)
    share = draft.share(row, "share") or WHOLE
    if book.value(EMPLOYMENT, person, day=start) is None:
        raise ProblemError(
            Problem(
                "people.not_employed",
                _("The person does not work here on the day on which the row starts."),
                hint=_("Correct the start, or the dates of hiring and leaving."),
                column="starts_on",
            )
        )
    if draft.text(row, "kind") == "additional":
        draft.write(ADDITIONAL, (person, seat), start, end, (share,))
        return
    for first, last, other in taken.get(person, ()):
        if other != seat and start < last and first < end and last < FOREVER:
            raise ProblemError(
                Problem(
                    "people.overlapping_assignment",
                    _("The person sits on another position for part of these dates already."),
                    hint=_("Let one end before the other starts, or make it additional."),
                    column="starts_on",
                )
            )
    taken.setdefault(person, []).append((start, end, seat))
    draft.write(MAIN, (person,), start, end, (seat, share))


class ReportingLinesReceiver(Receiver):
    schema = REPORTING_LINES

    def draw(self, draft: Draft, rows: dict[int, Row]) -> None:
        duplicates(draft, rows, REPORTING_LINES.key)
        for index, row in in_order(draft, rows):
            draft.book.row = index
            try:
                _draw_line(draft, row)
            except ProblemError as error:
                draft.refuse(index, error.problems[0])

    def _subject(self, row: Row) -> str:
        return str(row.get("position_id") or row.get("person_id") or "")


def _draw_line(draft: Draft, row: Row) -> None:
    start, end = draft.window(row)
    seat = _seat(draft, row, "position_id", "person_id", start)
    above = None
    if draft.text(row, "manager_position_id") or draft.text(row, "manager_id"):
        above = _seat(draft, row, "manager_position_id", "manager_id", start)
    kind = draft.text(row, "kind") or PRIMARY
    roll = draft.share(row, "roll") or WHOLE
    if above == seat:
        raise ProblemError(
            Problem("people.cycle", _("A position cannot report to itself."), column="manager_id")
        )
    if kind == PRIMARY:
        draft.write(LINE, (seat,), start, end, None if above is None else (above, roll))
    elif above is None:
        raise ProblemError(
            Problem(
                "people.unknown",
                _("A named relationship needs somebody at its upper end."),
                hint=_("Fill manager_id or manager_position_id."),
                column="manager_id",
            )
        )
    else:
        draft.write(RELATIONSHIP, (seat, kind[:50], above), start, end, (roll,))


def _seat(draft: Draft, row: Row, by_position: str, by_person: str, day: int) -> int:
    """The position that a row names, itself or by who sits on it."""
    if draft.text(row, by_position):
        return draft.known(draft.book.positions.ids, row, by_position, _("position"))
    if not draft.text(row, by_person):
        raise ProblemError(
            Problem(
                "people.unknown",
                _("The row names neither a position nor a person."),
                hint=_("Fill {one} or {other}.").format(one=by_position, other=by_person),
                column=by_position,
            )
        )
    seat = seat_of(draft.book, draft.person(row, by_person), day)
    if seat is None:
        raise ProblemError(
            Problem(
                "people.manager_without_position",
                _("“{key}” has no position.").format(key=draft.text(row, by_person)),
                hint=_("Give the person a position first."),
                column=by_person,
            )
        )
    return seat
