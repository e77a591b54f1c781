"""Everything that was ever said of a person, with both of its dates, in words."""

from __future__ import annotations

from collections.abc import Callable, Container
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from vetta.core.access import EVERYONE
from vetta.people.contracts import HistoryEntry
from vetta.people.models import (
    BEGINNING,
    PRIMARY,
    WHOLE,
    Assignment,
    Employment,
    Person,
    PersonAttribute,
    PersonVersion,
    PositionVersion,
    ReportingLine,
)

from .day import on_day
from .people import position_name
from .structure import structure


def person_history(
    key: str, *, superseded: bool = True, seen: Container[str] = EVERYONE
) -> list[HistoryEntry]:
    """Everything that was ever said of a person, the newest knowledge first. Seven queries.

    Args:
        superseded: also what is no longer believed.
        seen: the keys of the people who may be named; a line to others names their position.
    """
    person = Person.objects.filter(key=key).first()
    if person is None:
        return []
    held: dict[int, date] = {}  # each position, from the first day on which the person sat there
    for position, start in Assignment.objects.filter(person=person).values_list(
        "position_id", "starts_on"
    ):
        held[position] = min(start, held.get(position, start))
    entries = [
        *_entries("name", PersonVersion.objects.filter(person=person), _say_name, superseded),
        *_entries("employment", Employment.objects.filter(person=person), _say_status, superseded),
        *_entries(
            "assignment",
            Assignment.objects.filter(person=person).select_related("position"),
            _say_assignment,
            superseded,
        ),
        *_entries(
            "position",
            PositionVersion.objects.filter(position_id__in=held).select_related(
                "position", "title", "team", "business_unit"
            ),
            _say_position,
            superseded,
            held,
        ),
        *_entries(
            "reporting_line",
            ReportingLine.objects.filter(position_id__in=held).select_related(
                "position", "manager"
            ),
            lambda row: _say_line(row, max(row.starts_on, held[row.position_id]), seen),
            superseded,
            held,
        ),
        *_entries(
            "attribute",
            PersonAttribute.objects.filter(person=person).select_related("attribute"),
            _say_attribute,
            superseded,
        ),
    ]
    return sorted(
        entries,
        key=lambda entry: (entry.known_from, entry.starts_on or BEGINNING, entry.kind),
        reverse=True,
    )


def _entries(
    kind: str,
    rows: Any,
    say: Callable[[Any], tuple[str, dict[str, Any]]],
    superseded: bool,
    held: dict[int, date] | None = None,
) -> list[HistoryEntry]:
    """The rows as entries; of positions only what holds from when the person sat there."""
    rows = rows if superseded else rows.known()
    found = []
    for row in rows:
        if held and row.ends_on is not None and row.ends_on <= held[row.position_id]:
            continue
        text, values = say(row)
        found.append(
            HistoryEntry(
                kind="relationship" if values.get("kind", PRIMARY) != PRIMARY else kind,
                text=text,
                values=values,
                starts_on=None if row.starts_on == BEGINNING else row.starts_on,
                ends_on=row.ends_on,
                known_from=row.known_from,
                known_to=row.known_to,
                batch_id=row.batch_id,
            )
        )
    return found


def kind_title(kind: str) -> str:
    """What a kind of entry is called."""
    return {
        "name": _("Name and contact"),
        "employment": _("Employment"),
        "assignment": _("Position"),
        "position": _("Position's description"),
        "reporting_line": _("Reporting line"),
        "relationship": _("Named relationship"),
        "attribute": _("Attribute"),
    }[kind]


def percent(share: int) -> str:
    """``50 %`` of millionths."""
    return f"{share * 100 / WHOLE:.6g} %"


def _say_name(row: PersonVersion) -> tuple[str, dict]:
    values = {"name": row.name, "email": row.email, "country": row.country}
    return " · ".join(value for value in values.values() if value), values


def _say_status(row: Employment) -> tuple[str, dict]:
    return str(Employment.Status(row.status).label), {"status": row.status}


def _say_assignment(row: Assignment) -> tuple[str, dict]:
    values = {"position": row.position.key, "share": row.share, "is_main": row.is_main}
    text = _seat(row.position_id, row.position.key, row.starts_on)
    if row.share != WHOLE:
        text = f"{text}, {percent(row.share)}"
    if not row.is_main:
        text = _("{position}, besides the main one").format(position=text)
    return text, values


def _say_position(row: PositionVersion) -> tuple[str, dict]:
    values = {
        "position": row.position.key,
        "title": row.title and row.title.name,
        "team": row.team and row.team.key,
        "business_unit": row.business_unit and row.business_unit.key,
    }
    spans = structure().teams.get(row.team_id)
    team = spans[-1].value.name if spans else values["team"]
    said = [values["title"], team, row.business_unit and row.business_unit.name]
    return " · ".join(part for part in said if part) or row.position.key, values


def _say_line(row: ReportingLine, day: date, seen: Container[str]) -> tuple[str, dict]:
    values = {
        "position": row.position.key,
        "manager_position": row.manager.key,
        "kind": row.kind,
        "roll": row.roll,
    }
    text = _sitters(row.manager_id, row.manager.key, day, seen)
    return text if row.kind == PRIMARY else f"{text} ({row.kind}, {percent(row.roll)})", values


def _say_attribute(row: PersonAttribute) -> tuple[str, dict]:
    return f"{row.attribute.title}: {row.value}", {
        "attribute": row.attribute.key,
        "value": row.value,
    }


def _seat(position: int, key: str, day: date) -> str:
    """What a position is called on a day: its title, with its key."""
    title = position_name(on_day(day), position)
    return key if title in (key, "?") else f"{title} ({key})"


def _sitters(position: int, key: str, day: date, seen: Container[str]) -> str:
    """Who sits on a position when a line to it begins; what it is called where nobody does."""
    org = structure()
    number = day.toordinal()
    people = [
        span.value.person_id
        for span in org.fillings.get(position, ())
        if span.start <= number < span.end
    ]
    known = [person for person in people if person in org.names]
    names = [org.names[p][-1].value[0] for p in known if org.person_keys[p] in seen]
    if known and not names:
        return _seat(position, key, day)
    return ", ".join(names) or _("vacant: {position}").format(position=_seat(position, key, day))
