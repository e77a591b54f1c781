"""Typed attributes that an organisation keeps of people, dated like everything else."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext as _

from vetta.core import audit
from vetta.people.book import writing
from vetta.people.models import BEGINNING, Attribute, AttributeType
from vetta.people.tracks import ATTRIBUTE

from .editing import editing, find, find_person, refuse, window
from .persons import Who, subject


def canonical(value: Any, kind: str) -> str:
    """The one text of a value of that type: ``42``, ``1.5``, ``yes``, ``2024-03-01``.

    Raises:
        ProblemError: ``people.bad_value`` where it is none of that type.
    """
    text = str(value).strip()
    try:
        if kind == AttributeType.INTEGER:
            number = Decimal(text)
            if number != number.to_integral_value():
                raise ValueError
            return str(int(number))
        if kind == AttributeType.NUMBER:
            number = Decimal(text)
            if not number.is_finite():
                raise ValueError
            plain = format(number, "f")
            return plain.rstrip("0").rstrip(".") if "." in plain else plain
        if kind == AttributeType.BOOLEAN:
            return {"true": "yes", "yes": "yes", "1": "yes", "false": "no", "no": "no", "0": "no"}[
                text.lower()
            ]
        if kind == AttributeType.DATE:
            return date.fromisoformat(text).isoformat()
    except (ValueError, KeyError, InvalidOperation, OverflowError):
        refuse(
            "people.bad_value",
            _("“{value}” is no {type}.").format(value=text[:80], type=AttributeType(kind).label),
            _("Numbers with a point, dates as 2024-03-01, yes or no."),
        )
    return text


def define_attribute(*, actor: Who, key: str, title: str, type: str) -> None:
    """Add an attribute, or give it another title; the type of one that exists stays."""
    key = slugify(key)
    if not key or not title.strip():
        refuse("people.name_missing", _("An attribute needs a key and a title."))
    if type not in AttributeType.values:
        refuse(
            "people.bad_type",
            _("There is no type “{type}”.").format(type=type),
            ", ".join(AttributeType.values),
        )
    with writing():
        found, made = Attribute.objects.get_or_create(
            key=key, defaults={"title": title.strip(), "type": type}
        )
        if found.type != type:
            refuse(
                "people.attribute_type",
                _("The attribute “{key}” holds {type} already.").format(
                    key=key, type=found.get_type_display()
                ),
                _("Add another attribute for values of another type."),
            )
        before = None if made else found.title
        found.title = title.strip()
        found.save(update_fields=["title"])
        audit.record(
            "people.attribute_defined",
            actor=actor,
            subject=audit.Subject("people.attribute", key, title),
            changes={"title": (before, title), "type": (None if made else type, type)},
        )


def set_attribute(
    *,
    actor: Who,
    person: str,
    attribute: str,
    value: Any,
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> None:
    """Set an attribute from a day on, or empty it (value None or '').

    Args:
        starts_on: None: since ever.
        ends_on: None: until the next change that is known already.
    """
    with editing() as edit:
        book = edit.book
        number = find_person(book, person)
        column = find(book.attributes, attribute, _("attribute"))
        kind = Attribute.objects.get(pk=column).type
        start, end = window(starts_on or BEGINNING, ends_on)
        if ends_on is None:
            end = book.until_next(ATTRIBUTE, number, column, day=start)
        before = book.value(ATTRIBUTE, number, column, day=start)
        is_empty = value is None or str(value).strip() == ""
        text = None if is_empty else canonical(value, kind)
        book.paint(ATTRIBUTE, (number, column), start, end, None if text is None else (text,))
        edit.finish(
            "people.attribute_set",
            actor=actor,
            subject=subject(person),
            changes={
                attribute: (before and before[0], text),
                "starts_on": (None, starts_on),
                "ends_on": (None, ends_on),
            },
            person=person,
        )
