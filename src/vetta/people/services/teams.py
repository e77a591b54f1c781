"""Teams in their tree, titles and business units."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from vetta.core import audit
from vetta.people.book import writing
from vetta.people.models import BEGINNING, BusinessUnit, Title
from vetta.people.spans import FOREVER
from vetta.people.tracks import POSITION, TEAM

from .editing import editing, find, refuse, window
from .persons import Who


def create_team(
    *,
    actor: Who,
    name: str,
    key: str = "",
    parent: str = "",
    region: str = "",
    starts_on: date | None = None,
) -> str:
    """Add a team; its key, the name where empty, is returned."""
    name = name.strip()
    if not name:
        refuse("people.name_missing", _("A team needs a name."))
    with editing() as edit:
        book = edit.book
        key = key.strip() or name
        known = book.teams.find(key)
        if known is not None and book.spans(TEAM, known):
            refuse(
                "people.key_taken",
                _("There is already a team “{key}”.").format(key=key),
                _("Choose another key or name."),
            )
        start, end = window(starts_on or BEGINNING)
        above = find(book.teams, parent, _("team")) if parent else None
        book.paint(TEAM, (book.teams.ensure(key),), start, end, (name, above, region.strip()))
        edit.finish(
            "people.team_created",
            actor=actor,
            subject=audit.Subject("people.team", key, name),
            changes={"name": (None, name), "parent": (None, parent), "region": (None, region)},
        )
    return key


def change_team(
    *,
    actor: Who,
    team: str,
    starts_on: date | None = None,
    ends_on: date | None = None,
    name: str | None = None,
    parent: str | None = None,
    region: str | None = None,
) -> None:
    """Change name, parent ('' = none) or region; None stays.

    Args:
        starts_on: None: from the team's beginning.
        ends_on: None: until the next change that is known already.
    """
    with editing() as edit:
        book = edit.book
        number = find(book.teams, team, _("team"))
        spans = book.spans(TEAM, number)
        start, end = window(starts_on or BEGINNING, ends_on)
        start = max(start, spans[0].start) if spans else start
        if ends_on is None:
            end = book.until_next(TEAM, number, day=start)
        old = book.value(TEAM, number, day=start) or (team, None, "")
        above = old[1]
        if parent is not None:
            above = find(book.teams, parent, _("team")) if parent else None
        value = (
            old[0] if name is None else name.strip() or old[0],
            above,
            old[2] if region is None else region.strip(),
        )
        book.paint(TEAM, (number,), start, end, value)
        keys = {known: label for label, known in book.teams.ids.items()}
        edit.finish(
            "people.team_changed",
            actor=actor,
            subject=audit.Subject("people.team", team, value[0]),
            changes={
                "name": (old[0], value[0]),
                "parent": (keys.get(old[1]), keys.get(above)),
                "region": (old[2], value[2]),
                "starts_on": (None, starts_on),
            },
        )


def close_team(*, actor: Who, team: str, ends_on: date) -> None:
    """Let a team end; refused while positions or teams would still belong to it."""
    with editing() as edit:
        book = edit.book
        number = find(book.teams, team, _("team"))
        start, _end = window(ends_on)
        members = [
            key
            for track, column in ((POSITION, 1), (TEAM, 1))
            for key, spans in book.timelines(track).items()
            if any(s.value[column] == number and s.end > start for s in spans)
        ]
        if members:
            refuse(
                "people.team_in_use",
                _("{count} positions or teams still belong to “{team}” after {date}.").format(
                    count=len(members), team=team, date=ends_on.isoformat()
                ),
                _("Give them another team first."),
            )
        book.paint(TEAM, (number,), start, FOREVER, None)
        edit.finish(
            "people.team_closed",
            actor=actor,
            subject=audit.Subject("people.team", team, team),
            changes={"ends_on": (None, ends_on)},
        )


def rename_title(*, actor: Who, title: str, name: str) -> None:
    """Give a title another name, in the past as well."""
    with writing():
        found = Title.objects.filter(name=title).first()
        if found is None:
            refuse("people.unknown", _("There is no title “{name}”.").format(name=title))
        if Title.objects.filter(name=name).exclude(pk=found.pk).exists():
            refuse("people.key_taken", _("There is already a title “{name}”.").format(name=name))
        found.name = name
        found.save(update_fields=["name"])
        audit.record(
            "people.title_renamed",
            actor=actor,
            subject=audit.Subject("people.title", str(found.pk), name),
            changes={"name": (title, name)},
        )


def save_business_unit(*, actor: Who, key: str, name: str) -> None:
    """Add a business unit, or give it another name."""
    key, name = key.strip(), name.strip()
    if not key or not name:
        refuse("people.name_missing", _("A business unit needs a key and a name."))
    if max(len(key), len(name)) > 200 or "\x00" in key + name:
        refuse("people.too_long", _("A key and a name have at most 200 characters."))
    with writing():
        unit, made = BusinessUnit.objects.get_or_create(key=key, defaults={"name": name})
        before = None if made else unit.name
        unit.name = name
        unit.save(update_fields=["name"])
        audit.record(
            "people.business_unit_saved",
            actor=actor,
            subject=audit.Subject("people.business_unit", key, name),
            changes={"name": (before, name)},
        )
