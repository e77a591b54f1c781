"""Addresses of data quality and matching, below ``data/``."""

from django.urls import path

from vetta.facts import pages

app_name = "facts"

urlpatterns = [
    path("quality/", pages.quality, name="quality"),
    path("unmatched/", pages.unmatched, name="unmatched"),
    path("unmatched/match/", pages.match, name="match"),
]
