from django.apps import AppConfig


class FactsConfig(AppConfig):
    name = "vetta.facts"
    label = "facts"
