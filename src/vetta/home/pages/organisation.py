"""The organisation: name, currency, time zone, fiscal calendar."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from vetta.core import clock, selectors
from vetta.core.access import allows, require
from vetta.core.permissions import ORGANISATION_CHANGE, ORGANISATION_VIEW
from vetta.core.services import change_organisation
from vetta.home.forms import OrganisationForm, add_problems
from vetta.kernel.calendar import Calendar
from vetta.kernel.period import Period
from vetta.kernel.problem import Problem, ProblemError


@login_required
def organisation(request: HttpRequest) -> HttpResponse:
    """Show the settings to everybody with a role; change them with the permission."""
    actor = request.actor
    require(actor, ORGANISATION_VIEW)
    kept = selectors.organisation()
    form = OrganisationForm(request.POST or None, initial=OrganisationForm.initial_of(kept))
    if request.method == "POST":
        require(actor, ORGANISATION_CHANGE)
        if form.is_valid() and _saved(request, form, kept.calendar):
            messages.success(request, _("The organisation's settings are saved."))
            return redirect("home:organisation")
    context = {
        "form": form,
        "kept": kept,
        "may_change": allows(actor, ORGANISATION_CHANGE),
        "periods": _periods(selectors.calendar()),
    }
    return render(request, "home/organisation.html", context)


def _saved(request: HttpRequest, form: OrganisationForm, calendar: dict[str, Any]) -> bool:
    data = form.cleaned_data
    names = ("name", "currency", "time_zone", "minimum_group_size")
    try:
        change_organisation(
            actor=request.actor,
            calendar=form.calendar(calendar),
            **{name: data[name] for name in names},
        )
    except ProblemError as error:
        add_problems(form, _beside_fields(error, data["kind"]))
        return False
    return True


def _beside_fields(error: ProblemError, kind: str) -> ProblemError:
    """A calendar is one value to the service but several fields here."""
    field = {"standard": "start_month", "weeks": "year_starts", "listed": "periods"}[kind]
    moved = []
    for problem in error.problems:
        column = field if problem.column == "calendar" else problem.column
        moved.append(
            Problem(code=problem.code, message=problem.message, hint=problem.hint, column=column)
        )
    return ProblemError(*moved)


def _periods(calendar: Calendar) -> list[tuple[str, Period]]:
    """Today's periods, so that a wrong calendar is seen at once; none where it ends before."""
    found = []
    for grain, title in (("month", _("Month")), ("quarter", _("Quarter")), ("year", _("Year"))):
        try:
            found.append((title, calendar.period(grain, clock.today())))
        except ProblemError:
            continue
    return found
