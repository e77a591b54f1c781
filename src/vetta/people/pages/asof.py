"""As of which date, and as known when: read from the address of every page of the room."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode

from django.http import HttpRequest

from vetta.core import clock
from vetta.people.forms import AsOfForm
from vetta.people.models import BEGINNING


@dataclass(frozen=True)
class AsOf:
    """The moment that a page speaks of.

    Args:
        query: what a link must carry to stay in it, with its question mark; empty for now.
    """

    on: date
    known_at: datetime | None
    is_today: bool
    query: str
    form: AsOfForm
    others: tuple[tuple[str, str], ...]

    @property
    def is_past_knowledge(self) -> bool:
        return self.known_at is not None

    @property
    def more(self) -> str:
        """``query`` to follow other parameters."""
        return self.query.replace("?", "&")


def as_of(request: HttpRequest, *, dropped: tuple[str, ...] = ()) -> AsOf:
    """The moment in the address; what makes no date counts as today, and the form says so."""
    today = clock.today()
    form = AsOfForm(request.GET)
    form.is_valid()
    on = form.cleaned_data.get("on") or today
    known_at = form.cleaned_data.get("known_at")
    if on < BEGINNING:
        form.add_error("on", f"{BEGINNING.isoformat()} …")
        on = today
    values = {}
    if on != today:
        values["on"] = on.isoformat()
    if known_at is not None:
        values["known_at"] = request.GET.get("known_at", "")
    skipped = {"on", "known_at", "page", "export", *dropped}
    return AsOf(
        on=on,
        known_at=known_at,
        is_today=on == today,
        query="?" + urlencode(values) if values else "",
        form=form,
        others=tuple(
            (name, value)
            for name, found in request.GET.lists()
            if name not in skipped
            for value in found
            if value
        ),
    )
