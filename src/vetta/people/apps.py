"""People: who works here, where, under whom; dated twice."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PeopleConfig(AppConfig):
    name = "vetta.people"
    label = "people"

    def ready(self) -> None:
        from vetta.intake import registry
        from vetta.people import permissions
        from vetta.people.finding import find_people
        from vetta.people.receivers import RECEIVERS
        from vetta.ui.navigation import register_page, register_room
        from vetta.ui.search import register_source

        permissions.declare()
        for receiver in RECEIVERS:
            registry.register(receiver)
        register_room("people", _("People"), "users", order=60, letter="p")
        view, edit, access = permissions.VIEW, permissions.EDIT, permissions.ACCESS
        register_page("people", _("People"), "people:list", view, 10)
        register_page("people", _("Organisation chart"), "people:chart", view, 20)
        register_page("people", _("Positions"), "people:positions", view, 30)
        register_page("people", _("Teams"), "people:teams", view, 40)
        register_page("people", _("Attributes"), "people:new-attribute", edit, 50)
        register_page("people", _("Who sees whom"), "people:access", access, 60)
        register_source("people", _("People"), find_people, order=20)
