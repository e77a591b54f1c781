"""Teams and positions by import."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from vetta.kernel.problem import Problem, ProblemError
from vetta.people.models import WHOLE
from vetta.people.services.editing import ensure_team, ensure_unit
from vetta.people.spans import FOREVER
from vetta.people.tracks import LINE, POSITION, TEAM

from .base import Draft, Receiver, Row, duplicates
from .schema import POSITIONS, TEAMS


def in_order(draft: Draft, rows: dict[int, Row]) -> list[tuple[int, Row]]:
    """The rows that still stand, from the earliest start on."""
    ordered = sorted(rows.items(), key=lambda item: (item[1].get("starts_on") or date.min, item[0]))
    return [(index, row) for index, row in ordered if index not in draft.problems]


class TeamsReceiver(Receiver):
    schema = TEAMS
    subject = "team_id"

    def draw(self, draft: Draft, rows: dict[int, Row]) -> None:
        duplicates(draft, rows, TEAMS.key)
        for index, row in in_order(draft, rows):
            draft.book.row = index
            try:
                _draw_team(draft, row)
            except ProblemError as error:
                draft.refuse(index, error.problems[0])
        for index, row in in_order(draft, rows):
            # Parents when all teams are there: a child may stand above its parent in the file.
            draft.book.row = index
            try:
                _draw_parent(draft, row)
            except ProblemError as error:
                draft.refuse(index, error.problems[0])


def _team_window(draft: Draft, row: Row, team: int) -> tuple[int, int]:
    """Without a start, a new team is there since ever and a known one changes today."""
    is_old = team > 0 and bool(draft.book.spans(TEAM, team))
    return draft.window(row, draft.today) if is_old else draft.window(row)


def _draw_team(draft: Draft, row: Row) -> None:
    book = draft.book
    name = draft.text(row, "name")
    if not name:
        raise ProblemError(Problem("people.name_missing", _("A team needs a name."), column="name"))
    team = book.teams.ensure(draft.text(row, "team_id"))
    start, end = _team_window(draft, row, team)
    old = book.value(TEAM, team, day=start) or ("", None, "")
    region = draft.text(row, "region") if "region" in draft.given else old[2]
    value = (name, old[1], region)
    if value != old:
        draft.write(TEAM, (team,), start, end, value)
    if end < FOREVER:
        book.paint(TEAM, (team,), end, book.until_next(TEAM, team, day=end), None)


def _draw_parent(draft: Draft, row: Row) -> None:
    if "parent_id" not in draft.given:
        return
    book = draft.book
    team = book.teams.ensure(draft.text(row, "team_id"))
    start, end = _team_window(draft, row, team)
    parent = None
    if draft.text(row, "parent_id"):
        parent = draft.known(book.teams.ids, row, "parent_id", _("team"))
    old = book.value(TEAM, team, day=start)
    if old is not None and old[1] != parent:
        draft.write(TEAM, (team,), start, end, (old[0], parent, old[2]))


class PositionsReceiver(Receiver):
    schema = POSITIONS
    subject = "position_id"

    def draw(self, draft: Draft, rows: dict[int, Row]) -> None:
        duplicates(draft, rows, POSITIONS.key)
        for index, row in in_order(draft, rows):
            draft.book.row = index
            try:
                _draw_position(draft, row)
            except ProblemError as error:
                draft.refuse(index, error.problems[0])
        for index, row in in_order(draft, rows):
            draft.book.row = index
            try:
                _draw_line(draft, row)
            except ProblemError as error:
                draft.refuse(index, error.problems[0])


def _position_window(draft: Draft, row: Row, seat: int) -> tuple[int, int]:
    is_old = seat > 0 and bool(draft.book.spans(POSITION, seat))
    return draft.window(row, draft.today) if is_old else draft.window(row)


def _draw_position(draft: Draft, row: Row) -> None:
    book = draft.book
    seat = book.positions.ensure(draft.text(row, "position_id"))
    start, end = _position_window(draft, row, seat)
    old = book.value(POSITION, seat, day=start)
    title, team, unit = (draft.text(row, name) for name in ("title", "team", "business_unit"))
    kept = old or (None, None, None)
    value = (
        (book.titles.ensure(title) if title else None) if "title" in draft.given else kept[0],
        (ensure_team(book, team) if team else None) if "team" in draft.given else kept[1],
        (ensure_unit(book, unit) if unit else None) if "business_unit" in draft.given else kept[2],
    )
    if value != old:
        draft.write(POSITION, (seat,), start, end, value)
    if end < FOREVER:
        book.paint(POSITION, (seat,), end, book.until_next(POSITION, seat, day=end), None)


def _draw_line(draft: Draft, row: Row) -> None:
    if "manager_position_id" not in draft.given:
        return
    book = draft.book
    seat = book.positions.ensure(draft.text(row, "position_id"))
    start, end = _position_window(draft, row, seat)
    if not draft.text(row, "manager_position_id"):
        if book.value(LINE, seat, day=start) is not None:
            draft.write(LINE, (seat,), start, end, None)
        return
    above = draft.known(book.positions.ids, row, "manager_position_id", _("position"))
    if above == seat:
        raise ProblemError(
            Problem(
                "people.cycle",
                _("A position cannot report to itself."),
                column="manager_position_id",
            )
        )
    draft.write(LINE, (seat,), start, end, (above, WHOLE))
