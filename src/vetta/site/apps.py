from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "vetta.site"
    label = "site"

    def ready(self) -> None:
        from vetta.site.demo.sign_in import panel
        from vetta.site.heartbeat import register_heartbeat
        from vetta.ui.entrance import register_sign_in_panel

        register_sign_in_panel("demo", panel)
        register_heartbeat()
