"""Checks of the workspace: database, migrations, unfinished imports, jobs, sign-in. Need Django."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from vetta.core import clock
from vetta.core.models import Job, JobState, MaintenanceRun, User
from vetta.intake import selectors as intake
from vetta.site.health.findings import Finding, Status
from vetta.site.heartbeat import HEARTBEAT

SILENT = timedelta(minutes=3)


def workspace_findings() -> Iterator[Finding]:
    """Stops after the database where that cannot be used."""
    database = _database()
    yield database
    if database.status is Status.BROKEN:
        return
    migrations = _migrations()
    yield migrations
    if migrations.status is not Status.OK:
        return
    yield _imports()
    yield _worker()
    yield _sign_in()
    yield _languages()


def published_versions() -> dict[str, int]:
    """Table → version of the newest published snapshot."""
    return intake.snapshot()[1]


def _database() -> Finding:
    vendor = "PostgreSQL" if connection.vendor == "postgresql" else "SQLite"
    try:
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                cursor.execute("PRAGMA quick_check(1)")
                (answer,) = cursor.fetchone()
                if answer != "ok":
                    return Finding(
                        "database",
                        Status.BROKEN,
                        f"The SQLite file is damaged: {answer}.",
                        "Restore a backup into a new data folder: vetta restore ARCHIVE --home DIR",
                    )
            else:
                cursor.execute("SELECT 1")
    except DatabaseError as error:
        hint = "Check DATABASE_URL, and that the server runs and lets this user in."
        if connection.vendor == "sqlite":
            hint = "Check who owns the file, or restore a backup."
        reason = str(error).strip().splitlines()[0]
        return Finding("database", Status.BROKEN, f"{vendor} cannot be used: {reason}.", hint)
    return Finding("database", Status.OK, f"{vendor} answers.")


def _migrations() -> Finding:
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if not waiting:
        return Finding("migrations", Status.OK, "The database is up to date.")
    return Finding(
        "migrations",
        Status.WARNING,
        f"{len(waiting)} changes of the database are waiting.",
        "Make a backup, then start Vetta (or any command): it brings the database up to date.",
    )


def _imports() -> Finding:
    unfinished = sum(intake.unfinished().values())
    if not unfinished:
        return Finding("imports", Status.OK, "No import is unfinished.")
    if _is_held(Path(settings.VETTA_HOME.root) / "facts.lock"):
        return Finding("imports", Status.NOTE, "An import is running.")
    return Finding(
        "imports",
        Status.WARNING,
        f"{unfinished} imports were interrupted; none of their rows are visible yet.",
        "The next import, or the worker's start, finishes them or rolls them back: vetta worker",
    )


def _is_held(path: Path) -> bool:
    """Whether a process holds the writer's lock."""
    if not path.exists():
        return False
    with path.open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        fcntl.flock(handle, fcntl.LOCK_UN)
    return False


def _worker() -> Finding:
    now = clock.now()
    seen = MaintenanceRun.objects.filter(name=HEARTBEAT).values_list("last_at", flat=True).first()
    busy = Job.objects.filter(state=JobState.RUNNING, lease_until__gt=now).exists()
    queued = Job.objects.filter(state=JobState.QUEUED).count()
    left = Job.objects.filter(state=JobState.RUNNING, lease_until__lte=now).count()
    if busy or (seen is not None and seen > now - SILENT):
        return Finding("worker", Status.OK, f"A worker is at work; {queued} jobs wait.")
    since = "No worker has been seen yet" if seen is None else f"No worker since {seen:%F %T} UTC"
    waiting = f"; {queued + left} jobs wait for one" if queued + left else ""
    return Finding(
        "worker",
        Status.WARNING if queued + left else Status.NOTE,
        f"{since}{waiting}.",
        "Start one: vetta worker (vetta serve --everything brings its own)",
    )


def _sign_in() -> Finding:
    if User.objects.filter(is_active=True).exists():
        return Finding(
            "sign_in", Status.OK, f"{User.objects.filter(is_active=True).count()} users."
        )
    return Finding(
        "sign_in",
        Status.NOTE,
        "Nobody can sign in yet.",
        "vetta users create YOU@EXAMPLE.COM --role administrator",
    )


def _languages() -> Finding:
    source = Path(settings.BASE_DIR).parent
    missing = [
        po.relative_to(source).parts[0]
        for po in source.glob("*/locale/*/LC_MESSAGES/django.po")
        if not po.with_suffix(".mo").exists()
    ]
    if not missing:
        return Finding("languages", Status.OK, "All translations are compiled.")
    return Finding(
        "languages",
        Status.WARNING,
        f"Translations are not compiled: {', '.join(sorted(set(missing)))}.",
        "make setup compiles them; a wheel brings them along.",
    )
