"""Changing a person: each form says its effect before it is done, and keeps what was typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from vetta.core import clock
from vetta.core.access import EVERYONE, NotVisible, reach, require
from vetta.core.models import User
from vetta.kernel.problem import ProblemError
from vetta.people import forms, permissions, selectors, services
from vetta.people.contracts import Move, PersonRow
from vetta.people.models import WHOLE, Attribute, BusinessUnit, Title

_FIELDS = {
    "people.cycle": "manager",
    "people.unknown_person": "manager",
    "people.manager_without_position": "manager",
    "people.position_full": "position",
    "people.bad_share": "share",
    "people.key_taken": "key",
    "people.not_employed": "starts_on",
    "people.bad_dates": "ends_on",
    "people.bad_value": "value",
    "people.name_missing": "name",
    "people.already_employed": "starts_on",
    "people.user_taken": "email",
}


def may_edit(request: HttpRequest, key: str) -> PersonRow:
    """The person today, if the asker may change him or her."""
    require(request.actor, permissions.EDIT, person=key)
    row = selectors.person_on(key, clock.today())
    if row is None:
        raise NotVisible
    return row


def suggestions(request: HttpRequest) -> dict[str, Any]:
    """What the text fields suggest: titles, teams, units, and people within the asker's reach."""
    today = clock.today()
    seen = reach(request.actor, permissions.EDIT)
    everybody = [row for row in selectors.people_on(today) if row.id in seen]
    here = [row for row in everybody if row.status in ("active", "leave", "future")]
    names = {row.team.name for row in everybody if row.team}
    units = BusinessUnit.objects.order_by("name").values_list("key", flat=True)
    if seen is not EVERYONE:
        held = {row.business_unit.id for row in everybody if row.business_unit}
        units = [key for key in units if key in held]
    return {
        # Beyond that a browser's list helps nobody; a name or key can still be typed.
        "people": [forms.PersonField.label_of(row) for row in here[:2000]],
        "rows": here,
        "titles": list(Title.objects.order_by("name").values_list("name", flat=True)),
        "teams": sorted(names)
        if seen is not EVERYONE
        else [team.name for team in selectors.teams_on(today)],
        "units": list(units),
    }


def vacancies(request: HttpRequest) -> list[tuple[str, str]]:
    """The vacant and the partly filled positions, as choices."""
    today = clock.today()
    chart = selectors.chart(today, reach=reach(request.actor, permissions.EDIT))
    choices = []
    for node in chart.nodes.values():
        if sum(holder.share for holder in node.holders) < WHOLE:
            words = [node.title, node.team and node.team.name, node.position]
            choices.append((node.position, " · ".join(word for word in words if word)))
    return sorted(choices, key=lambda choice: choice[1].casefold())


def show_form(
    request: HttpRequest,
    form: forms.Suggesting,
    *,
    heading: str,
    button: str,
    back: str,
    lead: str = "",
    template: str = "people/form.html",
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    """A form on its page."""
    shown = {"form": form, "heading": heading, "button": button, "back": back, "lead": lead}
    return render(request, template, {**shown, **context}, status=status)


def try_to(form: forms.Suggesting, act: Callable[[], Any]) -> bool:
    """Do it if the form is sound; whether it was done. What was refused stands in the form."""
    if not form.is_valid():
        return False
    try:
        act()
    except ProblemError as error:
        form.take(error, _FIELDS)
        return False
    return True


def done(request: HttpRequest, words: str, key: str) -> HttpResponse:
    """Back to the person's page, saying what happened."""
    messages.success(request, words)
    return HttpResponseRedirect(reverse("people:person", args=[key]))


@require_http_methods(["GET", "POST"])
@login_required
def add_person(request: HttpRequest) -> HttpResponse:
    """Add somebody who comes."""
    require(request.actor, permissions.EDIT)
    known = suggestions(request)
    form = forms.PersonForm(
        request.POST or None,
        initial={"hired_on": clock.today(), "manager": request.GET.get("manager", "")},
    )
    form.suggest(known["rows"])
    form.offer_positions(vacancies(request))
    made: list[str] = []

    def act() -> None:
        data = form.cleaned_data | {"position": form.cleaned_data["position"] or None}
        if data["position"]:
            # The seat brings its own title, team, unit and manager.
            data |= dict.fromkeys(("title", "team", "business_unit", "manager"))
        elif reach(request.actor, permissions.EDIT) is not EVERYONE:
            require(request.actor, permissions.EDIT, person=data["manager"] or "")
        made.append(services.create_person(actor=request.actor, **data))

    if request.method == "POST" and try_to(form, act):
        return done(request, _("%(name)s was added.") % form.cleaned_data, made[0])
    return show_form(
        request,
        form,
        heading=_("Add a person"),
        lead=_("Whoever comes gets a position of his or her own, or takes a vacant one."),
        button=_("Add this person"),
        back=reverse("people:list"),
        known=known,
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "POST"])
@login_required
def change_person(request: HttpRequest, key: str) -> HttpResponse:
    """Change name, e-mail or country."""
    row = may_edit(request, key)
    form = forms.ChangeForm(
        request.POST or None,
        initial={"name": row.name, "email": row.email, "country": row.country},
    )
    if request.method == "POST" and try_to(
        form,
        lambda: services.change_person(actor=request.actor, person=key, **form.cleaned_data),
    ):
        return done(request, _("The change was written."), key)
    return show_form(
        request,
        form,
        heading=_("Change %(name)s") % {"name": row.name},
        lead=_("Without a date the change corrects the past as well."),
        button=_("Save the change"),
        back=reverse("people:person", args=[key]),
        status=422 if form.errors else 200,
    )


