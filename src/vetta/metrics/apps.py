from django.apps import AppConfig


class MetricsConfig(AppConfig):
    name = "vetta.metrics"
    label = "metrics"
