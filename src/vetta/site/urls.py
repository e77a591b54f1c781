"""All addresses. Each room brings its own ``urls`` and ``api``; nothing is decided here."""

from __future__ import annotations

from importlib.util import find_spec

from django.urls import include, path

from vetta.site.demo.sign_in import sign_in

# Mounted in this order; a room without pages brings none.
ROOMS = (
    ("home", ""),
    ("ui", "ui/"),
    ("intake", "data/"),
    ("facts", "data/"),
    ("people", "people/"),
    ("metrics", "performance/"),
)

urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("demo/sign-in/<slug:key>", sign_in, name="demo_sign_in"),
    *(
        path(prefix, include(f"vetta.{room}.urls"))
        for room, prefix in ROOMS
        if find_spec(f"vetta.{room}.urls")
    ),
]
if find_spec("vetta.site.api"):
    from vetta.site.api import api

    urlpatterns.append(path("api/v1/", api.urls))
