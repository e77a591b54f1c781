"""Addresses of the interface itself, below ``ui/``."""

from django.urls import path

from vetta.ui import pages

app_name = "ui"

urlpatterns = [
    path("search/", pages.search, name="search"),
    path("language/", pages.language, name="language"),
    path("views/", pages.save_view, name="save-view"),
    path("views/<int:pk>/delete/", pages.delete_view, name="delete-view"),
]
