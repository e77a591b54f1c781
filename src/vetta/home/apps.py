from django.apps import AppConfig


class HomeConfig(AppConfig):
    name = "vetta.home"
    label = "home"
