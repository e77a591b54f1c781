"""Home: where one stands, what waits, and the way to every room one may enter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from vetta.core import clock, jobs
from vetta.core.access import Actor, allows
from vetta.core.models import JobState, User
from vetta.core.permissions import ORGANISATION_CHANGE, USERS_MANAGE
from vetta.core.selectors import organisation
from vetta.facts.selectors import current_snapshot
from vetta.home.figures import figures, headline
from vetta.intake.permissions import IMPORT
from vetta.intake.permissions import VIEW as SEES_IMPORTS
from vetta.intake.selectors import waiting_rows
from vetta.ui.navigation import menu


@dataclass(frozen=True)
class Due:
    """One thing to do: what, why, and the button that begins it."""

    title: str
    why: str
    button: str
    url: str


@require_GET
@login_required
def index(request: HttpRequest) -> HttpResponse:
    actor = request.actor
    has_facts = bool(current_snapshot().versions)
    shown = figures(actor, actor.today) if has_facts else []
    context = {
        "heading": headline(shown) or _greeting(request),
        "figures": shown,
        "dues": _first_steps(actor, has_facts) + _waiting(actor),
        "rooms": [room for room in menu(request) if room.key != "home"],
        "has_roles": bool(actor.roles),
        "today": actor.today,
    }
    return render(request, "home/index.html", context)


def _greeting(request: HttpRequest) -> str:
    name = str(request.user).split("@")[0]
    return _("Hello %(name)s") % {"name": name}


def _first_steps(actor: Actor, has_facts: bool) -> list[Due]:
    """What a new installation needs, for those who can do it."""
    steps = []
    if allows(actor, ORGANISATION_CHANGE) and organisation().configured_at is None:
        steps.append(
            Due(
                _("Set the organisation up"),
                _("Currency, time zone and fiscal calendar decide how everything is counted."),
                _("Open the settings"),
                reverse("home:organisation"),
            )
        )
    if allows(actor, IMPORT) and not has_facts:
        steps.append(
            Due(
                _("Import your first data"),
                _("Deals or orders from your CRM or ERP; a mapping is suggested from the headers."),
                _("Import a file"),
                reverse("intake:new"),
            )
        )
    if allows(actor, USERS_MANAGE) and not _has_company(actor):
        steps.append(
            Due(
                _("Invite the people who will work here"),
                _("You are the only user so far."),
                _("Invite a user"),
                reverse("home:invite"),
            )
        )
    return steps


def _has_company(actor: Actor) -> bool:
    return User.objects.exclude(pk=actor.user.pk).filter(is_active=True).exists()


def _waiting(actor: Actor) -> list[Due]:
    """What went wrong lately and waits for somebody who can mend it."""
    dues = []
    refused = waiting_rows() if allows(actor, SEES_IMPORTS) else 0
    if refused:
        dues.append(
            Due(
                ngettext(
                    "%(n)s imported row waits for a correction",
                    "%(n)s imported rows wait for a correction",
                    refused,
                )
                % {"n": refused},
                _("They were refused with a reason each; nothing is lost."),
                _("Look at them"),
                reverse("intake:imports"),
            )
        )
    since = clock.now() - timedelta(days=7)
    failed = jobs.visible(actor).filter(state=JobState.FAILED, finished_at__gte=since).count()
    if failed:
        dues.append(
            Due(
                ngettext("%(n)s job failed this week", "%(n)s jobs failed this week", failed)
                % {"n": failed},
                _("Each says why, and can be started again."),
                _("Look at them"),
                reverse("home:jobs") + "?state=failed",
            )
        )
    return dues
