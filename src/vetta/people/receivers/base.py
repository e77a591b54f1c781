"""What all receivers share: which rows are new, drawing them, refusing the ones that break a rule.

A row that was imported before with the same content is not even drawn. The others are drawn into
the book, each through what a hand would do; rules are checked when all are drawn, so that the
order of the rows in the file does not matter (two people may swap their seats). A row that breaks
a rule is refused and the rest drawn anew without it, until what remains holds.
"""

from __future__ import annotations

import hashlib
import json
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

from django.utils.translation import gettext as _

from vetta.core import audit, clock
from vetta.engine.schema.types import TableSchema
from vetta.kernel.problem import Problem, ProblemError
from vetta.people.book import Book, Writing, writing
from vetta.people.models import BEGINNING, WHOLE, ImportedRow
from vetta.people.rules import violations
from vetta.people.services.editing import did_you_mean, nearest, person_names
from vetta.people.spans import FOREVER, day_number
from vetta.people.tracks import PERSON

from .undo import undo_batch

if TYPE_CHECKING:
    from vetta.intake.registry import ReceiveContext

Row = dict[str, Any]

_CHUNK = 500
_HINTS = 200  # looking for the nearest name is slow; beyond so many the hint is left out
#: The longest text of a column, where it is not 200 characters; None: any length.
_LONGEST = {"email": 254, "country": 100, "kind": 50, "name": 200, "value": None}
_NOT_CONTENT = {"source", "source_id", "batch_id", "ingested_at"}


@dataclass
class Draft:
    """One attempt to draw the rows of a table.

    Args:
        given: the columns that any row fills; what no row fills is not spoken of, and stays.
        today: from when a change without a date holds.
    """

    book: Book
    source: str
    given: frozenset[str]
    today: date
    problems: dict[int, list[Problem]] = field(default_factory=lambda: defaultdict(list))
    notices: dict[int, list[Problem]] = field(default_factory=lambda: defaultdict(list))
    memory: dict[str, Any] = field(default_factory=dict)

    def refuse(self, index: int, problem: Problem) -> None:
        self.problems[index].append(problem)

    def text(self, row: Row, name: str) -> str:
        """The text of a column, '' where empty."""
        value = row.get(name)
        return "" if value is None else str(value).strip()

    def share(self, row: Row, name: str) -> int | None:
        """A fraction in 0..1 as millionths, or None where empty."""
        value = row.get(name)
        if value is None or value == "":
            return None
        share = int(Decimal(str(value)) * WHOLE)
        if not 0 < share <= WHOLE:
            raise ProblemError(
                Problem(
                    "people.bad_share",
                    _("The share {share} does not lie between 0 and 1.").format(share=value),
                    hint=_("Write half a position as 0.5."),
                    column=name,
                )
            )
        return share

    def window(self, row: Row, default: date = BEGINNING) -> tuple[int, int]:
        """``starts_on`` and ``ends_on`` as day numbers."""
        start, end = row.get("starts_on") or default, row.get("ends_on")
        check_dates(start, end, "ends_on")
        return start.toordinal(), day_number(end)

    def person(self, row: Row, column: str = "person_id") -> int:
        """The person that a column names in this source.

        Raises:
            ProblemError: ``people.unknown_person`` with the nearest names.
        """
        key = self.text(row, column)
        found = self.book.identities.get((self.source, key)) or self.book.people.find(key)
        if found is None or not self.book.spans(PERSON, found):
            raise ProblemError(self.unknown_person(key, column))
        return found

    def unknown_person(self, key: str, column: str) -> Problem:
        hints = self.memory.setdefault("hints", {})
        if key not in hints:
            names = self.memory.get("names") or person_names(self.book)
            self.memory["names"] = names
            hints[key] = nearest(key, names) if len(hints) < _HINTS else []
        message = _("There is no person “{key}”.").format(key=key)
        hint = did_you_mean(hints[key])
        if column == "manager_id":
            return Problem("people.unknown_manager", message, hint=hint, column=column)
        return Problem("people.unknown_person", message, hint=hint, column=column)

    def known(self, ids: dict[str, int], row: Row, column: str, what: str) -> int:
        """The thing that a column names by key.

        Raises:
            ProblemError: ``people.unknown`` with the nearest keys.
        """
        key = self.text(row, column)
        if key not in ids:
            raise ProblemError(
                Problem(
                    "people.unknown",
                    _("There is no {what} “{key}”.").format(what=what, key=key),
                    hint=did_you_mean(nearest(key, {known: known for known in ids})),
                    column=column,
                )
            )
        return ids[key]

    def write(
        self, track: Any, key: tuple[Any, ...], start: int, end: int, value: tuple[Any, ...] | None
    ) -> None:
        """Write a value from ``start`` on.

        An open row holds until the next change that is known already. A row that ends takes
        what continued it away: "until June" corrects an earlier "until further notice".
        """
        if end >= FOREVER:
            self.book.paint(track, key, start, self.book.until_next(track, *key, day=start), value)
            return
        for span in list(self.book.spans(track, *key)):
            if span.start < end < span.end and span.value == value:
                self.book.paint(track, key, end, span.end, None)
        self.book.paint(track, key, start, end, value)


