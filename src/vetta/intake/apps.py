from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "vetta.intake"
    label = "intake"
