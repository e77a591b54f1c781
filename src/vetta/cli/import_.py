"""``vetta import``: bring files into the fact store and the workspace.

Exit codes: 0 when every row landed or was unchanged, 3 when some were quarantined, 2 when nothing
landed or there was nothing to read. A dry run ends as the run would.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from vetta.cli.answers import print_json, refusals, refuse
from vetta.core import request_context
from vetta.core.access import NotVisible, system_actor
from vetta.intake import selectors, services
from vetta.intake.contracts import BatchView, ImportResult
from vetta.intake.mapping import Mapping, json_schema, read_mapping
from vetta.kernel.problem import Problem, ProblemError, Severity

SHOWN = 20
STEPS = {
    "waiting": "Waiting for another import",
    "reading": "Reading files",
    "checking": "Checking rows",
    "writing": "Writing tables",
    "committing": "Committing",
}
COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTICE: "cyan"}


def register(parent: typer.Typer) -> None:
    parent.command("import", help="Bring files into the fact store and the workspace.")(run)


def run(
    path: Annotated[
        list[Path] | None, typer.Argument(help="Files, folders or archives.", metavar="PATH")
    ] = None,
    mapping: Annotated[
        str | None, typer.Option(help="A mapping file, or the name of a kept mapping.")
    ] = None,
    source: Annotated[str | None, typer.Option(help="In place of the mapping's source.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check only; write nothing.")] = False,
    error_share: Annotated[
        float | None,
        typer.Option(help="With a larger share of refused rows nothing lands (0..1)."),
    ] = None,
    suggest: Annotated[
        bool, typer.Option("--suggest", help="Print a mapping to start from.")
    ] = False,
    batches: Annotated[bool, typer.Option("--batches", help="List the batches.")] = False,
    undo: Annotated[str | None, typer.Option(metavar="BATCH", help="Undo a batch.")] = None,
    quarantine: Annotated[
        str | None, typer.Option(metavar="BATCH", help="List the refused rows of a batch.")
    ] = None,
    resend: Annotated[
        str | None, typer.Option(metavar="BATCH", help="Send repaired rows of a batch again.")
    ] = None,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON Schema of mapping files.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """Bring files in, or look at and take back what was brought.

    PATH is a file, a folder or an archive. Begin with --suggest, look with --dry-run.
    """
    if sum([bool(undo), bool(quarantine), bool(resend), batches, suggest, schema]) > 1:
        refuse(
            _question("Choose one of --suggest, --batches, --quarantine, --resend, --undo."),
            as_json=as_json,
        )
    with request_context.entered(request_id=uuid4().hex, channel="cli"):
        if schema:
            typer.echo(json.dumps(json_schema(), indent=2))
        elif batches:
            _batches(as_json)
        elif undo:
            _undo(undo, as_json)
        elif quarantine:
            _quarantine(quarantine, as_json)
        elif resend:
            _resend(resend, as_json)
        elif suggest:
            _suggest(path or [], source, as_json)
        else:
            _import(path or [], mapping, source, dry_run, error_share, as_json)


def _actor() -> Any:
    return system_actor("command line")


def _question(message: str, hint: str = "See vetta import --help.") -> Problem:
    return Problem("cli.bad_question", message, hint)


def _import(
    paths: list[Path],
    mapping: str | None,
    source: str | None,
    dry_run: bool,
    error_share: float | None,
    as_json: bool,
) -> None:
    if not paths:
        _end(_refusal(_question("Say what to import: a file, a folder or an archive.")), as_json)
    if mapping is None:
        hint = "Make one with: vetta import PATH --suggest > mapping.yaml"
        _end(_refusal(_question("Say how to read it: --mapping FILE.", hint)), as_json)
    if error_share is not None and not 0 <= error_share <= 1:
        _end(_refusal(_question("--error-share lies between 0 and 1.")), as_json)
    assert mapping is not None
    try:
        found, kept = _mapping(mapping)
        with _progress(as_json) as told:
            result = services.run_import(
                paths,
                found,
                actor=_actor(),
                source=source,
                dry_run=dry_run,
                progress=told,
                kept=kept,
                title=paths[0].name,
                error_share=error_share,
            )
    except ProblemError as error:
        result = _refusal(*error.problems)
    _end(result, as_json)


def _mapping(text: str) -> tuple[Mapping, Any]:
    path = Path(text)
    if path.is_file():
        try:
            content = path.read_text(encoding="utf-8-sig")
        except (UnicodeDecodeError, OSError) as error:
            raise ProblemError(
                Problem(
                    "intake.mapping_not_yaml",
                    f"The mapping cannot be read: {error}.",
                    "Save it as UTF-8 text.",
                    file=path.name,
                )
            ) from None
        return read_mapping(content, path.name), None
    try:
        kept = selectors.kept_mapping(text, actor=_actor())
    except NotVisible:
        raise ProblemError(
            Problem(
                "intake.no_mapping",
                f"There is neither a file nor a kept mapping called {text!r}.",
                "Check the path, or make one with: vetta import PATH --suggest",
            )
        ) from None
    return read_mapping(kept.text), kept


def _refusal(*problems: Problem) -> ImportResult:
    return ImportResult(None, {}, problems, landed_nothing=True)


def _end(result: ImportResult, as_json: bool) -> None:
    if as_json:
        print_json(result.as_json())
    else:
        _tell(result)
    raise typer.Exit(result.exit_code)


def _tell(result: ImportResult) -> None:
    console = Console()
    if result.tables:
        table = Table("Table", box=None, pad_edge=False, header_style="bold")
        for title in ("Read", "Inserted", "Updated", "Unchanged", "Quarantined"):
            table.add_column(title, justify="right")
        for name, found in result.tables.items():
            counts = (found.read, found.inserted, found.updated, found.unchanged, found.quarantined)
            table.add_row(name, *(f"{count:,}" for count in counts))
        console.print(table)
    for problem in result.problems[:SHOWN]:
        _tell_problem(console, problem)
    if len(result.problems) > SHOWN:
        console.print(f"… and {len(result.problems) - SHOWN} more; --json lists them.")
    if result.landed_nothing or not sum(t.landed for t in result.tables.values()):
        console.print(
            "[bold]Nothing landed.[/bold]"
            if not result.dry_run
            else "[bold]Nothing would land.[/bold]"
        )
    elif result.dry_run:
        console.print("Dry run: nothing was written.")
    else:
        console.print(
            f"Batch {result.batch}. Take it back with: vetta import --undo {result.batch}",
            highlight=False,
        )


def _tell_problem(console: Console, problem: Problem) -> None:
    where = [problem.file or ""]
    where += [f"row {problem.row}"] if problem.row is not None else []
    where += [f"line {problem.line}"] if problem.line is not None else []
    place = ", ".join(part for part in where if part)
    console.print(
        f"{place + ': ' if place else ''}{problem.message}",
        style=COLOURS[problem.severity],
        markup=False,
        highlight=False,
    )
    if problem.hint:
        console.print(f"  {problem.hint}", style="dim", markup=False, highlight=False)


@contextmanager
def _progress(as_json: bool) -> Iterator[Any]:
    """A progress bar on a terminal; silence elsewhere."""
    if as_json or not sys.stderr.isatty():
        yield None
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, TaskID] = {}

        def told(step: str, done: int, total: int | None) -> None:
            if step not in tasks:
                for earlier in tasks.values():
                    bar.update(earlier, visible=False)
                tasks[step] = bar.add_task(STEPS.get(step, step), total=total)
            bar.update(tasks[step], completed=done, total=total)

        yield told


def _suggest(paths: list[Path], source: str | None, as_json: bool) -> None:
    if not paths:
        refuse(_question("Say for which files: a file, a folder or an archive."), as_json=as_json)
    with refusals(as_json):
        found = services.suggest_mapping(paths, actor=_actor(), source=source)
    if as_json:
        print_json(
            {"mapping": found.text, "problems": [problem.as_json() for problem in found.problems]}
        )
        return
    typer.echo(found.text, nl=False)
    console = Console(stderr=True)
    for problem in found.problems:
        _tell_problem(console, problem)


def _batches(as_json: bool) -> None:
    found = selectors.batches(actor=_actor())
    if as_json:
        print_json({"batches": [_batch_json(batch) for batch in found]})
        return
    table = Table(
        "Batch",
        "Kind",
        "State",
        "Source",
        "Files",
        "Changed",
        "Quarantined",
        box=None,
        pad_edge=False,
        header_style="bold",
    )
    for batch in found:
        table.add_row(
            batch.id,
            batch.kind,
            batch.state,
            batch.source,
            ", ".join(batch.files),
            f"{batch.rows_changed:,}",
            f"{batch.quarantined_open:,}",
        )
    Console().print(table)


def _batch_json(batch: BatchView) -> dict[str, Any]:
    return {
        "id": batch.id,
        "kind": batch.kind,
        "state": batch.state,
        "source": batch.source,
        "files": list(batch.files),
        "started_at": batch.started_at.isoformat(),
        "finished_at": batch.finished_at.isoformat() if batch.finished_at else None,
        "actor": batch.actor,
        "tables": {name: table.as_json() for name, table in batch.tables.items()},
        "quarantined_open": batch.quarantined_open,
        "can_undo": batch.can_undo,
        "undone_by": batch.undone_by,
        "undoes": batch.undoes,
    }


def _undo(batch_id: str, as_json: bool) -> None:
    with _unknown_batch(as_json), refusals(as_json):
        result = services.undo_batch(batch_id, actor=_actor())
    if as_json:
        print_json(result.as_json())
        return
    for name, table in result.tables.items():
        typer.echo(f"{name}: {table.updated:,} rows taken back")
    typer.echo(f"Batch {batch_id} is undone.")


def _resend(batch_id: str, as_json: bool) -> None:
    with _unknown_batch(as_json), refusals(as_json), _progress(as_json) as told:
        result = services.resend_quarantine(batch_id, actor=_actor(), progress=told)
    _end(result, as_json)


def _quarantine(batch_id: str, as_json: bool) -> None:
    with _unknown_batch(as_json):
        selectors.batch(batch_id, actor=_actor())
    rows = selectors.refused_rows(batch_id, actor=_actor(), limit=100_000)
    problems = [
        Problem(
            cell.code,
            cell.message,
            cell.hint,
            file=row.file,
            row=row.row,
            column=cell.column,
            details={"value": cell.value, "table": row.table},
        )
        for row in rows
        for cell in row.reasons
    ]
    if as_json:
        print_json({"batch": batch_id, "problems": [p.as_json() for p in problems]})
        return
    console = Console()
    for problem in problems:
        _tell_problem(console, problem)
    console.print(f"{len(rows):,} rows in quarantine.")


@contextmanager
def _unknown_batch(as_json: bool) -> Iterator[None]:
    try:
        yield
    except NotVisible as error:
        refuse(_question(str(error), "vetta import --batches lists them."), as_json=as_json)
