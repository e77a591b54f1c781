from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "vetta.site"
    label = "site"