def check_dates(start: date, end: date | None, column: str) -> None:
    """Raise where two dates make no span, or lie before what can be kept."""
    if start < BEGINNING:
        raise ProblemError(
            Problem(
                "people.bad_dates",
                _("{date} lies before the first date that can be kept, {first}.").format(
                    date=start.isoformat(), first=BEGINNING.isoformat()
                ),
                hint=_("Leave the date empty where the beginning is not known."),
                column="starts_on",
            )
        )
    if end is not None and end <= start:
        raise ProblemError(
            Problem(
                "people.bad_dates",
                _("The end {end} does not lie after the start {start}.").format(
                    end=end.isoformat(), start=start.isoformat()
                ),
                hint=_("The end is the first day on which it no longer holds."),
                column=column,
            )
        )


def unkept(row: Row) -> Problem | None:
    """The problem of a text that the workspace cannot keep: too long, or with a zero byte."""
    for name, value in row.items():
        if not isinstance(value, str) or name.startswith("__"):
            continue
        longest = None if name.startswith("custom__") else _LONGEST.get(name, 200)
        if longest is not None and len(value) > longest:
            return Problem(
                "people.too_long",
                _("The text has {count} characters; {longest} are kept.").format(
                    count=len(value), longest=longest
                ),
                hint=_("Shorten it in the source, or cut it in the mapping."),
                column=name,
            )
        if "\x00" in value:
            return Problem(
                "people.bad_character",
                _("The text holds a zero byte."),
                hint=_("Take it out in the source; the file may be damaged."),
                column=name,
            )
    return None


@dataclass(frozen=True)
class Known:
    """What was imported before: row key to digest; and what each row means now."""

    digests: dict[str, str]

    def state(self, row_key: str, digest: str) -> str:
        before = self.digests.get(row_key)
        return "inserted" if before is None else "unchanged" if before == digest else "updated"


