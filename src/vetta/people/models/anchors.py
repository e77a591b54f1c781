"""What exists: the things that dated rows speak about, and the workspace's own bookkeeping."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Person(models.Model):
    """Somebody who works, worked or will work here. Everything else about them is dated."""

    key = models.CharField(_("key"), max_length=200, unique=True)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="person",
        verbose_name=_("sign-in"),
    )
    erased_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.key


class PersonIdentity(models.Model):
    """One name under which another system knows a person; dated by what was known when."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="identities")
    source = models.CharField(max_length=200)
    external_id = models.CharField(max_length=200)
    known_from = models.DateTimeField()
    known_to = models.DateTimeField(null=True, blank=True)
    batch_id = models.CharField(max_length=64, blank=True)
    closed_by = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "external_id"],
                condition=models.Q(known_to__isnull=True),
                name="people_identity_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.source}:{self.external_id}"


class Title(models.Model):
    """A job title; plans attach to it. Renaming it renames its past, on purpose."""

    name = models.CharField(_("name"), max_length=200, unique=True)

    def __str__(self) -> str:
        return self.name


class BusinessUnit(models.Model):
    """A part of the organisation whose data others may not read (row scope)."""

    key = models.CharField(_("key"), max_length=200, unique=True)
    name = models.CharField(_("name"), max_length=200)

    def __str__(self) -> str:
        return self.name


class Team(models.Model):
    """A team; its name, parent and region are dated."""

    key = models.CharField(_("key"), max_length=200, unique=True)

    def __str__(self) -> str:
        return self.key


class Position(models.Model):
    """A seat in the organisation: filled, shared or vacant; outlives who sits on it."""

    key = models.CharField(_("key"), max_length=200, unique=True)

    def __str__(self) -> str:
        return self.key


class AttributeType(models.TextChoices):
    """What a further attribute of a person holds."""

    TEXT = "text", _("Text")
    INTEGER = "integer", _("Whole number")
    NUMBER = "number", _("Number")
    BOOLEAN = "boolean", _("Yes or no")
    DATE = "date", _("Date")


class Attribute(models.Model):
    """A typed attribute that this organisation keeps of people, such as a sales territory."""

    key = models.SlugField(_("key"), max_length=100, unique=True)
    title = models.CharField(_("title"), max_length=200)
    type = models.CharField(_("type"), max_length=10, choices=AttributeType.choices)

    def __str__(self) -> str:
        return self.title


class ImportedRow(models.Model):
    """The digest of a row as last imported, so that the same row twice changes nothing."""

    table = models.CharField(max_length=40)
    source = models.CharField(max_length=200)
    row_key = models.CharField(max_length=64)
    subject = models.CharField(max_length=200)  # the key of the person, team or position
    digest = models.CharField(max_length=64)
    known_from = models.DateTimeField()
    known_to = models.DateTimeField(null=True, blank=True)
    batch_id = models.CharField(max_length=64, blank=True)
    closed_by = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["table", "source", "row_key"],
                condition=models.Q(known_to__isnull=True),
                name="people_imported_row_once",
            )
        ]
        indexes = [models.Index(fields=["batch_id"], name="people_imported_batch")]

    def __str__(self) -> str:
        return f"{self.table}:{self.row_key}"


class UnitScope(models.Model):
    """That a user may read one business unit only, from a day until, exclusively, another.

    A user without a scope on a day is not narrowed; with several, their union counts.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="unit_scopes"
    )
    business_unit = models.ForeignKey(BusinessUnit, on_delete=models.PROTECT)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until (exclusive)"), null=True, blank=True)

    class Meta:
        ordering = ["starts_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on__isnull=True)
                | models.Q(ends_on__gte=models.F("starts_on")),
                name="people_scope_dates",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.business_unit_id}"


class AccessPolicy(models.Model):
    """One row: what this organisation decided about who sees whom."""

    former_managers_keep = models.BooleanField(
        _("former managers keep access to the periods in which they managed"), default=True
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="people_policy_single")
        ]

    def __str__(self) -> str:
        return "people.access_policy"


class Revision(models.Model):
    """One row: how often the organisation changed, and when last.

    Every write locks it, so that writers follow one another, and takes from it a moment later
    than all before: what was known at a past moment can never change.
    """

    number = models.BigIntegerField(default=0)
    known_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="people_revision_single")
        ]

    def __str__(self) -> str:
        return str(self.number)
