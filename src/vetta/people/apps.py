from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "vetta.people"
    label = "people"
