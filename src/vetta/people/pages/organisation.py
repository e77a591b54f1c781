"""Positions, teams, attributes, and who is limited to what."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from vetta.core import clock
from vetta.core.access import NotVisible, require
from vetta.core.models import User
from vetta.kernel.problem import Problem, ProblemError
from vetta.people import forms, permissions, selectors, services
from vetta.people.models import Attribute, BusinessUnit, UnitScope
from vetta.people.visibility import require_everyone, require_position

from .editing import show_form, suggestions, try_to


def _back(request: HttpRequest, words: str, name: str) -> HttpResponse:
    messages.success(request, words)
    return HttpResponseRedirect(reverse(name))


@require_http_methods(["GET", "POST"])
@login_required
def add_position(request: HttpRequest) -> HttpResponse:
    """Add a vacant position."""
    require(request.actor, permissions.EDIT)
    known = suggestions(request)
    form = forms.PositionForm(request.POST or None)
    form.suggest(known["rows"])

    def act() -> None:
        data = dict(form.cleaned_data)
        manager = data.pop("manager")
        above = ""
        if manager:
            require(request.actor, permissions.EDIT, person=manager)
            row = selectors.person_on(manager, clock.today())
            above = (row and row.position) or ""
            if not above:
                raise ProblemError(
                    Problem(
                        "people.manager_without_position",
                        _("The manager has no position that anybody could report to."),
                    )
                )
            require_position(request.actor, permissions.EDIT, above)
        else:
            require_everyone(request.actor, permissions.EDIT)
        services.create_position(actor=request.actor, manager_position=above, **data)

    if request.method == "POST" and try_to(form, act):
        return _back(request, _("The position was added."), "people:positions")
    return show_form(
        request,
        form,
        heading=_("Add a position"),
        lead=_("It stays vacant until somebody is moved onto it."),
        button=_("Add this position"),
        back=reverse("people:positions"),
        known=known,
        status=422 if form.errors else 200,
    )


def _team_choices(besides: str = "") -> list[tuple[str, str]]:
    rows = selectors.teams_on(clock.today())
    return [(row.id, "– " * row.depth + row.name) for row in rows if row.id != besides]


@require_http_methods(["GET", "POST"])
@login_required
def add_team(request: HttpRequest) -> HttpResponse:
    """Add a team to the tree."""
    require_everyone(request.actor, permissions.EDIT)
    form = forms.TeamForm(request.POST or None)
    form.offer_teams(_team_choices())
    if request.method == "POST" and try_to(
        form, lambda: services.create_team(actor=request.actor, **form.cleaned_data)
    ):
        return _back(request, _("The team was added."), "people:teams")
    return show_form(
        request,
        form,
        heading=_("Add a team"),
        button=_("Add this team"),
        back=reverse("people:teams"),
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "POST"])
@login_required
def change_team(request: HttpRequest, key: str) -> HttpResponse:
    """Change a team's name, place or region, from a day on or throughout."""
    require_everyone(request.actor, permissions.EDIT)
    row = next((row for row in selectors.teams_on(clock.today()) if row.id == key), None)
    if row is None:
        raise NotVisible
    form = forms.TeamForm(
        request.POST or None,
        initial={
            "name": row.name,
            "parent": row.parent.id if row.parent else "",
            "region": row.region or "",
        },
    )
    form.offer_teams(_team_choices(besides=key))
    if request.method == "POST" and try_to(
        form, lambda: services.change_team(actor=request.actor, team=key, **form.cleaned_data)
    ):
        return _back(request, _("The team was changed."), "people:teams")
    return show_form(
        request,
        form,
        heading=_("Change %(name)s") % {"name": row.name},
        lead=_("Without a date the change holds from the team's beginning."),
        button=_("Save the change"),
        back=reverse("people:teams"),
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "POST"])
@login_required
def add_attribute(request: HttpRequest) -> HttpResponse:
    """Define an attribute that the organisation keeps of people."""
    require_everyone(request.actor, permissions.EDIT)
    form = forms.AttributeKindForm(request.POST or None)
    if request.method == "POST" and try_to(
        form, lambda: services.define_attribute(actor=request.actor, **form.cleaned_data)
    ):
        return _back(request, _("The attribute was defined."), "people:new-attribute")
    return show_form(
        request,
        form,
        template="people/attributes.html",
        heading=_("Attributes of people"),
        lead=_("What this organisation keeps beyond name, title, team and manager."),
        button=_("Define this attribute"),
        back=reverse("people:list"),
        attributes=Attribute.objects.order_by("title"),
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "POST"])
@login_required
def access(request: HttpRequest) -> HttpResponse:
    """What former managers keep, and which users are limited to which business units."""
    require(request.actor, permissions.ACCESS)
    policy = forms.PolicyForm(
        request.POST or None, initial={"keep": selectors.former_managers_keep()}
    )
    if request.method == "POST" and try_to(
        policy,
        lambda: services.decide_former_managers(
            actor=request.actor, keep=policy.cleaned_data["keep"]
        ),
    ):
        return _back(request, _("The policy was saved."), "people:access")
    return _access_page(request, policy=policy, form=_scope_form(None))


def _scope_form(data: Any) -> forms.ScopeForm:
    form = forms.ScopeForm(data, initial={"starts_on": clock.today()})
    form.fields["business_unit"].choices = BusinessUnit.objects.order_by("name").values_list(
        "key", "name"
    )
    return form


def _access_page(
    request: HttpRequest, *, policy: forms.PolicyForm, form: forms.ScopeForm, status: int = 200
) -> HttpResponse:
    scopes = UnitScope.objects.select_related("user", "business_unit").order_by(
        "user__email", "starts_on"
    )
    context = {"policy": policy, "form": form, "scopes": scopes, "today": clock.today()}
    return render(request, "people/access.html", context, status=status)


@require_POST
@login_required
def add_scope(request: HttpRequest) -> HttpResponse:
    """Limit a user to a business unit from a day on."""
    require(request.actor, permissions.ACCESS)
    form = _scope_form(request.POST)

    def act() -> None:
        data = dict(form.cleaned_data)
        user = User.objects.filter(email__iexact=data.pop("email")).first()
        if user is None:
            form.add_error("email", _("No user has this address: invite him or her first."))
            raise ProblemError
        services.limit_to_unit(actor=request.actor, user=user, **data)

    if try_to(form, act):
        return _back(request, _("The limit was set."), "people:access")
    policy = forms.PolicyForm(initial={"keep": selectors.former_managers_keep()})
    return _access_page(request, policy=policy, form=form, status=422)


@require_POST
@login_required
def end_scope(request: HttpRequest, scope: int) -> HttpResponse:
    """End a user's limit today."""
    require(request.actor, permissions.ACCESS)
    found = UnitScope.objects.select_related("user", "business_unit").filter(pk=scope).first()
    if found is None:
        raise NotVisible
    services.end_unit_limit(
        actor=request.actor,
        user=found.user,
        business_unit=found.business_unit.key,
        ends_on=clock.today(),
    )
    return _back(request, _("The limit was ended."), "people:access")
