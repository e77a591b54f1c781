from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "vetta.core"
    label = "core"
