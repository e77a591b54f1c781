from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "vetta.intake"
    label = "intake"

    def ready(self) -> None:
        from vetta.intake import permissions

        permissions.register()
