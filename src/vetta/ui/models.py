"""What people keep of the interface: views of lists and of questions."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class SavedView(models.Model):
    """A named address of one list or one explorer: its filters, order and columns.

    ``place`` is the key of the list; ``query`` the query string without its leading ``?``.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views"
    )
    place = models.CharField(max_length=80)
    name = models.CharField(max_length=60)
    query = models.TextField(blank=True, max_length=4000)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("created_at", "pk")
        constraints = (
            models.UniqueConstraint(fields=("owner", "place", "name"), name="saved_view_name"),
        )

    def __str__(self) -> str:
        return self.name
