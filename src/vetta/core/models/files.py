"""Uploaded files: the row says what and by whom, the bytes lie under their content hash."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from vetta.core.models.users import User


class StoredFile(models.Model):
    """One upload. Two uploads of the same bytes are two rows and one file on disk."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    sha256 = models.CharField(max_length=64, db_index=True)
    name = models.CharField(_("name"), max_length=255)
    media_type = models.CharField(max_length=100)
    size = models.BigIntegerField(_("size"))  # bytes
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    uploaded_at = models.DateTimeField()

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        ordering = ["-uploaded_at", "id"]

    def __str__(self) -> str:
        return self.name
