"""Batches and their journal, refused rows, kept mappings, published snapshots."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from vetta.core.models import User


class KeptMapping(models.Model):
    """One version of a mapping. Versions are never changed: a new one is added."""

    name = models.CharField(_("name"), max_length=100)
    version = models.PositiveIntegerField(_("version"))
    source = models.CharField(_("source"), max_length=100)
    text = models.TextField(_("mapping"))
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("mapping")
        verbose_name_plural = _("mappings")
        ordering = ["name", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["name", "version"], name="intake_mapping_version")
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


class BatchKind(models.TextChoices):
    IMPORT = "import", _("Import")
    RESEND = "resend", _("Repaired rows")
    UNDO = "undo", _("Undo")
    ERASURE = "erasure", _("Erasure")


class BatchState(models.TextChoices):
    CHECKING = "checking", _("Checking")  # nothing is written yet
    COMMITTING = "committing", _("Writing")  # the journal is complete: it will be finished
    FINISHED = "finished", _("Finished")
    REJECTED = "rejected", _("Nothing landed")
    FAILED = "failed", _("Failed")
    UNDONE = "undone", _("Undone")


class Batch(models.Model):
    """One passage through the import door.

    ``journal`` holds, from ``committing`` on, all that is needed to finish the batch after the
    process died: the prepared changes of the fact tables and the staged workspace tables.
    """

    id = models.CharField(primary_key=True, max_length=40)
    kind = models.CharField(max_length=10, choices=BatchKind, default=BatchKind.IMPORT)
    state = models.CharField(max_length=12, choices=BatchState, default=BatchState.CHECKING)
    source = models.CharField(_("source"), max_length=100)
    title = models.CharField(max_length=200, blank=True)
    files = models.JSONField(default=list)
    mapping = models.ForeignKey(KeptMapping, on_delete=models.PROTECT, null=True, related_name="+")
    mapping_text = models.TextField(blank=True)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children")
    actor = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    actor_label = models.CharField(max_length=200, blank=True)
    started_at = models.DateTimeField(db_index=True)
    finished_at = models.DateTimeField(null=True)
    tables = models.JSONField(default=dict)
    problems = models.JSONField(default=list)
    journal = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("batch")
        verbose_name_plural = _("batches")
        ordering = ["-started_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=BatchState.values), name="intake_batch_state"
            )
        ]

    def __str__(self) -> str:
        return self.title or self.id


class RowState(models.TextChoices):
    OPEN = "open", _("Open")
    LANDED = "landed", _("Landed after repair")
    CLEARED = "cleared", _("Cleared by a later import")
    DROPPED = "dropped", _("Dropped")


class QuarantinedRow(models.Model):
    """A refused row with all its raw cells, and the values that people gave instead."""

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="quarantine")
    table = models.CharField(max_length=63)
    section = models.PositiveSmallIntegerField()
    file = models.CharField(max_length=255)
    row = models.BigIntegerField()
    key = models.CharField(max_length=300, blank=True)
    cells = models.JSONField(default=dict)
    fixes = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=RowState, default=RowState.OPEN)
    settled_by = models.ForeignKey(Batch, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        verbose_name = _("refused row")
        verbose_name_plural = _("refused rows")
        ordering = ["id"]
        indexes = [models.Index(fields=["batch", "state"], name="intake_row_batch_state")]

    def __str__(self) -> str:
        return f"{self.file}:{self.row}"


class QuarantinedCell(models.Model):
    """Why a row was refused: one cell, its raw value and the code of the reason."""

    refused = models.ForeignKey(QuarantinedRow, on_delete=models.CASCADE, related_name="reasons")
    column = models.CharField(max_length=100)
    value = models.CharField(max_length=500, blank=True)
    code = models.CharField(max_length=60)
    message = models.CharField(max_length=1000, blank=True)
    hint = models.CharField(max_length=1000, blank=True)

    class Meta:
        verbose_name = _("refused cell")
        verbose_name_plural = _("refused cells")
        ordering = ["id"]
        indexes = [models.Index(fields=["code", "column"], name="intake_cell_code_column")]

    def __str__(self) -> str:
        return f"{self.column}: {self.code}"


class Snapshot(models.Model):
    """The versions of all fact tables after one finished batch; readers use no others."""

    batch = models.OneToOneField(Batch, on_delete=models.PROTECT, related_name="snapshot")
    versions = models.JSONField()
    published_at = models.DateTimeField()

    class Meta:
        verbose_name = _("snapshot")
        verbose_name_plural = _("snapshots")
        ordering = ["id"]

    def __str__(self) -> str:
        return str(self.pk)
