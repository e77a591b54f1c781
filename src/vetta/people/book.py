"""The book: today's belief in memory, written over as often as needed, then saved as a whole.

All writes of this room go through here, by hand or by import. A change *paints* a value over a
span of a timeline. Saving compares every timeline with the rows it was read from: rows that no
longer stand are closed (``known_to``), new ones are added; what came out the same is not touched.
One query a table to read, a few a table to save, however many rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import time_ns
from typing import Any

from django.db import models, transaction

from vetta.core import clock

from .models import (
    Attribute,
    BusinessUnit,
    Person,
    PersonIdentity,
    Position,
    Revision,
    Team,
    Title,
)
from .spans import FOREVER, Span, day_number, next_start, open_date, painted, value_on
from .tracks import Key, Track, Values

_CHUNK = 500


@dataclass
class Anchors:
    """The things of one kind by key; new ones carry negative numbers until they are saved."""

    model: type[models.Model]
    name: str  # the column of the key
    ids: dict[str, int] = field(default_factory=dict)
    new: dict[int, dict[str, Any]] = field(default_factory=dict)

    def load(self) -> Anchors:
        self.ids = dict(self.model._default_manager.values_list(self.name, "pk"))
        return self

    def find(self, key: str) -> int | None:
        return self.ids.get(key)

    def ensure(self, key: str, **columns: Any) -> int:
        """The id of the thing with that key, which is made if there is none."""
        if key not in self.ids:
            self.ids[key] = -(len(self.new) + 1)
            self.new[self.ids[key]] = {self.name: key, **columns}
        return self.ids[key]

    def save(self) -> dict[int, int]:
        """Make the new ones; their numbers until now, and from now on."""
        made = self.model._default_manager.bulk_create(
            [self.model(**columns) for columns in self.new.values()], batch_size=_CHUNK
        )
        numbers = {old: thing.pk for old, thing in zip(self.new, made, strict=True)}
        for thing in made:
            self.ids[getattr(thing, self.name)] = thing.pk
        self.new.clear()
        return numbers

    def fork(self) -> Anchors:
        return Anchors(self.model, self.name, dict(self.ids), dict(self.new))


@dataclass(frozen=True)
class Kept:
    """A stored row of a timeline."""

    id: int
    span: Span[Values]


@dataclass(frozen=True)
class Saved:
    """What saving did: how many rows of each track were added and closed."""

    known_at: datetime
    added: Mapping[str, int]
    closed: Mapping[str, int]

    @property
    def is_empty(self) -> bool:
        return not self.added and not self.closed


ANCHOR_COLUMNS: dict[str, type[models.Model]] = {
    "person_id": Person,
    "team_id": Team,
    "parent_id": Team,
    "position_id": Position,
    "manager_id": Position,
    "title_id": Title,
    "business_unit_id": BusinessUnit,
    "attribute_id": Attribute,
}


class Book:
    """See the module. Not shared between threads; valid while nobody else writes."""

    def __init__(self) -> None:
        self.people = Anchors(Person, "key").load()
        self.teams = Anchors(Team, "key").load()
        self.positions = Anchors(Position, "key").load()
        self.titles = Anchors(Title, "name").load()
        self.units = Anchors(BusinessUnit, "key").load()
        self.attributes = Anchors(Attribute, "key").load()
        self.identities: dict[tuple[str, str], int] = {
            (source, external): person
            for source, external, person in PersonIdentity.objects.filter(
                known_to__isnull=True
            ).values_list("source", "external_id", "person_id")
        }
        self.new_identities: dict[tuple[str, str], int] = {}
        self._kept: dict[Track, dict[Key, list[Kept]]] = {}
        self._spans: dict[Track, dict[Key, list[Span[Values]]]] = {}
        self.touched: dict[Track, dict[Key, None]] = defaultdict(dict)
        #: Which row of an import is being drawn, and which one last wrote a timeline.
        self.row: int | None = None
        self.written_by: dict[tuple[Track, Key], int] = {}

    def fork(self) -> Book:
        """A copy to try things on; the original stays as it is."""
        copy = Book.__new__(Book)
        for name in ("people", "teams", "positions", "titles", "units", "attributes"):
            setattr(copy, name, getattr(self, name).fork())
        copy.identities = dict(self.identities)
        copy.new_identities = dict(self.new_identities)
        copy._kept = self._kept
        copy._spans = {track: dict(spans) for track, spans in self._spans.items()}
        copy.touched = defaultdict(dict, {t: dict(keys) for t, keys in self.touched.items()})
        copy.row, copy.written_by = None, {}
        return copy

    # Reading ----------------------------------------------------------------------------------

    def timelines(self, track: Track) -> dict[Key, list[Span[Values]]]:
        """All timelines of a track, as they stand in the book."""
        if track not in self._spans:
            if track not in self._kept:
                self._kept[track] = self._load(track)
            self._spans[track] = {
                key: [kept.span for kept in rows] for key, rows in self._kept[track].items()
            }
        return self._spans[track]

    def spans(self, track: Track, *key: Any) -> list[Span[Values]]:
        """One timeline; empty if there is none."""
        return self.timelines(track).get(key, [])

    def value(self, track: Track, *key: Any, day: int) -> Values | None:
        """What a timeline says on a day."""
        return value_on(self.spans(track, *key), day)

    def _load(self, track: Track) -> dict[Key, list[Kept]]:
        rows = track.model.objects.known()
        if track.condition is not None:
            rows = rows.filter(track.condition)
        found: dict[Key, list[Kept]] = defaultdict(list)
        columns = ("id", "starts_on", "ends_on", *track.key, *track.values)
        width = 3 + len(track.key)
        for row in rows.order_by("starts_on").values_list(*columns):
            span = Span(row[1].toordinal(), day_number(row[2]), row[width:])
            found[row[3:width]].append(Kept(row[0], span))
        return found

    # Writing ----------------------------------------------------------------------------------

    def paint(
        self,
        track: Track,
        key: Key,
        start: int,
        end: int,
        value: Values | None,
    ) -> None:
        """Let the timeline say ``value`` (None: nothing) from ``start`` until before ``end``."""
        if start >= end:
            return
        spans = self.timelines(track).get(key, [])
        self.replace(track, key, painted(spans, start, end, value))

    def replace(self, track: Track, key: Key, spans: list[Span[Values]]) -> None:
        """Put another timeline in the place of one."""
        self.timelines(track)[key] = spans
        self.touched[track][key] = None
        if self.row is not None:
            self.written_by[track, key] = self.row

    def until_next(self, track: Track, *key: Any, day: int) -> int:
        """Where a change from ``day`` on ends by itself: at the next change known already."""
        return next_start(self.spans(track, *key), day)

    def identify(self, source: str, external_id: str, person_id: int) -> None:
        """Remember that a source knows a person by this id."""
        if self.identities.get((source, external_id)) != person_id:
            self.identities[source, external_id] = person_id
            self.new_identities[source, external_id] = person_id

    def save(
        self,
        known_at: datetime,
        batch_id: str = "",
        closed_by: str = "",
        origins: Mapping[tuple[Track, Key, Span[Values]], str] | None = None,
    ) -> Saved:
        """Write everything down; call within the transaction that holds the revision.

        Args:
            batch_id: the import that adds the rows; '' by hand.
            closed_by: what closes rows, if it is not the same.
            origins: for rows that are put back, the import that had added them.
        """
        numbers = self._save_anchors()
        closed: dict[str, int] = {}
        added: dict[str, int] = {}
        for track, keys in self.touched.items():
            gone: list[int] = []
            come: list[models.Model] = []
            for key in keys:
                kept = {row.span: row.id for row in self._kept[track].get(key, [])}
                now = set(self._spans[track][key])
                gone += [row_id for span, row_id in kept.items() if span not in now]
                come += [
                    self._row(
                        track,
                        key,
                        span,
                        numbers,
                        known_at,
                        (origins or {}).get((track, key, span), batch_id),
                    )
                    for span in self._spans[track][key]
                    if span not in kept
                ]
            for at in range(0, len(gone), _CHUNK):
                track.model.objects.filter(pk__in=gone[at : at + _CHUNK]).update(
                    known_to=known_at, closed_by=closed_by or batch_id
                )
            track.model.objects.bulk_create(come, batch_size=_CHUNK)
            if gone:
                closed[track.name] = len(gone)
            if come:
                added[track.name] = len(come)
        if self._save_identities(numbers, known_at, batch_id):
            added["identity"] = len(self.new_identities)
        return Saved(known_at, added, closed)

    def _save_anchors(self) -> dict[tuple[type[models.Model], int], int]:
        numbers: dict[tuple[type[models.Model], int], int] = {}
        for anchors in (
            self.people,
            self.teams,
            self.positions,
            self.titles,
            self.units,
            self.attributes,
        ):
            for old, new in anchors.save().items() if anchors.new else ():
                numbers[anchors.model, old] = new
        return numbers

    def _row(
        self,
        track: Track,
        key: Key,
        span: Span[Values],
        numbers: dict[tuple[type[models.Model], int], int],
        known_at: datetime,
        batch_id: str,
    ) -> models.Model:
        columns = track.columns(key, span.value)
        for name, model in ANCHOR_COLUMNS.items():
            if columns.get(name) is not None and columns[name] < 0:
                columns[name] = numbers[model, columns[name]]
        return track.model(
            starts_on=open_date(span.start),
            ends_on=open_date(span.end) if span.end < FOREVER else None,
            known_from=known_at,
            batch_id=batch_id,
            **columns,
        )

    def _save_identities(
        self,
        numbers: dict[tuple[type[models.Model], int], int],
        known_at: datetime,
        batch_id: str,
    ) -> bool:
        rows = [
            PersonIdentity(
                person_id=numbers.get((Person, person), person),
                source=source,
                external_id=external_id,
                known_from=known_at,
                batch_id=batch_id,
            )
            for (source, external_id), person in self.new_identities.items()
        ]
        PersonIdentity.objects.bulk_create(rows, batch_size=_CHUNK)
        return bool(rows)


@dataclass
class Writing:
    """A transaction that changes the organisation.

    Args:
        known_at: the moment of its knowledge.
        changed: set to False by whoever found that there is nothing to write.
    """

    known_at: datetime
    changed: bool = True


@contextmanager
def writing() -> Iterator[Writing]:
    """One transaction that alone changes the organisation.

    The moment is later than that of every earlier write, whatever the clock says, so what was
    known at a past moment never changes. Writers wait for one another; readers do not.
    """
    with transaction.atomic():
        Revision.objects.get_or_create(pk=1)
        row = Revision.objects.select_for_update().get(pk=1)
        now = clock.now()
        if row.known_at is not None:
            now = max(now, row.known_at + timedelta(microseconds=1))
        work = Writing(now)
        yield work
        if not work.changed:
            return
        # From the clock of the machine: a number is never used twice, not even after a rollback
        # or a restore, so whatever was computed for it stays right.
        row.number = max(row.number + 1, time_ns() // 1000)
        row.known_at = now
        row.save()
