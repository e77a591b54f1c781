"""One-click sign-in, in a demo company only: a panel below the sign-in form and its door."""

from __future__ import annotations

from allauth.account.utils import perform_login
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.http import require_POST

from vetta.core.users import find_user
from vetta.site.demo.users import DEMO_USERS, demo_user


def panel(request: HttpRequest) -> str:
    """The buttons of the demo's users; nothing where this is no demo."""
    if not settings.VETTA_DEMO:
        return ""
    return render_to_string("site/demo_sign_in.html", {"users": DEMO_USERS}, request=request)


@require_POST
def sign_in(request: HttpRequest, key: str) -> HttpResponse:
    """Sign in as a demo user. Anywhere but in a demo this address does not exist."""
    wanted = demo_user(key)
    user = find_user(wanted.email) if settings.VETTA_DEMO and wanted else None
    if user is None or not user.is_active:
        raise Http404
    return perform_login(request, user)
