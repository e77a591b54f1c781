"""How an actor stands to people on a day: what the access policy asks this room."""

from __future__ import annotations

from datetime import date

from django.db.models import Q

from vetta.core.access import Actor
from vetta.people.models import AccessPolicy, Person, UnitScope

from .day import Day, on_day


def own_person(actor: Actor) -> int | None:
    """The person whom the actor's user is; asked once per actor."""
    if actor.user is None:
        return None
    if "person" not in actor.memory:
        found = Person.objects.filter(user_id=actor.user.pk).values_list("pk", flat=True).first()
        actor.memory["person"] = found
    return actor.memory["person"]


def own_key(actor: Actor) -> str | None:
    """The key of the actor's own person, or None."""
    person = own_person(actor)
    return None if person is None else on_day(actor.today).org.person_keys.get(person)


def self_of(actor: Actor, on: date) -> frozenset[str]:
    """The actor's own person."""
    return _keys(on_day(on), {own_person(actor)} - {None})


def below(actor: Actor, on: date) -> frozenset[str]:
    """Everybody below the actor on that day, through the tree of primary lines.

    The policy of the organisation decides whether a former manager still reads the days on
    which he or she managed, or only those who are below today as well.
    """
    person = own_person(actor)
    if person is None:
        return frozenset()
    day = on_day(on)
    found = day.below(person)
    if found and on < actor.today and not former_managers_keep():
        found &= on_day(actor.today).below(person)
    return _keys(day, found)


def above(actor: Actor, on: date) -> frozenset[str]:
    """The actor's managers, up to the top."""
    person = own_person(actor)
    if person is None:
        return frozenset()
    return _keys(on_day(on), on_day(on).above(person))


def team(actor: Actor, on: date) -> frozenset[str]:
    """Who shares the actor's team on that day."""
    person, day = own_person(actor), on_day(on)
    seat = day.seats.get(day.main.get(person, -1)) if person is not None else None
    if seat is None or seat.team_id is None:
        return frozenset()
    positions = [p for p, facts in day.seats.items() if facts.team_id == seat.team_id]
    return _keys(day, day.people_on(positions))


def unit_limit(actor: Actor, on: date) -> frozenset[str] | None:
    """Whom an actor who is limited to business units reaches at most; None: not limited.

    The limits are those of the actor's own day, the people those of the day of the figure. Who
    has no position on that day belongs to the unit of his or her last one before it.
    """
    if actor.user is None:
        return None
    today = actor.today
    scopes = UnitScope.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gt=today), user_id=actor.user.pk, starts_on__lte=today
    )
    units = set(scopes.values_list("business_unit__key", flat=True))
    if not units:
        return None
    day = on_day(on)
    people = {person for person in day.org.names if unit_of(day, person) in units}
    return _keys(day, people | ({own_person(actor)} - {None}))


def unit_of(day: Day, person: int) -> str | None:
    """The key of a person's business unit on a day, or the last one before."""
    position, moment = day.main.get(person), day.number
    if position is None:
        past = [span for span in day.org.main.get(person, ()) if span.start <= day.number]
        if not past:
            return None
        position, moment = past[-1].value, past[-1].end - 1
    for span in day.org.seats.get(position, ()):
        if span.start <= moment < span.end:
            return span.value.business_unit_key
    return None


def former_managers_keep() -> bool:
    """The organisation's policy; they do, unless it was decided otherwise."""
    kept = AccessPolicy.objects.filter(pk=1).values_list("former_managers_keep", flat=True).first()
    return True if kept is None else kept


def _keys(day: Day, people: set[int | None] | set[int]) -> frozenset[str]:
    keys = day.org.person_keys
    return frozenset(keys[person] for person in people if person in keys)
