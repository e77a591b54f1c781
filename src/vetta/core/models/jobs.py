"""Background jobs: what runs, how far it is, who asked."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from vetta.core.models.users import User


class JobState(models.TextChoices):
    QUEUED = "queued", pgettext_lazy("job", "Waiting")
    RUNNING = "running", pgettext_lazy("job", "Running")
    DONE = "done", pgettext_lazy("job", "Done")
    FAILED = "failed", pgettext_lazy("job", "Failed")
    CANCELLED = "cancelled", pgettext_lazy("job", "Cancelled")


class Job(models.Model):
    """One job. While it runs, its worker renews ``lease_until``; a lapsed lease means a dead one.

    ``steps`` is a list of ``{"name", "done", "total", "started_at", "finished_at"}``.
    ``error`` is a Problem's JSON form, or empty.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=100)
    title = models.CharField(_("title"), max_length=300)
    payload = models.JSONField(default=dict)
    actor = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=16, choices=JobState.choices, default=JobState.QUEUED)
    steps = models.JSONField(default=list)
    result = models.JSONField(default=dict)
    error = models.JSONField(default=dict)
    attempt = models.PositiveSmallIntegerField(default=0)
    attempts_allowed = models.PositiveSmallIntegerField(default=3)
    task_id = models.CharField(max_length=64, blank=True, db_index=True)
    worker = models.CharField(max_length=100, blank=True)
    lease_until = models.DateTimeField(null=True)
    cancel_requested_at = models.DateTimeField(null=True)
    request_id = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering = ["-created_at", "id"]
        indexes = [
            models.Index(fields=["state", "lease_until"], name="core_job_lease"),
            models.Index(fields=["-created_at"], name="core_job_recent"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_finished(self) -> bool:
        return self.state in {JobState.DONE, JobState.FAILED, JobState.CANCELLED}


class MaintenanceRun(models.Model):
    """When a chore was last begun, so that several workers do it once."""

    name = models.CharField(max_length=100, unique=True)
    last_at = models.DateTimeField()

    class Meta:
        verbose_name = _("maintenance run")
        verbose_name_plural = _("maintenance runs")

    def __str__(self) -> str:
        return self.name
