from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "vetta.ui"
    label = "ui"
