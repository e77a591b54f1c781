"""The house itself: users, access, audit, jobs, files, clock."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CoreConfig(AppConfig):
    name = "vetta.core"
    label = "core"

    def ready(self) -> None:
        from vetta.core import chores
        from vetta.core.audit import guard
        from vetta.core.permissions import declare

        declare()
        chores.register()
        post_migrate.connect(guard.after_migrate, sender=self, dispatch_uid="vetta.core.audit")
