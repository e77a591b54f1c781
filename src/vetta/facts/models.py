"""Matches of owners to people that somebody made by hand."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from vetta.core.models import User


class OwnerMatch(models.Model):
    """The person (by key) whom a source means by an owner id; an empty key means *nobody here*."""

    source = models.CharField(_("source"), max_length=100)
    owner_id = models.CharField(_("owner"), max_length=200)
    person_id = models.CharField(_("person"), max_length=200, blank=True)
    matched_at = models.DateTimeField()
    matched_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("owner match")
        verbose_name_plural = _("owner matches")
        ordering = ["source", "owner_id"]
        constraints = [
            models.UniqueConstraint(fields=["source", "owner_id"], name="facts_owner_match_owner")
        ]

    def __str__(self) -> str:
        return f"{self.source}: {self.owner_id}"
