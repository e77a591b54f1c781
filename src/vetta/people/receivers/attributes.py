"""Typed attributes of people by import."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext as _

from vetta.kernel.problem import Problem, ProblemError
from vetta.people.models import Attribute, AttributeType
from vetta.people.services.attributes import canonical
from vetta.people.tracks import ATTRIBUTE

from .base import Draft, Receiver, Row, duplicates
from .schema import PERSON_ATTRIBUTES


class PersonAttributesReceiver(Receiver):
    schema = PERSON_ATTRIBUTES

    def draw(self, draft: Draft, rows: dict[int, Row]) -> None:
        duplicates(draft, rows, PERSON_ATTRIBUTES.key)
        for index, row in sorted(
            rows.items(), key=lambda item: (item[1].get("starts_on") or date.min, item[0])
        ):
            if index in draft.problems:
                continue
            draft.book.row = index
            try:
                draw_attribute(
                    draft,
                    draft.person(row),
                    draft.text(row, "name"),
                    row.get("value"),
                    draft.text(row, "type") or AttributeType.TEXT.value,
                    *draft.window(row),
                    column="value",
                )
            except ProblemError as error:
                draft.refuse(index, error.problems[0])


def draw_attribute(
    draft: Draft,
    person: int,
    name: str,
    value: Any,
    kind: str,
    start: int,
    end: int,
    column: str,
) -> None:
    """Write one attribute; one that is new here is defined with the type of its first value.

    Raises:
        ProblemError: where the attribute holds another type, or the value is none of its type.
    """
    key = slugify(name)[:100]
    if not key:
        raise ProblemError(
            Problem("people.name_missing", _("The attribute has no name."), column="name")
        )
    types = _types(draft)
    is_empty = value is None or str(value).strip() == ""
    if is_empty:
        if key in types:
            number = draft.book.attributes.ensure(key)
            draft.write(ATTRIBUTE, (person, number), start, end, None)
        return
    if types.setdefault(key, kind) != kind:
        raise ProblemError(
            Problem(
                "people.attribute_type",
                _("The attribute “{key}” holds {known}, not {given}.").format(
                    key=key,
                    known=AttributeType(types[key]).label,
                    given=AttributeType(kind).label,
                ),
                hint=_("Give the column the same type, or the attribute another name."),
                column=column,
            )
        )
    number = draft.book.attributes.ensure(key, title=name.replace("_", " ").title(), type=kind)
    draft.write(ATTRIBUTE, (person, number), start, end, (canonical(value, kind),))


def value_type(value: Any) -> str:
    """The attribute type of a value that an import brings."""
    if isinstance(value, bool):
        return AttributeType.BOOLEAN.value
    if isinstance(value, int):
        return AttributeType.INTEGER.value
    if isinstance(value, Decimal | float):
        return AttributeType.NUMBER.value
    if isinstance(value, date):
        return AttributeType.DATE.value
    return AttributeType.TEXT.value


def _types(draft: Draft) -> dict[str, str]:
    """The type of each attribute, those of this batch included."""
    if "types" not in draft.memory:
        draft.memory["types"] = dict(Attribute.objects.values_list("key", "type")) | {
            columns["key"]: columns["type"] for columns in draft.book.attributes.new.values()
        }
    return draft.memory["types"]
