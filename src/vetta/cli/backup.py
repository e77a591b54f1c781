"""``vetta backup``: workspace, facts and files as of one moment, in one archive."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from vetta.cli.answers import print_json, refusals
from vetta.core import clock
from vetta.site.archives.manifest import ArchiveSummary
from vetta.site.archives.writing import default_name, write_archive


def register(app: typer.Typer) -> None:
    app.command("backup", help="Write workspace, facts and files into one archive.")(backup)


def backup(
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="The archive to write; else a name with the time."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Answer as JSON.")] = False,
) -> None:
    """Write one archive that holds everything, consistent, while Vetta goes on working.

    It holds passwords' hashes and the installation's secret: keep it as you keep the data folder.
    Exit codes: 0 written; 2 refused.
    """
    target = output or Path(default_name(clock.now()))
    with refusals(as_json):
        summary = _write(target, show=not as_json and sys.stderr.isatty())
    if as_json:
        print_json({"archive": str(target.resolve()), **summary.as_json(), "problems": []})
    else:
        typer.echo(
            f"{target}: {len(summary.entries):,} files, {target.stat().st_size:,} bytes. "
            f"Check it with: vetta restore {target} --check"
        )


def _write(target: Path, *, show: bool) -> ArchiveSummary:
    if not show:
        return write_archive(target)
    columns = (TextColumn("Backup"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("backup", total=None)
        return write_archive(
            target, lambda done, total: bar.update(task, completed=done, total=total)
        )
