"""What the operations take and give."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from ninja import Field, Schema
from pydantic import field_validator

from vetta.core import clock
from vetta.people.contracts import ChartNode, PersonRow, RelationshipRow
from vetta.people.models import WHOLE

SHARE = "Of the whole, in 0..1, as a decimal string."


def fraction(share: int | None) -> str | None:
    """Millionths as the decimal string of a fraction: ``0.5``."""
    if share is None:
        return None
    text = format(Decimal(share) / WHOLE, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def millionths(share: Decimal) -> int:
    """A fraction as millionths; what lies outside of 0..1 is refused by the services."""
    return int(share * WHOLE)


class Given(Schema):
    """What a caller sends."""

    @field_validator("*", mode="before")
    @classmethod
    def no_zero_byte(cls, value: Any) -> Any:
        """PostgreSQL keeps no text with a zero byte."""
        if isinstance(value, str) and "\x00" in value:
            raise ValueError("a text cannot hold a zero byte")
        return value


class Moment(Schema):
    """As of which business date, and as known when."""

    on: date | None = Field(None, description="The business date; today where empty.")
    known_at: datetime | None = Field(
        None, description="What was known at that moment; now where empty. Needs a time zone."
    )

    def day(self) -> date:
        return self.on or clock.today()

    def moment(self) -> datetime | None:
        if self.known_at is not None and self.known_at.tzinfo is None:
            return self.known_at.replace(tzinfo=clock.now().tzinfo)
        return self.known_at


class LabelOut(Schema):
    id: str
    name: str


class PersonOut(Schema):
    """One person on a day."""

    id: str
    name: str
    email: str
    country: str
    status: str = Field(description="active, leave, left, future or none")
    title: str | None
    position: str | None
    share: str | None = Field(description=SHARE)
    team: LabelOut | None
    region: str | None
    business_unit: LabelOut | None
    manager: LabelOut | None
    direct_reports: int


class AttributeOut(Schema):
    key: str
    title: str
    type: str
    value: str
    starts_on: date | None
    ends_on: date | None


class RelationshipOut(Schema):
    kind: str
    position: str
    manager_position: str
    people: list[LabelOut]
    managers: list[LabelOut]
    roll: str = Field(description=SHARE)


class IdentityOut(Schema):
    source: str
    external_id: str


class PersonDetailOut(PersonOut):
    """With what the permission to see a person's record shows; else those are null."""

    employed_from: date | None
    employed_until: date | None
    managers: list[LabelOut] = Field(description="From the nearest to the top.")
    further_positions: list[LabelOut]
    relationships: list[RelationshipOut]
    attributes: list[AttributeOut] | None
    identities: list[IdentityOut] | None


class HistoryOut(Schema):
    """One dated row: what it says, from when to when, and when that was believed."""

    kind: str
    text: str
    values: dict[str, Any]
    starts_on: date | None
    ends_on: date | None
    known_from: datetime
    known_to: datetime | None
    batch_id: str = Field(description="The import that wrote it; empty by hand.")


class PersonIn(Given):
    name: str = Field(min_length=1, max_length=200)
    key: str = Field("", max_length=200, description="Made from the name where empty.")
    email: str = Field("", max_length=254)
    country: str = Field("", max_length=100)
    hired_on: date | None = Field(None, description="Empty: at an unknown time.")
    position: str | None = Field(None, max_length=200, description="A seat that exists.")
    title: str | None = Field(None, max_length=200)
    team: str | None = Field(None, max_length=200)
    business_unit: str | None = Field(None, max_length=200)
    manager: str | None = Field(None, max_length=200, description="The manager's key.")
    share: Decimal = Field(Decimal(1), description=SHARE, max_digits=12, decimal_places=6)


class PersonChange(Given):
    """What is left out stays."""

    name: str | None = Field(None, min_length=1, max_length=200)
    email: str | None = Field(None, max_length=254)
    country: str | None = Field(None, max_length=100)
    starts_on: date | None = Field(None, description="Empty: corrects the past as well.")
    ends_on: date | None = None


class MoveIn(Given):
    """Another seat, title, team, unit or manager from a day on; what is left out stays."""

    starts_on: date
    ends_on: date | None = Field(None, description="Empty: until the next change known already.")
    position: str | None = Field(None, max_length=200, description="A seat that exists.")
    new_position: bool = False
    title: str | None = Field(None, max_length=200)
    team: str | None = Field(None, max_length=200)
    business_unit: str | None = Field(None, max_length=200)
    manager: str | None = Field(None, max_length=200, description="A key; empty text: nobody.")
    share: Decimal | None = Field(None, description=SHARE, max_digits=12, decimal_places=6)
    over_later: bool = Field(False, description="Also over changes that are known already.")


class DifferenceOut(Schema):
    name: str
    title: str
    before: str | None
    after: str | None


class EffectOut(Schema):
    """What a move would do."""

    differences: list[DifferenceOut]
    until: date | None
    following: int = Field(description="Positions below that move along.")
    left_vacant: LabelOut | None
    left_reports: int
    problems: list[dict[str, Any]]


