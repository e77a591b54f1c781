"""The database itself refuses to change or delete entries: triggers on both databases.

They are set after every ``migrate``, because SQLite rebuilds a table (and drops its triggers)
when a migration alters it.
"""

from __future__ import annotations

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

_TABLE = "core_auditentry"
_REFUSAL = "The audit trail is append-only."

_SET = {
    "sqlite": [
        f"""CREATE TRIGGER IF NOT EXISTS {_TABLE}_no_{event} BEFORE {event.upper()} ON {_TABLE}
            BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"""
        for event in ("update", "delete")
    ],
    "postgresql": [
        f"""CREATE OR REPLACE FUNCTION {_TABLE}_refuse() RETURNS trigger AS $$
            BEGIN RAISE EXCEPTION '{_REFUSAL}' USING ERRCODE = 'integrity_constraint_violation';
            END $$ LANGUAGE plpgsql""",
        f"""CREATE OR REPLACE TRIGGER {_TABLE}_no_change BEFORE UPDATE OR DELETE ON {_TABLE}
            FOR EACH ROW EXECUTE FUNCTION {_TABLE}_refuse()""",
        f"""CREATE OR REPLACE TRIGGER {_TABLE}_no_truncate BEFORE TRUNCATE ON {_TABLE}
            FOR EACH STATEMENT EXECUTE FUNCTION {_TABLE}_refuse()""",
    ],
}
_LIFT = {
    "sqlite": [f"DROP TRIGGER IF EXISTS {_TABLE}_no_{event}" for event in ("update", "delete")],
    "postgresql": [
        f"DROP TRIGGER IF EXISTS {_TABLE}_no_{event} ON {_TABLE}"
        for event in ("change", "truncate")
    ],
}
_COUNT = {
    "sqlite": "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s",
    "postgresql": """SELECT count(*) FROM pg_trigger
        WHERE tgrelid = %s::regclass AND NOT tgisinternal AND tgenabled <> 'D'""",
}


def put_up(connection: BaseDatabaseWrapper) -> None:
    """Set the triggers; harmless where they stand."""
    _run(connection, _SET[connection.vendor])


def take_down(connection: BaseDatabaseWrapper) -> None:
    """Lift the triggers: for tests that empty the database, and for nothing else."""
    _run(connection, _LIFT[connection.vendor])


def is_up(connection: BaseDatabaseWrapper) -> bool:
    """Whether the database refuses changes now."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT[connection.vendor], [_TABLE])
        return cursor.fetchone()[0] >= 2


def _run(connection: BaseDatabaseWrapper, statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def after_migrate(using: str, **_kwargs: object) -> None:
    """Receiver of ``post_migrate``."""
    connection = connections[using]
    if _TABLE in connection.introspection.table_names():
        put_up(connection)