class Receiver(ABC):
    """One table of the import door; see ``intake.registry`` for the protocol."""

    schema: ClassVar[TableSchema]
    #: The column by which rows belong together: if one of them changed, all are drawn anew.
    subject: ClassVar[str] = "person_id"

    @abstractmethod
    def draw(self, draft: Draft, rows: dict[int, Row]) -> None:
        """Draw rows (by their index) into ``draft.book``; refuse by ``draft.refuse``."""

    # The protocol -----------------------------------------------------------------------------

    def check(self, rows: list[Row], *, context: ReceiveContext) -> list[Problem]:
        """The problems of the rows, on top of what this batch brought before; nothing is written.

        A row with a problem of severity error is refused; notices are only told.
        """
        base = _Trial.of(context)
        digests = self._known(context)
        drawn, _states = self._changed(rows, digests)
        draft = self._settle(base.book, drawn, context)
        base.book = draft.book
        found = [*draft.problems.items(), *draft.notices.items()]
        return [
            replace(problem, row=index)
            for index, problems in sorted(found, key=lambda item: item[0])
            for problem in problems
        ]

    def apply(self, rows: list[Row], *, context: ReceiveContext) -> dict[str, int]:
        """Write the rows; how many were inserted, updated and unchanged.

        Raises:
            ProblemError: where what was checked no longer holds, since somebody changed the
                organisation in between.
        """
        _Trial._last = None  # checked; its book is no longer needed
        with writing() as work:
            digests = self._known(context)
            drawn, states = self._changed(rows, digests)
            counts = dict.fromkeys(("inserted", "updated", "unchanged"), 0)
            for state, _row_key, _digest in states:
                counts[state] += 1
            if not drawn:
                work.changed = False
                return counts
            draft = self._settle(Book(), drawn, context)
            if draft.problems:
                raise ProblemError(*(one for found in draft.problems.values() for one in found))
            draft.book.save(work.known_at, context.batch_id)
            self._remember(rows, states, digests, context, work)
            audit.record(
                "people.rows_imported",
                actor=context.actor,
                subject=audit.Subject("intake.batch", context.batch_id, str(self.schema.title)),
                changes={name: (None, count) for name, count in counts.items() if count},
            )
        return counts

    def undo(self, *, context: ReceiveContext) -> list[Problem]:
        """Reverse what the batch did to this room; with problems, nothing."""
        return undo_batch(context.batch_id, actor=context.actor)

    # Drawing ----------------------------------------------------------------------------------

    def _settle(self, base: Book, rows: dict[int, Row], context: ReceiveContext) -> Draft:
        """Draw what can be drawn: rows that break a rule are left out, and the rest drawn anew."""
        rows = dict(rows)
        given = frozenset(
            name for row in rows.values() for name, value in row.items() if value is not None
        )
        refused: dict[int, list[Problem]] = {}
        while True:
            draft = Draft(base.fork(), context.source, given, clock.today())
            for index, row in rows.items():
                if (problem := unkept(row)) is not None:
                    draft.refuse(index, problem)
            if not draft.problems:
                self.draw(draft, rows)
            draft.book.row = None
            if not draft.problems:
                self._blame(draft)
            if not draft.problems:
                draft.problems.update(refused)
                return draft
            for index, problems in draft.problems.items():
                refused[index] = problems
                rows.pop(index, None)

    def _blame(self, draft: Draft) -> None:
        """Refuse, for each broken rule, the last row that wrote into it."""
        for violation in violations(draft.book):
            writers = [
                draft.book.written_by[culprit]
                for culprit in violation.culprits
                if culprit in draft.book.written_by
            ]
            if writers:
                draft.refuse(max(writers), violation.problem)

    # What was imported before -----------------------------------------------------------------

    def _known(self, context: ReceiveContext) -> Known:
        rows = ImportedRow.objects.filter(
            table=self.schema.name, source=context.source, known_to__isnull=True
        )
        return Known(dict(rows.values_list("row_key", "digest")))

    def _changed(
        self, rows: list[Row], known: Known
    ) -> tuple[dict[int, Row], list[tuple[str, str, str]]]:
        """The rows to draw, by index; and (state, row key, digest) of all rows."""
        states = []
        for row in rows:
            row_key, digest = self.row_key(row), _digest(row)
            states.append((known.state(row_key, digest), row_key, digest))
        changed = {
            self._subject(row)
            for row, (state, _key, _digest) in zip(rows, states, strict=True)
            if state != "unchanged"
        }
        drawn = {index: row for index, row in enumerate(rows) if self._subject(row) in changed}
        return drawn, states

    def row_key(self, row: Row) -> str:
        """What makes a row the same row in the next file."""
        return _hash([str(row.get(name) or "") for name in self.schema.key])

    def _subject(self, row: Row) -> str:
        return str(row.get(self.subject) or "")

    def _remember(
        self,
        rows: list[Row],
        states: list[tuple[str, str, str]],
        known: Known,
        context: ReceiveContext,
        work: Writing,
    ) -> None:
        latest = {
            row_key: (digest, self._subject(row))
            for row, (state, row_key, digest) in zip(rows, states, strict=True)
            if state != "unchanged"
        }
        before = [row_key for row_key in latest if row_key in known.digests]
        same = {"table": self.schema.name, "source": context.source}
        for at in range(0, len(before), _CHUNK):
            ImportedRow.objects.filter(
                **same, known_to__isnull=True, row_key__in=before[at : at + _CHUNK]
            ).update(known_to=work.known_at, closed_by=context.batch_id)
        ImportedRow.objects.bulk_create(
            [
                ImportedRow(
                    **same,
                    row_key=row_key,
                    digest=digest,
                    subject=subject,
                    known_from=work.known_at,
                    batch_id=context.batch_id,
                )
                for row_key, (digest, subject) in latest.items()
            ],
            batch_size=_CHUNK,
        )


def duplicates(draft: Draft, rows: dict[int, Row], names: Iterable[str]) -> None:
    """Refuse rows that repeat an earlier row's key with other content."""
    seen: dict[tuple[Any, ...], int] = {}
    for index, row in rows.items():
        key = tuple(row.get(name) for name in names)
        first = seen.setdefault(key, index)
        if first != index and _digest(rows[first]) != _digest(row):
            draft.refuse(
                index,
                Problem(
                    "people.duplicate_row",
                    _(
                        "Another row says something else about “{key}”, from the same day on."
                    ).format(key=", ".join(str(part) for part in key if part is not None)),
                    hint=_("Give each row its start, or leave one of them out."),
                ),
            )


def _digest(row: Row) -> str:
    content = {
        name: value
        for name, value in row.items()
        if value is not None and name not in _NOT_CONTENT and not name.startswith("__")
    }
    return _hash(content)


def _hash(content: Any) -> str:
    text = json.dumps(content, sort_keys=True, default=_plain, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> str:
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return str(value)


class _Trial:
    """What the tables of one batch have drawn so far while it is being checked.

    Belongs to the batch's own context; only the last one is kept: there is one import at a time.
    """

    _last: ClassVar[_Trial | None] = None

    def __init__(self, context: ReceiveContext) -> None:
        self.context = context
        self.book = Book()

    @classmethod
    def of(cls, context: ReceiveContext) -> _Trial:
        if cls._last is None or cls._last.context is not context:
            cls._last = cls(context)
        return cls._last
