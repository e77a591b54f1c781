"""Users and roles. What a change gives or takes is shown before it is made."""

from __future__ import annotations

from collections.abc import Iterable
from smtplib import SMTPException
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.mail import send_mail
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from vetta.core import users as people
from vetta.core.access import NotVisible, Role, allows, require
from vetta.core.models import RoleGrant, User
from vetta.core.permissions import AUDIT_VIEW, USERS_MANAGE
from vetta.core.selectors import organisation
from vetta.core.users.invitations import open_invitations
from vetta.core.users.selectors import as_view, over_whom
from vetta.home.forms import GrantForm, InviteForm, add_problems
from vetta.kernel.problem import ProblemError
from vetta.ui.status import Status, status_tag
from vetta.ui.tables import Column, Empty, Filter, Table


def _roles(user: people.UserView) -> str:
    return ", ".join(str(role.label) for role in user.roles)


def _state(user: people.UserView) -> tuple[Status, str]:
    if not user.is_active:
        return Status.NONE, _("Deactivated")
    return (Status.GOOD, _("Service account")) if user.is_service else (Status.GOOD, _("Active"))


def _holding(rows: Iterable[people.UserView], value: str) -> list[people.UserView]:
    return [user for user in rows if value in user.roles]


USERS = Table(
    key="home.users",
    title=gettext_lazy("Users"),
    columns=(
        Column(
            "name",
            gettext_lazy("Name"),
            lead=True,
            value=lambda user: user.name or user.email,
            search=("name",),
            link=lambda user: reverse("home:user", args=[user.id]),
            note=lambda user: "" if user.is_service or not user.name else user.email,
        ),
        Column("email", gettext_lazy("E-mail address"), search=("email",), shown=False),
        Column("roles", gettext_lazy("Roles"), value=_roles, nowrap=False),
        Column(
            "state",
            gettext_lazy("State"),
            value=lambda user: _state(user)[1],
            cell=lambda user: status_tag(*_state(user)),
        ),
    ),
    filters=(
        Filter("role", gettext_lazy("Role"), choices=Role.choices, apply=_holding),
        Filter(
            "is_active",
            gettext_lazy("State"),
            choices=[("1", gettext_lazy("Active")), ("0", gettext_lazy("Deactivated"))],
            default="1",
        ),
    ),
    order="name",
    empty=Empty(gettext_lazy("No users"), gettext_lazy("Invite the people who will work here.")),
)


@require_GET
@login_required
def users(request: HttpRequest) -> HttpResponseBase:
    found = people.user_list(actor=request.actor)
    context = {
        "may_manage": allows(request.actor, USERS_MANAGE),
        "invitations": [
            (each, ", ".join(str(Role(role).label) for role in each.roles))
            for each in open_invitations()
        ],
    }
    return USERS.respond(request, found, "home/users.html", context)


@require_GET
@login_required
def user(request: HttpRequest, pk: int) -> HttpResponse:
    kept = people.get_user(pk, actor=request.actor)
    shown = as_view(kept, request.actor.today)
    context = {
        "user_": kept,
        "shown": shown,
        "state": status_tag(*_state(shown)),
        "grants": [(grant, _GRANT_STATES[grant.state]) for grant in reversed(shown.grants)],
        "may_manage": allows(request.actor, USERS_MANAGE),
        "may_audit": allows(request.actor, AUDIT_VIEW),
        "effects": _effects([], shown.roles),
    }
    return render(request, "home/user.html", context)


_GRANT_STATES = {
    "held": gettext_lazy("Held"),
    "coming": gettext_lazy("To come"),
    "ended": gettext_lazy("Ended"),
}


def _effects(before: Iterable[Role], after: Iterable[Role]) -> list[dict[str, Any]]:
    """What a change of roles gives and takes, in words."""
    return [
        {
            "title": effect.title,
            "before": _over(effect.before),
            "after": _over(effect.after),
            "is_gain": effect.is_gain,
        }
        for effect in people.effect_of(before, after)
    ]


def _over(names: tuple[str, ...]) -> str:
    if not names:
        return _("no")
    return over_whom(names) or _("yes")


@login_required
def grant(request: HttpRequest, pk: int) -> HttpResponse:
    """Grant a role; the effect follows the form as it is filled in."""
    require(request.actor, USERS_MANAGE)
    kept = people.get_user(pk, actor=request.actor)
    held = as_view(kept, request.actor.today).roles
    is_sent = request.method == "POST"
    asked = request.GET.get("role", "")
    role = Role(asked) if asked in Role.values else Role.REPRESENTATIVE
    form = GrantForm(
        request.POST if is_sent else None,
        initial={"starts_on": request.actor.today, "role": role},
    )
    if is_sent and form.is_valid():
        try:
            people.grant_role(user=kept, actor=request.actor, **form.cleaned_data)
        except ProblemError as error:
            add_problems(form, error)
        else:
            named = {"user": kept, "role": form.cleaned_data["role"].label}
            messages.success(request, _("%(user)s holds the role “%(role)s”.") % named)
            return redirect("home:user", pk=pk)
    if is_sent:
        role = form.cleaned_data.get("role") or role
    context = {
        "form": form,
        "user_": kept,
        "role": role.label,
        "effects": _effects(held, {*held, role}),
    }
    return render(request, "home/grant.html", context)


