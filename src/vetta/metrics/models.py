"""Dated targets, and KPIs of one's own. Both are append-only: nothing is overwritten."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

UNITS = 10_000
"""Targets are kept in whole ten-thousandths: of a currency unit, a deal, a point."""


class SubjectType(models.TextChoices):
    """Whose target it is."""

    PERSON = "person", _("Person")
    TEAM = "team", _("Team")
    ORGANISATION = "organisation", _("Organisation")


class Target(models.Model):
    """So much of a KPI by a subject in a stretch of days, as known from a moment to a moment."""

    subject_type = models.CharField(_("subject type"), max_length=12, choices=SubjectType)
    subject_id = models.CharField(_("subject"), max_length=255, blank=True)
    metric = models.CharField(_("KPI"), max_length=63)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), help_text=_("The first day that no longer counts."))
    amount = models.BigIntegerField(_("amount in ten-thousandths"))
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    origin = models.CharField(_("origin"), max_length=63, help_text=_("Where it comes from."))
    batch_id = models.CharField(max_length=64, blank=True, db_index=True)
    known_from = models.DateTimeField()
    known_to = models.DateTimeField(null=True, blank=True)
    ended_by_batch = models.CharField(max_length=64, blank=True, db_index=True)

    class Meta:
        verbose_name = _("target")
        verbose_name_plural = _("targets")
        indexes = [
            models.Index(fields=["metric", "known_to"], name="metrics_target_metric"),
            models.Index(fields=["subject_type", "subject_id"], name="metrics_target_subject"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gt=F("starts_on")), name="metrics_target_days"
            ),
            models.CheckConstraint(
                condition=Q(known_to__isnull=True) | Q(known_to__gte=F("known_from")),
                name="metrics_target_known",
            ),
            models.CheckConstraint(
                condition=Q(subject_type=SubjectType.ORGANISATION, subject_id="")
                | (~Q(subject_type=SubjectType.ORGANISATION) & ~Q(subject_id="")),
                name="metrics_target_subject_named",
            ),
            models.UniqueConstraint(
                fields=["subject_type", "subject_id", "metric", "starts_on"],
                condition=Q(known_to__isnull=True),
                name="metrics_target_current",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.metric} · {self.subject_id or self.subject_type} · {self.starts_on}"


class MetricDefinition(models.Model):
    """One version of a KPI that this organisation defined. The newest active one is used."""

    name = models.CharField(_("name"), max_length=63)
    version = models.PositiveIntegerField(_("version"))
    content = models.JSONField(_("definition"))
    is_active = models.BooleanField(_("in use"), default=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = _("KPI")
        verbose_name_plural = _("KPIs")
        constraints = [
            models.UniqueConstraint(fields=["name", "version"], name="metrics_definition_version"),
            models.UniqueConstraint(
                fields=["name"], condition=Q(is_active=True), name="metrics_definition_active"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"


class MetricsRevision(models.Model):
    """A single row whose number grows with every change of targets or definitions."""

    number = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="metrics_revision_single"),
        ]

    def __str__(self) -> str:
        return str(self.number)
