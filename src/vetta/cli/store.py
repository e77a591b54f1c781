"""``vetta store``: a look into the fact store. Works in the light installation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from vetta.adapters.store import FactStore, connect
from vetta.cli.answers import print_json, refuse
from vetta.core.data_folder import DataFolder, default_root
from vetta.engine.schema import FACT_TABLES
from vetta.kernel.problem import Problem

app = typer.Typer(no_args_is_help=True, help="Look into the fact store: tables, versions, rows.")

Json = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]
Table = Annotated[str, typer.Argument(help="A fact table, such as opportunities.")]
Version = Annotated[int | None, typer.Option(min=0, help="An older version; else the newest.")]
_WIDEST = 40  # characters of a cell at the terminal


def register(parent: typer.Typer) -> None:
    parent.add_typer(app, name="store")


@app.command()
def tables(as_json: Json = False) -> None:
    """The tables that hold facts: newest version, rows, files, bytes."""
    store = _store()
    found = []
    for name in store.tables():
        version = store.version(name)
        adds = store.adds(name, version)
        found.append(
            {
                "table": name,
                "title": FACT_TABLES[name].title,
                "version": version,
                "rows": sum(add.rows for add in adds),
                "files": len(adds),
                "bytes": sum(add.size for add in adds),
            }
        )
    if as_json:
        print_json({"store": str(store.root), "tables": found})
    elif not found:
        typer.echo("No facts yet. Bring some in: vetta import PATH --mapping FILE, or vetta demo")
    else:
        _print(found)


@app.command()
def versions(table: Table, as_json: Json = False) -> None:
    """The versions of a table, newest first, and the batch that wrote each."""
    store = _store()
    newest = _newest(store, table, as_json)
    found = [
        {"version": version, "batch": store.batch_of(table, version), "rows": rows}
        for version in range(newest, -1, -1)
        if (rows := _rows(store, table, version)) is not None
    ]
    print_json({"table": table, "versions": found}) if as_json else _print(found)


@app.command()
def schema(table: Table, version: Version = None, as_json: Json = False) -> None:
    """The columns of a table: the contract's, the common ones, the custom ones."""
    store = _store()
    chosen = _version(store, table, version, as_json)
    described = {column.name: column for column in FACT_TABLES[table]}
    found = [
        {
            "column": name,
            "type": kind.value,
            "title": described[name].title if name in described else "",
            "required": name in described and described[name].required,
        }
        for name, kind in store.columns(table, chosen).items()
    ]
    if as_json:
        print_json({"table": table, "version": chosen, "columns": found})
    else:
        _print(found)


@app.command()
def head(
    table: Table,
    rows: Annotated[int, typer.Option(min=1, max=10_000, help="How many rows.")] = 10,
    version: Version = None,
    as_json: Json = False,
) -> None:
    """Some rows of a table. Values are text, exactly as stored."""
    store = _store()
    chosen = _version(store, table, version, as_json)
    with connect() as connection:
        scan = store.sql_scan(table, chosen)
        result = connection.execute(f"SELECT * FROM {scan} LIMIT {int(rows)}")  # noqa: S608
        names = [column[0] for column in result.description or []]
        found = [
            {
                name: None if value is None else str(value)
                for name, value in zip(names, row, strict=True)
            }
            for row in result.fetchall()
        ]
    if as_json:
        print_json({"table": table, "version": chosen, "rows": found})
    else:
        # Columns without a value in any of the rows are noise at a terminal.
        used = [name for name in names if any(row[name] is not None for row in found)]
        _print([{name: row[name] for name in used} for row in found])


def _store() -> FactStore:
    return FactStore(DataFolder(default_root()).facts)


def _newest(store: FactStore, table: str, as_json: bool) -> int:
    if table not in FACT_TABLES:
        names = ", ".join(FACT_TABLES)
        problem = Problem("store.unknown_table", f"There is no table {table}.", f"Tables: {names}.")
        refuse(problem, as_json=as_json)
    newest = store.version(table)
    if newest is None:
        hint = "vetta store tables lists those that do."
        refuse(Problem("store.empty_table", f"{table} holds no facts yet.", hint), as_json=as_json)
    return newest


def _version(store: FactStore, table: str, wanted: int | None, as_json: bool) -> int:
    newest = _newest(store, table, as_json)
    if wanted is None:
        return newest
    if wanted > newest or _rows(store, table, wanted) is None:
        refuse(
            Problem(
                "store.unknown_version",
                f"{table} has no version {wanted}.",
                f"Its newest is {newest}; vetta store versions {table} lists all.",
            ),
            as_json=as_json,
        )
    return wanted


def _rows(store: FactStore, table: str, version: int) -> int | None:
    """The rows of a version; None where its files have been removed for good."""
    try:
        return store.rows(table, version)
    except Exception:
        # delta-rs raises a bare Exception for a version whose log has been cleaned up.
        return None


def _print(rows: Sequence[dict[str, Any]]) -> None:
    """A plain table; numbers to the right, nothing that could steer the terminal."""
    names = list(rows[0])
    cells = [[_cell(row[name]) for name in names] for row in rows]
    widths = [max(len(line[i]) for line in [names, *cells]) for i in range(len(names))]
    numbers = [all(isinstance(row[name], int) for row in rows) for name in names]
    for line in [names, *cells]:
        padded = (
            text.rjust(width) if number else text.ljust(width)
            for text, width, number in zip(line, widths, numbers, strict=True)
        )
        typer.echo("  ".join(padded).rstrip())


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    text = "".join(character if character.isprintable() else "·" for character in str(value))
    return text if len(text) <= _WIDEST else text[: _WIDEST - 1] + "…"
