"""API tokens: one's own, and those of service accounts."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from vetta.core import clock
from vetta.core import tokens as keys
from vetta.core.access import NotVisible, allows, require
from vetta.core.models import ApiToken
from vetta.core.permissions import TOKENS_OWN, TOKENS_SERVICE
from vetta.core.users import create_service_account
from vetta.home.forms import ServiceTokenForm, TokenForm, add_problems
from vetta.kernel.problem import ProblemError
from vetta.ui.status import Status, status_tag
from vetta.ui.tables import Column, Empty, Kind, Table


def _state(token: ApiToken) -> tuple[Status, str]:
    if token.revoked_at is not None:
        return Status.NONE, _("Revoked")
    if token.expires_at is not None and token.expires_at <= clock.now():
        return Status.NONE, _("Expired")
    return Status.GOOD, _("Valid")


def _act(token: ApiToken) -> Any:
    if token.revoked_at is not None:
        return ""
    return format_html(
        '<a class="btn btn-s" href="{}">{}</a>',
        reverse("home:revoke-token", args=[token.pk]),
        _("Revoke"),
    )


TOKENS = Table(
    key="home.tokens",
    title=gettext_lazy("API tokens"),
    columns=(
        Column(
            "name",
            gettext_lazy("Name"),
            lead=True,
            search=("name",),
            note=lambda token: f"{token.prefix}…",
        ),
        Column(
            "user",
            gettext_lazy("Acts as"),
            value=lambda token: str(token.user),
            sort="user__name",
            search=("user__name",),
        ),
        Column(
            "scopes",
            gettext_lazy("May reach"),
            value=lambda token: ", ".join(token.scopes),
            sort=None,
            nowrap=False,
        ),
        Column(
            "state",
            gettext_lazy("State"),
            value=lambda token: _state(token)[1],
            cell=lambda token: status_tag(*_state(token)),
            sort="revoked_at",
        ),
        Column("last_used_at", gettext_lazy("Last used"), Kind.MOMENT),
        Column("expires_at", gettext_lazy("Expires"), Kind.MOMENT),
        Column("created_at", gettext_lazy("Made"), Kind.MOMENT, shown=False),
        Column("act", "", value=lambda token: "", cell=_act, sort=None),
    ),
    order="-created_at",
    exports=False,
    empty=Empty(
        gettext_lazy("No tokens yet"),
        gettext_lazy("A token lets a program use the API as you, within the scopes you choose."),
        gettext_lazy("For example: a script that uploads last night's orders."),
    ),
)


@require_GET
@login_required
def tokens(request: HttpRequest) -> HttpResponseBase:
    require(request.actor, TOKENS_OWN)
    context = {"may_make_services": allows(request.actor, TOKENS_SERVICE)}
    return TOKENS.respond(request, keys.visible_tokens(request.actor), "home/tokens.html", context)


@never_cache
@login_required
def make(request: HttpRequest) -> HttpResponse:
    """Make a token of one's own; its secret is shown in the answer and nowhere else."""
    require(request.actor, TOKENS_OWN)
    form = TokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            token, secret = keys.make_token(
                user=request.user,
                name=form.cleaned_data["name"],
                scopes_wanted=form.cleaned_data["scopes"],
                expires_at=form.expires_at(),
                actor=request.actor,
            )
        except ProblemError as error:
            add_problems(form, error)
        else:
            return render(request, "home/token_made.html", {"token": token, "secret": secret})
    return render(request, "home/token_form.html", {"form": form, "is_service": False})


@never_cache
@login_required
def make_service(request: HttpRequest) -> HttpResponse:
    """Make a service account and its token together."""
    require(request.actor, TOKENS_SERVICE)
    form = ServiceTokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            with transaction.atomic():
                account = create_service_account(
                    name=data["account"], roles=tuple(data["roles"]), actor=request.actor
                )
                token, secret = keys.make_token(
                    user=account,
                    name=data["name"],
                    scopes_wanted=data["scopes"],
                    expires_at=form.expires_at(),
                    actor=request.actor,
                )
        except ProblemError as error:
            add_problems(form, error)
        else:
            return render(request, "home/token_made.html", {"token": token, "secret": secret})
    return render(request, "home/token_form.html", {"form": form, "is_service": True})


@login_required
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask, saying what will stop; then revoke."""
    token = keys.visible_tokens(request.actor).filter(pk=pk).first()
    if token is None:
        raise NotVisible
    if request.method == "POST":
        keys.revoke_token(token_id=pk, actor=request.actor)
        messages.success(request, _("“%(name)s” opens nothing any more.") % {"name": token.name})
        return redirect("home:tokens")
    return render(request, "home/token_revoke.html", {"token": token})
