"""Undoing a batch: what it added is closed, what it closed is believed again."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

from vetta.core import audit
from vetta.core.models import User
from vetta.kernel.problem import Problem
from vetta.people.book import Book, Writing, writing
from vetta.people.models import ImportedRow, PersonIdentity
from vetta.people.rules import violations
from vetta.people.spans import Span, day_number
from vetta.people.tracks import TRACKS, Key, Track, Values

_LISTED = 50


def undo_batch(batch_id: str, *, actor: User | None) -> list[Problem]:
    """Reverse everything that a batch did to people and their organisation.

    Nothing is deleted: the past still shows what was believed while the batch stood. Refused,
    with the list, where a later import or a hand changed the same things. A batch that was
    undone, or that brought nothing here, is left alone.
    """
    with writing() as work:
        work.changed = False
        marker = f"undo:{batch_id}"
        brought = ImportedRow.objects.filter(batch_id=batch_id).exclude(closed_by=marker)
        if not brought.exists():
            return []
        problems = _conflicts(batch_id, marker)
        if problems:
            return problems
        book = Book()
        origins: dict[tuple[Track, Key, Span[Values]], str] = {}
        for track in TRACKS:
            problems += _reverse(book, track, batch_id, origins)
        problems += [violation.problem for violation in violations(book)] if not problems else []
        if problems:
            return problems[:_LISTED]
        work.changed = True
        book.save(work.known_at, closed_by=marker, origins=origins)
        _reverse_bookkeeping(batch_id, marker, work)
        audit.record(
            "people.import_undone",
            actor=actor,
            subject=audit.Subject("intake.batch", batch_id, batch_id),
            changes={},
        )
    return []


def _conflicts(batch_id: str, marker: str) -> list[Problem]:
    """What others changed of what the batch brought."""
    markers = ImportedRow.objects.filter(closed_by__startswith="undo:")
    undone = {text.removeprefix("undo:") for text in markers.values_list("closed_by", flat=True)}
    harmless = [batch_id, marker, *undone]
    later = (
        ImportedRow.objects.filter(batch_id=batch_id, known_to__isnull=False)
        .exclude(closed_by__in=harmless)
        .values_list("subject", "closed_by", "table")
    )
    problems = [_conflict(*row) for row in later[:_LISTED]]
    for track in TRACKS:
        rows = track.model.objects.filter(batch_id=batch_id, known_to__isnull=False)
        if track.condition is not None:
            rows = rows.filter(track.condition)
        anchor = track.key[0].removesuffix("_id")
        changed = rows.exclude(closed_by__in=harmless).values_list(f"{anchor}__key", "closed_by")
        problems += [_conflict(key, by, track.name) for key, by in changed[:_LISTED]]
    return problems[:_LISTED]


def _conflict(subject: str, by: str, what: str) -> Problem:
    who = _("the import {batch}").format(batch=by) if by else _("a change by hand")
    return Problem(
        "people.undo_conflict",
        _("“{subject}” ({what}) was changed since, by {who}.").format(
            subject=subject, what=what, who=who
        ),
        hint=_("Undo the later import first, or correct it by hand."),
    )


def _reverse(
    book: Book,
    track: Track,
    batch_id: str,
    origins: dict[tuple[Track, Key, Span[Values]], str],
) -> list[Problem]:
    """Take the batch's rows out of the timelines and put back the ones that it closed."""
    added = _rows(track, batch_id=batch_id, known_to__isnull=True)
    closed = _rows(track, exclude=batch_id, closed_by=batch_id)
    problems = []
    for key in {*added, *closed}:
        gone = {span for span, _batch in added.get(key, ())}
        left = [span for span in book.spans(track, *key) if span not in gone]
        back = closed.get(key, [])
        spans = sorted([*left, *(span for span, _batch in back)], key=lambda span: span.start)
        if any(later.start < span.end for span, later in pairwise(spans)):
            subject = track.model.objects.filter(**dict(zip(track.key, key, strict=True))).first()
            anchor = getattr(subject, track.key[0].removesuffix("_id"))
            problems.append(_conflict(str(anchor), "", track.name))
            continue
        book.replace(track, key, spans)
        origins.update({(track, key, span): batch for span, batch in back})
    return problems


def _rows(
    track: Track, exclude: str | None = None, **which: Any
) -> dict[Key, list[tuple[Span[Values], str]]]:
    """Rows by timeline, with the import that added each."""
    rows = track.model.objects.filter(**which)
    if exclude is not None:
        rows = rows.exclude(batch_id=exclude)
    if track.condition is not None:
        rows = rows.filter(track.condition)
    found: dict[Key, list[tuple[Span[Values], str]]] = {}
    width = 3 + len(track.key)
    for row in rows.values_list("starts_on", "ends_on", "batch_id", *track.key, *track.values):
        span = Span(row[0].toordinal(), day_number(row[1]), row[width:])
        found.setdefault(row[3:width], []).append((span, row[2]))
    return found


def _reverse_bookkeeping(batch_id: str, marker: str, work: Writing) -> None:
    """The same for identities and for the digests of rows."""
    for model in (PersonIdentity, ImportedRow):
        model.objects.filter(batch_id=batch_id, known_to__isnull=True).update(
            known_to=work.known_at, closed_by=marker
        )
    ImportedRow.objects.bulk_create(
        [
            ImportedRow(
                table=row.table,
                source=row.source,
                row_key=row.row_key,
                digest=row.digest,
                subject=row.subject,
                known_from=work.known_at,
                batch_id=row.batch_id,
            )
            for row in ImportedRow.objects.filter(closed_by=batch_id).exclude(batch_id=batch_id)
        ],
        batch_size=500,
    )
