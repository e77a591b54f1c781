"""What the house tidies up now and then."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.sessions.models import Session
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from vetta.core import clock
from vetta.core.files import clear_unfinished
from vetta.core.jobs import register_maintenance

_TASKS_KEPT_FOR = timedelta(days=30)


def clear_sessions() -> None:
    Session.objects.filter(expire_date__lt=clock.now()).delete()


def clear_tasks() -> None:
    """Ended tasks say nothing that their job does not say better."""
    DBTaskResult.objects.filter(
        status__in=[TaskResultStatus.SUCCESSFUL, TaskResultStatus.FAILED],
        finished_at__lt=clock.now() - _TASKS_KEPT_FOR,
    ).delete()


def clear_idempotency() -> None:
    from vetta.core.api import idempotency  # the API's own libraries, which no command needs

    idempotency.forget_old()


def register() -> None:
    """Called once, when the program starts."""
    register_maintenance("core.sessions", clear_sessions, every=timedelta(days=1))
    register_maintenance("core.tasks", clear_tasks, every=timedelta(days=1))
    register_maintenance("core.idempotency", clear_idempotency, every=timedelta(hours=1))
    register_maintenance("core.files", clear_unfinished, every=timedelta(hours=6))