class DayIn(Given):
    on: date


class SpanIn(Given):
    starts_on: date
    ends_on: date | None = None


class AttributeValueIn(Given):
    value: str | int | Decimal | bool | date | None = Field(
        description="Null empties the attribute."
    )
    starts_on: date | None = None
    ends_on: date | None = None


class AttributeIn(Given):
    title: str = Field(min_length=1, max_length=200)
    type: str = Field(description="text, integer, number, boolean or date")


class AttributeKindOut(Schema):
    key: str
    title: str
    type: str


class HolderOut(Schema):
    id: str
    name: str
    share: str = Field(description=SHARE)
    is_main: bool
    status: str


class PositionOut(Schema):
    """A position on a day; without holders it is vacant."""

    id: str
    title: str | None
    team: LabelOut | None
    business_unit: LabelOut | None
    manager_position: str | None
    holders: list[HolderOut]
    direct_reports: int
    below: int = Field(description="All positions below.")
    depth: int


class ChartOut(Schema):
    """Positions from the top down; who stands below whom is in ``manager_position``."""

    on: date
    positions: int
    people: int
    vacant: int
    shared: int
    nodes: list[PositionOut]


class PositionIn(Given):
    key: str = Field("", max_length=200, description="Made from the title where empty.")
    starts_on: date | None = None
    ends_on: date | None = None
    title: str = Field("", max_length=200)
    team: str = Field("", max_length=200)
    business_unit: str = Field("", max_length=200)
    manager_position: str = Field("", max_length=200)


class PositionChange(Given):
    starts_on: date
    ends_on: date | None = None
    title: str | None = Field(None, max_length=200)
    team: str | None = Field(None, max_length=200)
    business_unit: str | None = Field(None, max_length=200)


class AssignmentIn(Given):
    person: str = Field(max_length=200)
    starts_on: date
    ends_on: date | None = None
    share: Decimal = Field(Decimal(1), description=SHARE, max_digits=12, decimal_places=6)
    is_main: bool = True


class AssignmentEnd(Given):
    person: str = Field(max_length=200)
    ends_on: date


class LineIn(Given):
    manager_position: str = Field(max_length=200, description="Empty text: none.")
    starts_on: date
    ends_on: date | None = None
    kind: str = Field("primary", max_length=50)
    roll: Decimal = Field(Decimal(1), description=SHARE, max_digits=12, decimal_places=6)


class LineEnd(Given):
    manager_position: str = Field(max_length=200)
    kind: str = Field(max_length=50, description="The named relationship that ends.")
    ends_on: date


class SignInIn(Given):
    email: str | None = Field(
        description="The user's address; null: nobody signs in as this person."
    )


class LimitIn(Given):
    email: str = Field(description="The user's address.")
    business_unit: str
    starts_on: date
    ends_on: date | None = None


class LimitEnd(Given):
    email: str
    business_unit: str
    ends_on: date


class LimitOut(LimitIn):
    """A user's limit to one business unit."""


class PolicyIn(Given):
    former_managers_keep: bool = Field(
        description="Whether former managers keep the periods in which they managed."
    )


class TeamOut(Schema):
    id: str
    name: str
    parent: LabelOut | None
    region: str | None
    positions: int
    people: int
    depth: int


class TeamIn(Given):
    name: str = Field(min_length=1, max_length=200)
    key: str = Field("", max_length=200, description="The name where empty.")
    parent: str = Field("", max_length=200)
    region: str = Field("", max_length=200)
    starts_on: date | None = None


class TeamChange(Given):
    name: str | None = Field(None, max_length=200)
    parent: str | None = Field(None, max_length=200, description="Empty text: none.")
    region: str | None = Field(None, max_length=200)
    starts_on: date | None = None
    ends_on: date | None = None


class UnitIn(Given):
    name: str = Field(min_length=1, max_length=200)


class KeyOut(Schema):
    id: str


def person_out(row: PersonRow) -> dict[str, Any]:
    names = (
        "id",
        "name",
        "email",
        "country",
        "status",
        "title",
        "position",
        "team",
        "region",
        "business_unit",
        "manager",
        "direct_reports",
    )
    return {name: getattr(row, name) for name in names} | {"share": fraction(row.share)}


def position_out(node: ChartNode) -> dict[str, Any]:
    return {
        "id": node.position,
        "title": node.title,
        "team": node.team,
        "business_unit": node.business_unit,
        "manager_position": node.manager_position,
        "holders": [
            {
                "id": holder.id,
                "name": holder.name,
                "share": fraction(holder.share),
                "is_main": holder.is_main,
                "status": holder.status,
            }
            for holder in node.holders
        ],
        "direct_reports": node.reports,
        "below": node.below,
        "depth": node.depth,
    }


def relationship_out(row: RelationshipRow) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "position": row.position,
        "manager_position": row.manager_position,
        "people": row.people,
        "managers": row.managers,
        "roll": fraction(row.roll),
    }
