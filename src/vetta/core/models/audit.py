"""The audit trail's rows. Append-only: triggers in the database refuse changes and deletions."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class AuditEntry(models.Model):
    """One act. ``hash`` covers every other column and the hash of the entry before.

    ``actor_id`` is a plain number, not a foreign key: nothing may ever need to change it.
    ``changes`` is a list of ``{"field", "class", "before", "after"}``; a value sealed under
    a person's key is ``{"sealed": "<token>", "person": "<person key>"}``.
    """

    sequence = models.BigIntegerField(unique=True)
    occurred_at = models.DateTimeField(db_index=True)
    action = models.CharField(_("action"), max_length=100, db_index=True)
    actor_id = models.BigIntegerField(null=True, db_index=True)
    actor_label = models.CharField(max_length=200, blank=True)  # programs; people are looked up
    actor_sealed = models.TextField(blank=True)
    subject_type = models.CharField(max_length=100, blank=True)
    subject_id = models.CharField(max_length=200, blank=True)
    subject_label = models.JSONField(default=str)
    changes = models.JSONField(default=list)
    channel = models.CharField(max_length=16, blank=True)
    request_id = models.CharField(max_length=64, blank=True, db_index=True)
    previous_hash = models.CharField(max_length=64, unique=True)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        ordering = ["-sequence"]
        indexes = [
            models.Index(fields=["subject_type", "subject_id"], name="core_audit_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.sequence} {self.action}"


class PersonKey(models.Model):
    """The key under which one person's values are sealed; erasure empties ``wrapped``."""

    person = models.CharField(max_length=200, unique=True)
    wrapped = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    destroyed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("person's key")
        verbose_name_plural = _("persons' keys")

    def __str__(self) -> str:
        return self.person
