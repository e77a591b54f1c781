"""Targets as they are listed."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from vetta.core.access import EVERYONE, Actor, reach, require
from vetta.engine.metrics.exact import as_text
from vetta.metrics.contracts import TargetRow
from vetta.metrics.models import UNITS, SubjectType, Target
from vetta.metrics.permissions import VIEW


def target_rows(
    *, actor: Actor, metric: str = "", subject_id: str = "", on: date | None = None
) -> list[TargetRow]:
    """The targets that hold now, of those whom the actor reaches.

    Args:
        on: only those that cover this day.
    """
    require(actor, VIEW)
    found = Target.objects.filter(known_to__isnull=True)
    if metric:
        found = found.filter(metric=metric)
    if subject_id:
        found = found.filter(subject_id=subject_id)
    if on is not None:
        found = found.filter(starts_on__lte=on, ends_on__gt=on)
    reached = reach(actor, VIEW)
    if reached is not EVERYONE:
        found = found.filter(subject_type=SubjectType.PERSON, subject_id__in=sorted(reached))
    return [
        TargetRow(
            id=one.pk,
            subject_type=one.subject_type,
            subject_id=one.subject_id,
            metric=one.metric,
            starts_on=one.starts_on,
            ends_on=one.ends_on,
            amount=as_text(Fraction(one.amount, UNITS)) or "0",
            currency=one.currency or None,
            origin=one.origin,
        )
        for one in found.order_by("metric", "subject_type", "subject_id", "starts_on")
    ]