@login_required
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what the user loses; then revoke."""
    require(request.actor, USERS_MANAGE)
    kept = RoleGrant.objects.select_related("user").filter(pk=pk).first()
    if kept is None:
        raise NotVisible
    if request.method == "POST":
        try:
            people.revoke_role(grant_id=pk, actor=request.actor)
        except ProblemError as error:
            messages.error(request, _said(error))
        else:
            messages.success(request, _("The role is revoked."))
        return redirect("home:user", pk=kept.user_id)
    held = as_view(kept.user, request.actor.today).roles
    role = Role(kept.role)
    left = [each for each in held if each != role]
    context = {"grant": kept, "role": role.label, "effects": _effects(held, left)}
    return render(request, "home/revoke.html", context)


def _said(error: ProblemError) -> str:
    return " ".join(f"{problem.message} {problem.hint}" for problem in error.problems)


@never_cache
@login_required
def invite(request: HttpRequest) -> HttpResponse:
    """Invite somebody; the link is shown in the answer, once."""
    require(request.actor, USERS_MANAGE)
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            invitation, secret = people.invite(
                email=data["email"],
                name=data["name"],
                roles=tuple(data["roles"]),
                actor=request.actor,
            )
        except ProblemError as error:
            add_problems(form, error)
        else:
            link = request.build_absolute_uri(reverse("home:invitation", args=[secret]))
            is_sent = data["send"] and _send(request, invitation.email, link)
            context = {"invitation": invitation, "link": link, "is_sent": is_sent}
            return render(request, "home/invited.html", context)
    chosen = form.cleaned_data.get("roles", []) if form.is_bound else []
    return render(request, "home/invite.html", {"form": form, "effects": _effects([], chosen)})


def _send(request: HttpRequest, address: str, link: str) -> bool:
    """Send the link; False, having said so, where the mail server does not take it."""
    name = organisation().name
    text = _(
        "Hello,\n\n{inviter} invites you to Vetta, the sales performance system of {name}. "
        "Choose a password here within seven days:\n\n{link}\n"
    ).format(inviter=request.user, name=name, link=link)
    subject = _("Invitation to Vetta of {name}").format(name=name)
    try:
        send_mail(subject, text, None, [address])
    except (OSError, SMTPException):
        messages.warning(
            request, _("The mail server did not take the message. Pass the link on yourself.")
        )
        return False
    return True


@require_POST
@login_required
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    people.withdraw(invitation_id=pk, actor=request.actor)
    messages.success(request, _("The invitation is withdrawn."))
    return redirect("home:users")


@login_required
def deactivate(request: HttpRequest, pk: int) -> HttpResponse:
    return _confirmed(
        request,
        pk,
        act=people.deactivate,
        done=_("%(user)s cannot sign in any more."),
        heading=_("Deactivate %(user)s"),
        effects=[
            _("Signing in stops at once; open sessions end."),
            _("All API tokens of this user are revoked."),
            _("Nothing is deleted: what the user did keeps its name."),
        ],
        button=_("Deactivate %(user)s"),
    )


@login_required
def reactivate(request: HttpRequest, pk: int) -> HttpResponse:
    return _confirmed(
        request,
        pk,
        act=people.reactivate,
        done=_("%(user)s can sign in again."),
        heading=_("Reactivate %(user)s"),
        effects=[
            _("Signing in works again, with the same password and roles."),
            _("Revoked API tokens stay revoked."),
        ],
        button=_("Reactivate %(user)s"),
    )


@login_required
def erase(request: HttpRequest, pk: int) -> HttpResponse:
    return _confirmed(
        request,
        pk,
        act=people.erase_person,
        done=_("The user is erased."),
        heading=_("Erase %(user)s"),
        effects=[
            _("Name, address, password and second factors are deleted."),
            _("What the audit trail keeps of this user cannot be read any more, by anybody."),
            _("The entries themselves stay, under a number; the chain still verifies."),
            _("This cannot be undone."),
        ],
        button=_("Erase %(user)s for good"),
    )


def _confirmed(
    request: HttpRequest,
    pk: int,
    *,
    act: Any,
    done: str,
    heading: str,
    effects: list[str],
    button: str,
) -> HttpResponse:
    """Show what will happen; on POST do it."""
    require(request.actor, USERS_MANAGE)
    kept: User = people.get_user(pk, actor=request.actor)
    name = {"user": str(kept)}
    if request.method == "POST":
        try:
            act(user=kept, actor=request.actor)
        except ProblemError as error:
            messages.error(request, _said(error))
        else:
            messages.success(request, done % name)
        return redirect("home:user", pk=pk)
    context = {
        "user_": kept,
        "heading": heading % name,
        "effects": effects,
        "button": button % name,
    }
    return render(request, "home/confirm.html", context)
