"""Values that hold for a while and were known from a moment on: one answer to "as of" questions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Generic, TypeVar

T = TypeVar("T")


class Standing(StrEnum):
    """How a timeline stands on a day. ``ended`` and ``not_yet`` differ from ``never``."""

    HOLDS = "holds"
    ENDED = "ended"
    NOT_YET = "not_yet"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Dated(Generic[T]):
    """One value with the days on which it holds and the moments between which it was known.

    Args:
        starts_on, ends_on: the days; the end is exclusive, None is open.
        known_from, known_to: aware moments; the end is exclusive; None is "always" and "still".
    """

    value: T
    starts_on: date
    ends_on: date | None = None
    known_from: datetime | None = None
    known_to: datetime | None = None

    def __post_init__(self) -> None:
        if self.ends_on is not None and self.ends_on <= self.starts_on:
            raise ValueError(f"ends on {self.ends_on}, which is not after {self.starts_on}")
        for moment in (self.known_from, self.known_to):
            if moment is not None and moment.tzinfo is None:
                raise ValueError("known_from and known_to need a time zone")
        if self.known_from and self.known_to and self.known_to <= self.known_from:
            raise ValueError(f"known to {self.known_to}, which is not after {self.known_from}")

    def holds_on(self, day: date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day < self.ends_on)

    def was_known_at(self, moment: datetime | None) -> bool:
        """Whether it was believed at ``moment``; None asks for what is believed now."""
        if moment is None:
            return self.known_to is None
        after_start = self.known_from is None or self.known_from <= moment
        return after_start and (self.known_to is None or moment < self.known_to)

    def clashes_with(self, other: Dated[T]) -> bool:
        """Whether both claim the same day at the same moment."""
        return _meet(self.starts_on, self.ends_on, other.starts_on, other.ends_on) and _meet(
            self.known_from, self.known_to, other.known_from, other.known_to
        )


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """How things stood: ``entry`` holds, or is the last one before or the first one after."""

    standing: Standing
    entry: Dated[T] | None = None

    @property
    def value(self) -> T | None:
        """The value where one holds, else None: never the value of something that ended."""
        if self.standing is Standing.HOLDS and self.entry is not None:
            return self.entry.value
        return None


class Timeline(Generic[T]):
    """Dated values of one thing; for every day and moment at most one of them holds.

    Immutable: a change makes a new timeline in which what was known before stays readable.

    Raises:
        ValueError: where two entries claim the same day at the same moment.
    """

    __slots__ = ("_entries",)

    def __init__(self, entries: Iterable[Dated[T]] = ()) -> None:
        self._entries = tuple(sorted(entries, key=lambda entry: entry.starts_on))
        for index, entry in enumerate(self._entries):
            for later in self._entries[index + 1 :]:
                if entry.ends_on is not None and later.starts_on >= entry.ends_on:
                    break
                if entry.clashes_with(later):
                    raise ValueError(f"two values hold from {later.starts_on}: {entry} and {later}")

    def __iter__(self) -> Iterator[Dated[T]]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Timeline) and set(self._entries) == set(other._entries)

    def __hash__(self) -> int:
        return hash(frozenset(self._entries))

    def known_at(self, moment: datetime | None = None) -> list[Dated[T]]:
        """What was believed at ``moment`` (now by default), by start."""
        return [entry for entry in self._entries if entry.was_known_at(moment)]

    def at(self, as_of: date, known_at: datetime | None = None) -> Answer[T]:
        """How things stood on ``as_of``, as it was known at ``known_at`` (now by default)."""
        before: Dated[T] | None = None
        for entry in self.known_at(known_at):
            if entry.holds_on(as_of):
                return Answer(Standing.HOLDS, entry)
            if entry.starts_on > as_of:
                standing = Standing.NOT_YET if before is None else Standing.ENDED
                return Answer(standing, before or entry)
            before = entry
        return Answer(Standing.NEVER) if before is None else Answer(Standing.ENDED, before)

    def value_at(self, as_of: date, known_at: datetime | None = None) -> T | None:
        """The value that held on ``as_of``, or None."""
        return self.at(as_of, known_at).value

    def within(
        self, starts_on: date, ends_on: date, known_at: datetime | None = None
    ) -> list[Dated[T]]:
        """The entries that touch the days from ``starts_on`` to ``ends_on``, cut to them."""
        return [
            replace(
                entry,
                starts_on=max(entry.starts_on, starts_on),
                ends_on=ends_on if entry.ends_on is None else min(entry.ends_on, ends_on),
            )
            for entry in self.known_at(known_at)
            if _meet(entry.starts_on, entry.ends_on, starts_on, ends_on)
        ]

    def changed(
        self, value: T, starts_on: date, ends_on: date | None = None, *, known_from: datetime
    ) -> Timeline[T]:
        """The timeline after ``value`` was learnt at ``known_from`` to hold for these days.

        What held on those days is closed in knowledge, not in fact: ``at(day, before)`` still
        answers as it did. The parts of former entries outside the days live on unchanged.
        """
        new = Dated(value, starts_on, ends_on, known_from)
        return Timeline([*self._cleared(starts_on, ends_on, known_from), new])

    def ended(self, ends_on: date, *, known_from: datetime) -> Timeline[T]:
        """After it was learnt at ``known_from`` that nothing holds from ``ends_on``."""
        return Timeline(self._cleared(ends_on, None, known_from))

    def _cleared(
        self, starts_on: date, ends_on: date | None, known_from: datetime
    ) -> Iterator[Dated[T]]:
        if any(entry.known_from and entry.known_from > known_from for entry in self._entries):
            raise ValueError(f"something later than {known_from} is already known")
        for entry in self._entries:
            touched = _meet(entry.starts_on, entry.ends_on, starts_on, ends_on)
            if entry.known_to is not None or not touched:
                yield entry
                continue
            if entry.known_from != known_from:  # else it was never seen and leaves no trace
                yield replace(entry, known_to=known_from)
            if entry.starts_on < starts_on:
                yield replace(entry, ends_on=starts_on, known_from=known_from)
            if ends_on is not None and (entry.ends_on is None or ends_on < entry.ends_on):
                yield replace(entry, starts_on=ends_on, known_from=known_from)


Point = TypeVar("Point", date, datetime)


def _meet(
    starts: Point | None, ends: Point | None, other_starts: Point | None, other_ends: Point | None
) -> bool:
    """Whether two half-open stretches share a point; None is open on either side."""
    first = starts is None or other_ends is None or starts < other_ends
    second = other_starts is None or ends is None or other_starts < ends
    return first and second
