"""Addresses of KPIs, below ``performance/``."""

from django.urls import path

from vetta.metrics.pages import define, explorer, figures, listing

app_name = "metrics"

urlpatterns = [
    path("explorer/", explorer.explorer, name="explorer"),
    path("explain/", figures.explain, name="explain"),
    path("rows/", figures.rows, name="rows"),
    path("kpis/", listing.catalogue, name="catalogue"),
    path("kpis/new/", define.define, name="define"),
    path("kpis/preview/", define.preview, name="preview"),
    path("kpis/<str:name>/", listing.definition, name="definition"),
    path("kpis/<str:name>/off/", define.deactivate, name="deactivate"),
]
