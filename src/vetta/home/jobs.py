"""Jobs of the settings: verifying a long audit trail."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from vetta.core import audit
from vetta.core.access import require
from vetta.core.jobs import JobContext, job
from vetta.core.models import AuditEntry
from vetta.core.permissions import AUDIT_VIEW

VERIFY = "home.verify_audit"


@job(VERIFY, title=gettext_lazy("Verify the audit trail"), url_name="home:audit")
def verify_audit(context: JobContext, *, anchor: str = "") -> dict[str, object]:
    """Recompute the chain; the result says how far it is sound."""
    require(context.actor, AUDIT_VIEW)
    context.step(_("Recompute the chain"), total=AuditEntry.objects.count())

    def progress(done: int) -> None:
        context.advance(done)
        context.check_cancelled()

    found = audit.verify(anchor=anchor or None, progress=progress)
    return {
        "is_sound": found.is_sound,
        "entries": found.entries,
        "head": found.head,
        "broken_at": found.broken_at,
        "problem": found.problem.as_json() if found.problem else None,
    }
