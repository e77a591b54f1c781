"""``vetta doctor``: what is missing, and how to mend it. Works in the light installation."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from vetta.cli.answers import print_json
from vetta.core.data_folder import DataFolder, default_root
from vetta.site.health import Finding, Status, machine_findings, store_findings
from vetta.site.health.machine import has_server

_MARKS = {Status.OK: "ok", Status.NOTE: "–", Status.WARNING: "!", Status.BROKEN: "x"}


def register(app: typer.Typer) -> None:
    app.command("doctor", help="Say what is missing and how to mend it.")(doctor)


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Answer as JSON.")] = False,
) -> None:
    """Check Python, packages, data folder, database, fact store, imports, worker and tools.

    Changes nothing. Exit codes: 0 well, warnings included; 2 something is broken.
    """
    found = list(_findings(default_root()))
    is_well = all(finding.status is not Status.BROKEN for finding in found)
    if as_json:
        print_json({"well": is_well, "checks": [finding.as_json() for finding in found]})
    else:
        _print(found, is_well)
    raise typer.Exit(0 if is_well else 2)


def _findings(root: Path) -> Iterator[Finding]:
    broken = False
    for finding in machine_findings(root):
        broken |= finding.status is Status.BROKEN
        yield finding
    folder = DataFolder(root)
    if broken or not root.exists():
        return
    if not has_server():
        yield from store_findings(folder.facts)
        return
    yield from _with_workspace(folder)


def _with_workspace(folder: DataFolder) -> Iterator[Finding]:
    logging.disable(logging.CRITICAL)  # what is wrong is said as a finding
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vetta.site.settings")
    try:
        import django

        django.setup()
        from vetta.site.health import workspace
    except Exception as error:
        yield Finding(
            "settings",
            Status.BROKEN,
            f"The settings cannot be loaded: {error}",
            "Check DATABASE_URL and the variables that start with VETTA_.",
        )
        yield from store_findings(folder.facts)
        return
    found = list(workspace.workspace_findings())
    is_usable = all(f.status is Status.OK for f in found if f.name in ("database", "migrations"))
    published = workspace.published_versions() if is_usable else None
    yield from found
    yield from store_findings(folder.facts, published)


def _print(found: list[Finding], is_well: bool) -> None:
    width = max(len(finding.name) for finding in found)
    for finding in found:
        typer.echo(f"{_MARKS[finding.status]:>2}  {finding.name:<{width}}  {finding.detail}")
        if finding.hint and finding.status is not Status.OK:
            typer.echo(f"    {'':<{width}}  {finding.hint}")
    typer.echo("All is well." if is_well else "Mend what is marked x, then run vetta doctor again.")
