"""PostgreSQL's own tools, called without a password on their command line."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from vetta.kernel.problem import Problem, ProblemError

_SCHEMES = {"postgres", "postgresql", "pgsql"}


def is_postgres(url: str | None) -> bool:
    """Whether ``DATABASE_URL`` names a PostgreSQL database."""
    return bool(url) and urlsplit(url or "").scheme in _SCHEMES


def dump(url: str, target: Path) -> None:
    """Write the database to ``target`` in pg_dump's custom format.

    Raises:
        ProblemError: ``backup.tool_missing``, ``backup.tool_failed``.
    """
    _run("pg_dump", ["--format=custom", "--no-owner", f"--file={target}"], url)


def load(url: str, source: Path) -> None:
    """Load a dump into an empty database, all or nothing.

    Raises:
        ProblemError: ``backup.tool_missing``, ``backup.tool_failed``.
    """
    database = _environment(url)["PGDATABASE"]
    arguments = ["--no-owner", "--exit-on-error", "--single-transaction", f"--dbname={database}"]
    _run("pg_restore", [*arguments, str(source)], url)


def _run(tool: str, arguments: list[str], url: str) -> None:
    path = shutil.which(tool)
    if path is None:
        raise ProblemError(
            Problem(
                "backup.tool_missing",
                f"{tool} is not installed on this machine.",
                "Install the PostgreSQL client (Debian: apt-get install postgresql-client).",
            )
        )
    environment = {**os.environ, **_environment(url)}
    done = subprocess.run(  # noqa: S603
        [path, *arguments], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[0]
        raise ProblemError(
            Problem(
                "backup.tool_failed",
                f"{tool} failed: {reason}",
                "Check DATABASE_URL; its tools must be as new as the server, and the database "
                "to restore into must be empty.",
            )
        )


def _environment(url: str) -> dict[str, str]:
    parts = urlsplit(url)
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    found = {
        "PGHOST": unquote(parts.hostname or "") or query.get("host", ""),
        "PGPORT": str(parts.port or ""),
        "PGUSER": unquote(parts.username or ""),
        "PGPASSWORD": unquote(parts.password or ""),
        "PGDATABASE": unquote(parts.path.lstrip("/")),
        "PGSSLMODE": query.get("sslmode", ""),
    }
    return {name: value for name, value in found.items() if value}
