"""Keeping mappings: every change is a new version."""

from __future__ import annotations

import hashlib

from django.db import transaction
from django.utils.translation import gettext as _

from vetta.core import audit, clock
from vetta.core.access import Actor, require
from vetta.intake.mapping import read_mapping
from vetta.intake.mapping.reading import check_tables
from vetta.intake.models import KeptMapping
from vetta.intake.permissions import IMPORT
from vetta.intake.registry import schemas
from vetta.intake.services.organisation import check_organisation
from vetta.kernel.problem import Problem, ProblemError


def keep_mapping(name: str, text: str, *, actor: Actor) -> KeptMapping:
    """Keep a mapping under a name; the same text again is the same version.

    Raises:
        ProblemError: what is wrong with it.
    """
    require(actor, IMPORT)
    name = name.strip()
    if not name or len(name) > 100:
        raise ProblemError(
            Problem(
                "intake.mapping_name",
                _("A kept mapping needs a name of at most a hundred characters."),
                _("Name it after the system that the files come from."),
            )
        )
    mapping = read_mapping(text)
    problems = [*check_tables(mapping, schemas()), *check_organisation(mapping)]
    if problems:
        raise ProblemError(*problems)
    digest = hashlib.sha256(text.encode()).hexdigest()
    with transaction.atomic():
        latest = KeptMapping.objects.filter(name=name).order_by("-version").first()
        if latest is not None and latest.digest == digest:
            return latest
        kept = KeptMapping.objects.create(
            name=name,
            version=1 if latest is None else latest.version + 1,
            source=mapping.source,
            text=text,
            digest=digest,
            created_at=clock.now(),
            created_by=actor.user,
        )
        audit.record(
            "intake.mapping_kept",
            actor=actor,
            subject=audit.Subject("intake.mapping", str(kept.pk), str(kept)),
            changes={"version": (None if latest is None else latest.version, kept.version)},
        )
    return kept
