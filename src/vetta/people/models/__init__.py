"""People and how they are organised.

Two kinds of rows. *Anchors* (person, team, position, title, …) only say that a thing exists and
under which key. *Dated rows* say what was true of it: each carries the business dates between
which it holds (``starts_on`` inclusive, ``ends_on`` exclusive, None = open) and the times between
which the workspace believed it (``known_from`` inclusive, ``known_to`` exclusive, None = still).
Dated rows are only ever added and closed; a correction closes a row and adds another.
"""

from .anchors import (
    AccessPolicy,
    Attribute,
    AttributeType,
    BusinessUnit,
    ImportedRow,
    Person,
    PersonIdentity,
    Position,
    Revision,
    Team,
    Title,
    UnitScope,
)
from .dated import (
    BEGINNING,
    PRIMARY,
    WHOLE,
    Assignment,
    DatedRow,
    Employment,
    PersonAttribute,
    PersonVersion,
    PositionVersion,
    ReportingLine,
    TeamVersion,
)

__all__ = [
    "BEGINNING",
    "PRIMARY",
    "WHOLE",
    "AccessPolicy",
    "Assignment",
    "Attribute",
    "AttributeType",
    "BusinessUnit",
    "DatedRow",
    "Employment",
    "ImportedRow",
    "Person",
    "PersonAttribute",
    "PersonIdentity",
    "PersonVersion",
    "Position",
    "PositionVersion",
    "ReportingLine",
    "Revision",
    "Team",
    "TeamVersion",
    "Title",
    "UnitScope",
]