def _move_form(request: HttpRequest, row: PersonRow, data: Any) -> forms.MoveForm:
    form = forms.MoveForm(
        data,
        initial={
            "starts_on": clock.today(),
            "seat": forms.MoveForm.KEEP if row.position else forms.MoveForm.NEW,
            "title": row.title or "",
            "team": row.team.name if row.team else "",
            "business_unit": row.business_unit.id if row.business_unit else "",
            "manager": row.manager.name if row.manager else "",
            "share": f"{row.share * 100 / WHOLE:g}" if row.share else "100",
        },
    )
    known = suggestions(request)
    form.suggest(known["rows"])
    form.offer_positions(vacancies(request))
    form.known = known
    return form


def may_take(request: HttpRequest, move: Move) -> None:
    """A new manager must lie within the asker's reach."""
    if move.manager:
        require(request.actor, permissions.EDIT, person=move.manager)


@require_http_methods(["GET", "POST"])
@login_required
def move_person(request: HttpRequest, key: str) -> HttpResponse:
    """Another seat, title, team, unit or manager from a day on."""
    row = may_edit(request, key)
    form = _move_form(request, row, request.POST or None)

    def act() -> None:
        move = form.move(_row_on(row, form))
        may_take(request, move)
        services.move_person(actor=request.actor, move=move)

    if request.method == "POST" and try_to(form, act):
        return done(request, _("%(name)s was moved.") % {"name": row.name}, key)
    return show_form(
        request,
        form,
        template="people/move.html",
        heading=_("Move %(name)s") % {"name": row.name},
        lead=_("What changes is shown before it is done."),
        button=_("Move from this day on"),
        back=reverse("people:person", args=[key]),
        person=row,
        known=form.known,
        status=422 if form.errors else 200,
    )


def _row_on(row: PersonRow, form: forms.MoveForm) -> PersonRow:
    """The person as he or she stands on the first day of the move."""
    return selectors.person_on(row.id, form.cleaned_data["starts_on"]) or row


@require_POST
@login_required
def effect(request: HttpRequest, key: str) -> HttpResponse:
    """What the move in the form would do, as a partial; nothing is written."""
    row = may_edit(request, key)
    form = _move_form(request, row, request.POST)
    if not form.is_valid():
        return render(request, "people/effect.html", {"incomplete": True})
    move = form.move(_row_on(row, form))
    may_take(request, move)
    return render(
        request, "people/effect.html", {"effect": services.preview_move(move), "move": move}
    )


@require_http_methods(["GET", "POST"])
@login_required
def set_attribute(request: HttpRequest, key: str) -> HttpResponse:
    """Set one typed attribute from a day on, or empty it."""
    row = may_edit(request, key)
    kinds = list(Attribute.objects.order_by("title"))
    form = forms.AttributeForm(
        request.POST or None, initial={"attribute": request.GET.get("attribute", "")}
    )
    form.fields["attribute"].choices = [
        (kind.key, f"{kind.title} ({kind.get_type_display()})") for kind in kinds
    ]
    if request.method == "POST" and try_to(
        form,
        lambda: services.set_attribute(actor=request.actor, person=key, **form.cleaned_data),
    ):
        return done(request, _("The attribute was set."), key)
    return show_form(
        request,
        form,
        heading=_("Attribute of %(name)s") % {"name": row.name},
        lead=_("Numbers with a point, dates as 2024-03-01, yes or no. Empty ends the attribute."),
        button=_("Set the attribute"),
        back=reverse("people:person", args=[key]),
        none_defined=not kinds,
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "POST"])
@login_required
def link_sign_in(request: HttpRequest, key: str) -> HttpResponse:
    """Say which user is this person; empty: none."""
    require(request.actor, permissions.ACCESS, person=key)
    row = selectors.person_on(key, clock.today())
    if row is None:
        raise NotVisible
    form = forms.SignInForm(request.POST or None, initial={"email": row.email})

    def act() -> None:
        email = form.cleaned_data["email"]
        user = User.objects.filter(email__iexact=email).first() if email else None
        if email and user is None:
            form.add_error("email", _("No user has this address: invite him or her first."))
            raise ProblemError
        services.link_user(actor=request.actor, person=key, user=user)

    if request.method == "POST" and try_to(form, act):
        return done(request, _("The sign-in was changed."), key)
    return show_form(
        request,
        form,
        heading=_("Sign-in of %(name)s") % {"name": row.name},
        lead=_("Decides whose figures this user sees as his or her own, and who lies below."),
        button=_("Save"),
        back=reverse("people:person", args=[key]),
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "POST"])
@login_required
def erase_person(request: HttpRequest, key: str) -> HttpResponse:
    """Forget who a person is; cannot be undone."""
    require(request.actor, permissions.ERASE, person=key)
    row = selectors.person_on(key, clock.today())
    if row is None:
        raise NotVisible
    form = forms.EraseForm(request.POST or None, key=key)
    new: list[str] = []
    if request.method == "POST" and try_to(
        form,
        lambda: new.append(services.erase_person(actor=request.actor, person=key)),
    ):
        return done(request, _("The person was erased."), new[0])
    return show_form(
        request,
        form,
        heading=_("Erase %(name)s") % {"name": row.name},
        lead=_("Cannot be undone."),
        button=_("Erase this person for ever"),
        back=reverse("people:person", args=[key]),
        effects=[
            _("Name, address, country and all attributes are removed, from the past as well."),
            _("What the audit trail holds of the person becomes unreadable."),
            _("Positions and sums of the past stay, under a meaningless key."),
            _("A file that still holds the person would bring him or her back as somebody new."),
        ],
        danger=True,
        status=422 if form.errors else 200,
    )
