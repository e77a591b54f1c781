"""One's own name, language and time zone."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _

from vetta.core.users import change_user
from vetta.home.forms import ProfileForm, add_problems
from vetta.kernel.problem import ProblemError


@login_required
def profile(request: HttpRequest) -> HttpResponse:
    user = request.user
    kept = {name: getattr(user, name) for name in ("name", "language", "time_zone")}
    form = ProfileForm(request.POST or None, initial=kept)
    if request.method == "POST" and form.is_valid():
        try:
            change_user(user=user, actor=request.actor, **form.cleaned_data)
        except ProblemError as error:
            add_problems(form, error)
        else:
            with translation.override(user.language):
                messages.success(request, _("Your profile is saved."))
            return redirect("home:profile")
    return render(request, "home/profile.html", {"form": form})
