"""Entry point of ``vetta``: finds the data folder, loads the one subcommand that was asked for.

Exit codes: 0 done; 1 unexpected failure; 2 bad question or nothing to do; 3 done in part
(an import with quarantined rows). Each command's page in ``docs/reference`` names its own.
"""

from __future__ import annotations

import fcntl
import importlib
import os
import sys
from dataclasses import dataclass

import typer


@dataclass(frozen=True)
class Command:
    """A subcommand: its module has ``register(app)``; ``server`` marks those that need Django."""

    name: str
    module: str
    help: str
    server: bool = True


COMMANDS = (
    Command("import", "import_", "Bring files into the fact store and the workspace."),
    Command("kpi", "kpi", "Ask for a KPI, or list the catalogue."),
    Command("serve", "serve", "Run the web server."),
    Command("worker", "worker", "Run the background worker."),
    Command("demo", "demo", "Make the demo company."),
    Command("users", "users", "Create users, set roles, make tokens."),
    Command("backup", "backup", "Write workspace, facts and files into one archive."),
    Command("restore", "restore", "Bring an archive back into an empty data folder.", server=False),
    Command("doctor", "doctor", "Say what is missing and how to mend it.", server=False),
    Command("store", "store", "Look into the fact store: tables, versions, rows.", server=False),
)


def take_home(arguments: list[str]) -> list[str]:
    """Remove ``--home DIR`` wherever it stands and set ``VETTA_HOME`` from it.

    Raises:
        SystemExit: with 2 where ``--home`` has no value.
    """
    rest: list[str] = []
    words = iter(arguments)
    for word in words:
        if word == "--":
            rest += [word, *words]
        elif word == "--home" or word.startswith("--home="):
            value = word[7:] if "=" in word else next(words, "")
            if not value:
                sys.stderr.write("vetta: --home needs a folder, for example --home ./data\n")
                raise SystemExit(2)
            os.environ["VETTA_HOME"] = value
        else:
            rest.append(word)
    return rest


def setup_django() -> None:
    """Load Django for the data folder; explain what to install where it is absent."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vetta.site.settings")
    try:
        import django
    except ModuleNotFoundError:
        sys.stderr.write(
            "vetta: this command needs the workspace, which is not installed. "
            "Install it with: pip install 'vetta[server]'\n"
        )
        raise SystemExit(2) from None
    django.setup()


def prepare_workspace() -> None:
    """Create or upgrade the workspace database where it is not up to date; says nothing.

    One process at a time: web server and worker often start together.
    """
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    def is_waiting() -> bool:
        executor = MigrationExecutor(connection)
        return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))

    if not is_waiting():
        return
    with (settings.VETTA_HOME.root / "migrate.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if is_waiting():
            call_command("migrate", verbosity=0, interactive=False)


def build_app(selected: str | None) -> typer.Typer:
    app = typer.Typer(
        name="vetta",
        help="Sales performance management. --home DIR (or VETTA_HOME) chooses the data folder.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    for command in COMMANDS:
        if command.name == selected:
            if command.server:
                setup_django()
                prepare_workspace()
            importlib.import_module(f"vetta.cli.{command.module}").register(app)
        else:
            app.command(command.name, help=command.help)(lambda: None)
    return app


def main() -> None:
    arguments = take_home(sys.argv[1:])
    selected = next((word for word in arguments if not word.startswith("-")), None)
    build_app(selected)(arguments, prog_name="vetta")
