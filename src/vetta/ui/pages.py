"""The interface's own addresses: search, language, saved views."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from vetta.ui import search as searching
from vetta.ui import services


def safe_next(request: HttpRequest, fallback: str = "/") -> str:
    """Where the form wants to go back to, if that is an address of this site."""
    target = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure()):
        return target
    return fallback


@require_GET
@login_required
def search(request: HttpRequest) -> HttpResponse:
    """The hits of the palette, as a partial."""
    text = request.GET.get("q", "")
    groups = searching.search(request, text)
    return render(request, "ui/search_hits.html", {"groups": groups, "text": text.strip()})


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Switch the language: kept with the person where one is signed in, else in a cookie."""
    chosen = request.POST.get("language", "")
    if chosen not in dict(settings.LANGUAGES):
        raise Http404
    if request.user.is_authenticated:
        services.choose_language(user=request.user, language=chosen)
    response = HttpResponseRedirect(safe_next(request))
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        chosen,
        max_age=365 * 86400,
        samesite="Lax",
        secure=request.is_secure(),
    )
    return response


@require_POST
@login_required
def save_view(request: HttpRequest) -> HttpResponse:
    """Keep the address of a list or a question under a name."""
    place, query = request.POST.get("place", ""), request.POST.get("query", "")
    view = services.save_view(
        owner=request.user, place=place, name=request.POST.get("name", ""), query=query
    )
    if view is None:
        messages.error(
            request,
            _("The view was not kept: give it a name, and delete one if you keep %(n)s already.")
            % {"n": services.MAX_VIEWS},
        )
    else:
        messages.success(request, _("View “%(name)s” is kept.") % {"name": view.name})
    return HttpResponseRedirect(safe_next(request))


@require_POST
@login_required
def delete_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget a view of one's own."""
    if not services.delete_view(owner=request.user, pk=pk):
        raise Http404
    messages.success(request, _("The view is deleted."))
    return HttpResponseRedirect(safe_next(request))
