"""Metrics: the KPI catalogue, its one query path, the dated targets."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MetricsConfig(AppConfig):
    name = "vetta.metrics"
    label = "metrics"

    def ready(self) -> None:
        from vetta.intake import registry
        from vetta.metrics.finding import find_kpis
        from vetta.metrics.permissions import VIEW, declare
        from vetta.metrics.receivers import TargetsReceiver
        from vetta.ui.navigation import register_page, register_room
        from vetta.ui.search import register_source

        declare()
        register_room("performance", _("Performance"), "chart-dots", order=20, letter="k")
        register_page("performance", _("KPI explorer"), "metrics:explorer", VIEW, 10)
        register_page("performance", _("KPI catalogue"), "metrics:catalogue", VIEW, 20)
        register_source("kpis", _("KPIs"), find_kpis, order=10)
        registry.register(TargetsReceiver())
