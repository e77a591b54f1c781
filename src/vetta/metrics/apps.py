"""Metrics: the KPI catalogue, its one query path, the dated targets."""

from django.apps import AppConfig


class MetricsConfig(AppConfig):
    name = "vetta.metrics"
    label = "metrics"

    def ready(self) -> None:
        from vetta.intake import registry
        from vetta.metrics.permissions import declare
        from vetta.metrics.receivers import TargetsReceiver

        declare()
        registry.register(TargetsReceiver())
