"""What was true when, as far as was known when."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .anchors import Attribute, BusinessUnit, Person, Position, Team, Title

#: The first business date there is: what began at an unknown time began here.
BEGINNING = date(1900, 1, 1)
#: A whole position, or a whole roll-up, in millionths.
WHOLE = 1_000_000
#: The reporting line that makes the tree; any other kind is a named relationship.
PRIMARY = "primary"


class DatedRows(models.QuerySet[Any]):
    """Rows that may be read and added; they are closed through ``people.book`` alone."""

    def update(self, **values: object) -> int:
        if not set(values) <= {"known_to", "closed_by"}:
            raise TypeError("A dated row is never changed: close it and add another.")
        return super().update(**values)

    def known(self, at: Any = None) -> DatedRows:
        """Rows believed at that time; None: now."""
        if at is None:
            return self.filter(known_to__isnull=True)
        return self.filter(known_from__lte=at).filter(Q(known_to__isnull=True) | Q(known_to__gt=at))

    def on(self, day: date) -> DatedRows:
        """Rows that hold on that business date."""
        return self.filter(starts_on__lte=day).filter(Q(ends_on__isnull=True) | Q(ends_on__gt=day))


class DatedRow(models.Model):
    """Business dates, known times, and the import that wrote or closed the row ('' = by hand)."""

    starts_on = models.DateField(_("from"), default=BEGINNING)
    ends_on = models.DateField(_("until (exclusive)"), null=True, blank=True)
    known_from = models.DateTimeField()
    known_to = models.DateTimeField(null=True, blank=True)
    batch_id = models.CharField(max_length=64, blank=True, db_index=True)
    closed_by = models.CharField(max_length=64, blank=True, db_index=True)

    objects = DatedRows.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self._meta.model_name} {self.starts_on}–{self.ends_on or ''}"


def _dated(name: str, *track: str, condition: Q | None = None) -> list[models.BaseConstraint]:
    """The constraints of every dated table.

    Two rows of one timeline that are both believed cannot start on one day nor both be open;
    the rest of "no overlap" is kept under the revision's lock and proved by tests.
    """
    current = Q(known_to__isnull=True) & (condition or Q())
    suffix = f"_{len(track)}" if condition else ""
    return [
        models.UniqueConstraint(
            fields=[*track, "starts_on"], condition=current, name=f"people_{name}{suffix}_start"
        ),
        models.UniqueConstraint(
            fields=[*track],
            condition=current & Q(ends_on__isnull=True),
            name=f"people_{name}{suffix}_open",
        ),
    ]


def _ordered(name: str) -> list[models.BaseConstraint]:
    return [
        models.CheckConstraint(
            condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")),
            name=f"people_{name}_dates",
        ),
        models.CheckConstraint(
            condition=Q(known_to__isnull=True) | Q(known_to__gt=F("known_from")),
            name=f"people_{name}_known",
        ),
    ]


def _share(name: str, column: str) -> models.BaseConstraint:
    return models.CheckConstraint(
        condition=Q(**{f"{column}__gt": 0, f"{column}__lte": WHOLE}), name=f"people_{name}_{column}"
    )


class PersonVersion(DatedRow):
    """A person's name, e-mail and country."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="versions")
    name = models.CharField(_("name"), max_length=200)
    email = models.CharField(_("e-mail"), max_length=254, blank=True)
    country = models.CharField(_("country"), max_length=100, blank=True)

    class Meta:
        constraints = [*_ordered("person"), *_dated("person", "person")]


class Employment(DatedRow):
    """That a person works here, or is on leave; outside of these rows he or she does not."""

    class Status(models.TextChoices):
        ACTIVE = "active", _("Active")
        LEAVE = "leave", _("On leave")

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="employment")
    status = models.CharField(_("status"), max_length=10, choices=Status.choices)

    class Meta:
        constraints = [*_ordered("employment"), *_dated("employment", "person")]


class TeamVersion(DatedRow):
    """A team's name, place in the tree and region."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="versions")
    name = models.CharField(_("name"), max_length=200)
    parent = models.ForeignKey(
        Team, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    region = models.CharField(_("region"), max_length=200, blank=True)

    class Meta:
        constraints = [*_ordered("team"), *_dated("team", "team")]


class PositionVersion(DatedRow):
    """A position's title, team and business unit."""

    position = models.ForeignKey(Position, on_delete=models.PROTECT, related_name="versions")
    title = models.ForeignKey(Title, on_delete=models.PROTECT, null=True, blank=True)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, blank=True)
    business_unit = models.ForeignKey(BusinessUnit, on_delete=models.PROTECT, null=True, blank=True)

    class Meta:
        constraints = [*_ordered("position"), *_dated("position", "position")]


class Assignment(DatedRow):
    """Who sits on a position, with which share of it.

    A person has at most one main assignment at any time, which decides manager, team and unit;
    further ones cover a second seat. The shares of one position never exceed the whole.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="assignments")
    position = models.ForeignKey(Position, on_delete=models.PROTECT, related_name="assignments")
    share = models.IntegerField(_("share, in millionths"), default=WHOLE)
    is_main = models.BooleanField(_("main assignment"), default=True)

    class Meta:
        constraints = [
            *_ordered("assignment"),
            _share("assignment", "share"),
            *_dated("assignment", "person", condition=Q(is_main=True)),
            *_dated("assignment", "person", "position", condition=Q(is_main=False)),
        ]


class ReportingLine(DatedRow):
    """To whom a position reports.

    ``primary`` lines make the tree: one at a time. Any other kind is a named relationship (such
    as overlay) to any number of positions, each with the share that rolls up along it.
    """

    position = models.ForeignKey(Position, on_delete=models.PROTECT, related_name="lines")
    manager = models.ForeignKey(Position, on_delete=models.PROTECT, related_name="lines_below")
    kind = models.CharField(_("kind"), max_length=50, default=PRIMARY)
    roll = models.IntegerField(_("share that rolls up, in millionths"), default=WHOLE)

    class Meta:
        constraints = [
            *_ordered("line"),
            _share("line", "roll"),
            models.CheckConstraint(condition=~Q(position=F("manager")), name="people_line_self"),
            *_dated("line", "position", condition=Q(kind=PRIMARY)),
            *_dated("line", "position", "kind", "manager", condition=~Q(kind=PRIMARY)),
        ]


class PersonAttribute(DatedRow):
    """The value of a typed attribute, in the canonical text of its type."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="attributes")
    attribute = models.ForeignKey(Attribute, on_delete=models.PROTECT, related_name="+")
    value = models.TextField(_("value"))

    class Meta:
        constraints = [*_ordered("attribute"), *_dated("attribute", "person", "attribute")]
