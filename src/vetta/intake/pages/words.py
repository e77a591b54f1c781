"""How the pages of this room say tables, states and progress."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from vetta.core.jobs import JobView
from vetta.engine.schema import TableSchema
from vetta.intake.contracts import TableResult
from vetta.intake.models import BatchState
from vetta.ui import formatting
from vetta.ui.progress import Work
from vetta.ui.status import Status, status_tag

STEPS: Mapping[str, Any] = {
    "waiting": gettext_lazy("waiting for the import before this one"),
    "reading": gettext_lazy("reading the files"),
    "checking": gettext_lazy("checking rows"),
    "writing": gettext_lazy("writing tables"),
    "committing": gettext_lazy("finishing the batch"),
    "undoing": gettext_lazy("putting the former values back"),
}
_STATES = {
    BatchState.CHECKING: Status.ACCENT,
    BatchState.COMMITTING: Status.ACCENT,
    BatchState.FINISHED: Status.GOOD,
    BatchState.REJECTED: Status.BAD,
    BatchState.FAILED: Status.BAD,
    BatchState.UNDONE: Status.NONE,
}


def table_title(schemas: Mapping[str, TableSchema], name: str) -> str:
    """The title of a table in the page's language."""
    return _(schemas[name].title) if name in schemas else name


def column_title(schemas: Mapping[str, TableSchema], table: str, name: str) -> str:
    """The title of a column in the page's language; an attribute's own name."""
    if name.startswith("custom__"):
        return name.removeprefix("custom__")
    schema = schemas.get(table)
    found = next((column for column in schema if column.name == name), None) if schema else None
    return _(found.title) if found else name


def rows_text(count: int) -> str:
    return ngettext("%(n)s row", "%(n)s rows", count) % {"n": formatting.number(count)}


def state_tag(state: str, open_rows: int = 0) -> SafeString:
    """A batch's state; finished with rows in quarantine is something to look at."""
    known = BatchState(state)
    if known == BatchState.FINISHED and open_rows:
        word = ngettext("%(n)s row waits for repair", "%(n)s rows wait for repair", open_rows) % {
            "n": formatting.number(open_rows)
        }
        return status_tag(Status.WATCH, word)
    return status_tag(_STATES[known], known.label)


def totals(tables: Mapping[str, TableResult]) -> dict[str, int]:
    """Read, ready (landed or unchanged) and refused rows of all tables together."""
    return {
        "read": sum(table.read for table in tables.values()),
        "ready": sum(table.landed - table.balanced for table in tables.values()),
        "refused": sum(table.quarantined for table in tables.values()),
    }


def work_of(job: JobView, *, done_url: str = "") -> Work:
    """A job of this room as the progress partial shows it."""
    step = job.current_step
    number = next((i for i, one in enumerate(job.steps, 1) if one.state == "running"), 0)
    message = ""
    if job.is_cancelling:
        message = _("Stopping at the next safe point")
    elif job.error:
        message = " ".join(str(job.error.get(key) or "") for key in ("message", "hint")).strip()
    state = {"queued": "waiting", "running": "running", "done": "done"}.get(
        job.state.value, "cancelled" if job.state.value == "cancelled" else "failed"
    )
    return Work(
        title=job.title,
        state=state,
        step_title=STEPS.get(step.name, step.name) if step else "",
        step=number,
        steps=len(job.steps),
        done=step.done if step else 0,
        total=step.total if step else None,
        unit="",
        seconds_left=job.remaining_seconds,
        poll_url=reverse("intake:work", args=[job.id]),
        done_url=done_url,
        cancel_url=reverse("intake:cancel", args=[job.id]) if job.can_cancel else "",
        cancel_label=_("Cancel the import"),
        message=message,
    )


def result_line(result: TableResult) -> SafeString:
    """What happened to a table, in words."""
    parts = [
        ngettext("%(n)s new", "%(n)s new", result.inserted)
        % {"n": formatting.number(result.inserted)},
        ngettext("%(n)s changed", "%(n)s changed", result.updated)
        % {"n": formatting.number(result.updated)},
        ngettext("%(n)s as before", "%(n)s as before", result.unchanged)
        % {"n": formatting.number(result.unchanged)},
    ]
    return format_html("{}", ", ".join(parts))
