"""One number for the state of targets and definitions: what was computed for it stays right."""

from __future__ import annotations

from django.db.models import F

from vetta.metrics.models import MetricsRevision


def revision() -> int:
    """Grows with every write. One query."""
    return MetricsRevision.objects.filter(pk=1).values_list("number", flat=True).first() or 0


def bump() -> None:
    """Say that something changed; within the writer's transaction."""
    if not MetricsRevision.objects.filter(pk=1).update(number=F("number") + 1):
        MetricsRevision.objects.get_or_create(pk=1, defaults={"number": 1})
