"""All addresses. Each room brings its own ``urls`` or ``pages``; nothing is decided here."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("accounts/", include("allauth.urls")),
]
