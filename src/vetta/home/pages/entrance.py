"""Coming in by an invitation."""

from __future__ import annotations

from allauth.account.utils import perform_login
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from vetta.core.users import accept, find_invitation
from vetta.home.forms import InvitationForm, add_problems
from vetta.kernel.problem import ProblemError


@never_cache
def invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """The door of one invitation: name, language, password; then signed in."""
    invited = find_invitation(secret)
    start = {"name": invited.name, "language": translation.get_language()}
    form = InvitationForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            user = accept(secret=secret, **form.cleaned_data)
        except ProblemError as error:
            add_problems(form, error)
        else:
            with translation.override(user.language):
                messages.success(request, _("Welcome. Your account is ready."))
            return perform_login(request, user)
    return render(request, "home/invitation.html", {"form": form, "invited": invited})
