"""The timelines that dated rows form: by what they are named, and what they say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from .models import (
    PRIMARY,
    Assignment,
    DatedRow,
    Employment,
    PersonAttribute,
    PersonVersion,
    PositionVersion,
    ReportingLine,
    TeamVersion,
)

Key = tuple[Any, ...]
Values = tuple[Any, ...]


@dataclass(frozen=True)
class Track:
    """A family of timelines within one table: at most one value at a time for each key.

    Args:
        fixed: columns that all rows of this family share; ``condition`` finds them.
    """

    name: str
    model: type[DatedRow]
    key: tuple[str, ...]
    values: tuple[str, ...]
    fixed: tuple[tuple[str, Any], ...] = ()
    condition: Q | None = None

    def __hash__(self) -> int:
        return hash(self.name)

    def columns(self, key: Key, values: Values) -> dict[str, Any]:
        """One row's columns."""
        return {
            **dict(zip(self.key, key, strict=True)),
            **dict(zip(self.values, values, strict=True)),
            **dict(self.fixed),
        }


PERSON = Track("person", PersonVersion, ("person_id",), ("name", "email", "country"))
EMPLOYMENT = Track("employment", Employment, ("person_id",), ("status",))
TEAM = Track("team", TeamVersion, ("team_id",), ("name", "parent_id", "region"))
POSITION = Track(
    "position", PositionVersion, ("position_id",), ("title_id", "team_id", "business_unit_id")
)
MAIN = Track(
    "main assignment",
    Assignment,
    ("person_id",),
    ("position_id", "share"),
    fixed=(("is_main", True),),
    condition=Q(is_main=True),
)
ADDITIONAL = Track(
    "additional assignment",
    Assignment,
    ("person_id", "position_id"),
    ("share",),
    fixed=(("is_main", False),),
    condition=Q(is_main=False),
)
LINE = Track(
    "reporting line",
    ReportingLine,
    ("position_id",),
    ("manager_id", "roll"),
    fixed=(("kind", PRIMARY),),
    condition=Q(kind=PRIMARY),
)
RELATIONSHIP = Track(
    "named relationship",
    ReportingLine,
    ("position_id", "kind", "manager_id"),
    ("roll",),
    condition=~Q(kind=PRIMARY),
)
ATTRIBUTE = Track("attribute", PersonAttribute, ("person_id", "attribute_id"), ("value",))

#: Every track, in the order in which rows are written.
TRACKS = (
    PERSON,
    EMPLOYMENT,
    TEAM,
    POSITION,
    MAIN,
    ADDITIONAL,
    LINE,
    RELATIONSHIP,
    ATTRIBUTE,
)
