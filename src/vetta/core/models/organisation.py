"""The one organisation of an installation."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Organisation(models.Model):
    """A single row (number 1). ``configured_at`` is empty until somebody has set it up."""

    name = models.CharField(_("name"), max_length=200, default="My organisation")
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    calendar = models.JSONField(
        _("fiscal calendar"), default=dict, help_text=_("Empty: calendar months from January.")
    )
    minimum_group_size = models.PositiveSmallIntegerField(
        _("smallest group shown"),
        default=5,
        help_text=_("Answers of fewer people than this are never shown as a group."),
    )
    configured_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisation")
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="core_organisation_single"),
        ]

    def __str__(self) -> str:
        return self.name
