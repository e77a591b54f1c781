"""Somebody leaves, comes back, is away for a time."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from vetta.core import clock
from vetta.people import forms, services
from vetta.people.contracts import Move
from vetta.people.models import WHOLE

from .editing import done, may_edit, may_take, show_form, suggestions, try_to, vacancies


@require_http_methods(["GET", "POST"])
@login_required
def end_employment(request: HttpRequest, key: str) -> HttpResponse:
    """Somebody leaves; what becomes of the seat and of those below is said before."""
    row = may_edit(request, key)
    form = forms.DayForm(request.POST or None)
    form.fields["on"].label = _("First day on which %(name)s is gone") % {"name": row.name}
    if request.method == "POST" and try_to(
        form,
        lambda: services.end_employment(
            actor=request.actor, person=key, ends_on=form.cleaned_data["on"]
        ),
    ):
        return done(request, _("The leaving was noted."), key)
    effects = []
    if row.position:
        effects.append(
            _("The position “%(position)s” becomes vacant.")
            % {"position": row.title or row.position}
        )
    if row.direct_reports:
        above = row.manager.name if row.manager else _("nobody")
        effects.append(
            ngettext(
                "%(n)s person then reports to %(above)s, until the position is filled.",
                "%(n)s people then report to %(above)s, until the position is filled.",
                row.direct_reports,
            )
            % {"n": row.direct_reports, "above": above}
        )
    return show_form(
        request,
        form,
        heading=_("%(name)s leaves") % {"name": row.name},
        lead=_("Everything up to that day stays as it is."),
        button=_("Note the leaving"),
        back=reverse("people:person", args=[key]),
        effects=effects,
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "POST"])
@login_required
def rehire(request: HttpRequest, key: str) -> HttpResponse:
    """Somebody comes back."""
    row = may_edit(request, key)
    known = suggestions(request)
    form = forms.RehireForm(request.POST or None, initial={"starts_on": clock.today()})
    form.suggest(known["rows"])
    form.offer_positions(vacancies(request))

    def act() -> None:
        data = form.cleaned_data
        names = ("title", "team", "business_unit", "manager")
        seat = {} if data["position"] else {name: data[name] for name in names}
        move = Move(
            person=key,
            starts_on=data["starts_on"],
            position=data["position"] or None,
            new_position=not data["position"],
            share=WHOLE,
            **seat,
        )
        may_take(request, move)
        services.rehire(actor=request.actor, person=key, starts_on=data["starts_on"], move=move)

    if request.method == "POST" and try_to(form, act):
        return done(request, _("%(name)s is back.") % {"name": row.name}, key)
    return show_form(
        request,
        form,
        heading=_("%(name)s comes back") % {"name": row.name},
        button=_("Take back"),
        back=reverse("people:person", args=[key]),
        known=known,
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "POST"])
@login_required
def leave(request: HttpRequest, key: str) -> HttpResponse:
    """Somebody is away for a time."""
    row = may_edit(request, key)
    form = forms.LeaveForm(request.POST or None)
    if request.method == "POST" and try_to(
        form,
        lambda: services.start_leave(actor=request.actor, person=key, **form.cleaned_data),
    ):
        return done(request, _("The leave was noted."), key)
    return show_form(
        request,
        form,
        heading=_("Leave of %(name)s") % {"name": row.name},
        lead=_("The position stays filled, and reporting lines stay as they are."),
        button=_("Note the leave"),
        back=reverse("people:person", args=[key]),
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "POST"])
@login_required
def return_from_leave(request: HttpRequest, key: str) -> HttpResponse:
    """Somebody is back."""
    row = may_edit(request, key)
    form = forms.DayForm(request.POST or None, initial={"on": clock.today()})
    form.fields["on"].label = _("First day back")
    if request.method == "POST" and try_to(
        form,
        lambda: services.end_leave(
            actor=request.actor, person=key, ends_on=form.cleaned_data["on"]
        ),
    ):
        return done(request, _("The return was noted."), key)
    return show_form(
        request,
        form,
        heading=_("%(name)s is back from leave") % {"name": row.name},
        button=_("Note the return"),
        back=reverse("people:person", args=[key]),
        status=422 if form.errors else 200,
    )
