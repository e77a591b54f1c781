from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IntakeConfig(AppConfig):
    name = "vetta.intake"
    label = "intake"

    def ready(self) -> None:
        from vetta.intake import jobs, permissions  # noqa: F401 - declares its jobs
        from vetta.ui.navigation import register_page, register_room

        permissions.register()
        register_room("data", _("Data"), "database", order=70, letter="d")
        register_page("data", _("Imports"), "intake:imports", permissions.VIEW, 10)
