"""``vetta restore``: an archive back into an empty data folder."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from vetta.cli.answers import print_json, refusals
from vetta.core.data_folder import default_root
from vetta.site.archives import check_archive, restore_archive


def register(app: typer.Typer) -> None:
    app.command("restore", help="Bring an archive back into an empty data folder.")(restore)


def restore(
    archive: Annotated[Path, typer.Argument(help="What vetta backup wrote.")],
    check: Annotated[
        bool, typer.Option("--check", help="Only read the archive and compare all hashes.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Answer as JSON.")] = False,
) -> None:
    """Unpack an archive beside the data folder, check every file, then move it in place.

    The data folder must be empty or not there yet. Exit codes: 0 restored, or the archive is
    whole; 2 refused, and nothing was changed.
    """
    home = default_root()
    with refusals(as_json):
        if check:
            summary = check_archive(archive)
        else:
            summary = restore_archive(archive, home, os.environ.get("DATABASE_URL"))
    answer = {"home": None if check else str(home), **summary.as_json(), "problems": []}
    if as_json:
        print_json(answer)
        return
    done = "is whole" if check else f"is restored to {home}"
    typer.echo(
        f"The backup of {summary.created_at} {done}: {len(summary.entries):,} files, "
        f"{summary.bytes:,} bytes, {len(summary.versions)} fact tables."
    )
