from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FactsConfig(AppConfig):
    name = "vetta.facts"
    label = "facts"

    def ready(self) -> None:
        from vetta.facts import permissions, services
        from vetta.people.services import register_eraser
        from vetta.ui.navigation import register_page

        permissions.register()
        register_eraser("facts", services.forget_person)
        register_page("data", _("Quality"), "facts:quality", permissions.QUALITY, 20)
        register_page("data", _("Unmatched people"), "facts:unmatched", permissions.QUALITY, 30)
