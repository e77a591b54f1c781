"""Each role's first page, and the settings: organisation, users, tokens, audit, jobs."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HomeConfig(AppConfig):
    name = "vetta.home"
    label = "home"

    def ready(self) -> None:
        import vetta.home.jobs  # noqa: F401
        from vetta.core import permissions as may
        from vetta.ui.navigation import register_page, register_room

        register_room("home", _("Home"), "home", order=10, letter="h")
        register_page("home", _("Home"), "home:index", None, 10)
        register_room("settings", _("Settings"), "settings", order=100, letter="s")
        register_page("settings", _("Organisation"), "home:organisation", may.ORGANISATION_VIEW, 10)
        register_page("settings", _("Users and roles"), "home:users", may.USERS_VIEW, 20)
        register_page("settings", _("API tokens"), "home:tokens", may.TOKENS_OWN, 30)
        register_page("settings", _("Jobs"), "home:jobs", may.JOBS_OWN, 40)
        register_page("settings", _("Audit trail"), "home:audit", may.AUDIT_VIEW, 50)
        register_page("settings", _("Your profile"), "home:profile", None, 60)
