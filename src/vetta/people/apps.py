"""People: who works here, where, under whom; dated twice."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "vetta.people"
    label = "people"

    def ready(self) -> None:
        from vetta.intake import registry
        from vetta.people.permissions import declare
        from vetta.people.receivers import RECEIVERS

        declare()
        for receiver in RECEIVERS:
            registry.register(receiver)
