"""Pages of docs/reference that follow from the code: fact tables, KPIs, operations of the API."""

from __future__ import annotations

import os
import tempfile
from typing import Any


def cell(text: object) -> str:
    """Text that a table of Markdown can hold."""
    return " ".join(str(text).split()).replace("``", "`").replace("|", "\\|").replace("<", "&lt;")


def tables_page() -> str:
    """The data contract: every fact table with its columns."""
    from vetta.engine.schema import COMMON_COLUMNS, FACT_TABLES

    lines = [
        "# Fact tables",
        "",
        "The data contract: what a [mapping](mapping.md) fills and KPIs read. Ids are text,",
        "moments are stored in UTC, days are taken in the zone of the organisation. Money has",
        "four decimal places, in the currency of its own row. A mapping may add typed attributes",
        "(`custom`) to any table.",
        "",
        "Every table also has:",
        "",
        *_columns(COMMON_COLUMNS),
    ]
    for table in FACT_TABLES.values():
        key = ", ".join(f"`{name}`" for name in table.key)
        dated = f" Dated by `{table.event_column}`." if table.event_column else ""
        lines += [
            "",
            f"## {table.name}",
            "",
            f"{table.description} A row is recognised by {key} and its source.{dated}",
            "",
            *_columns(table),
        ]
    return "\n".join(lines) + "\n"


def _columns(columns: Any) -> list[str]:
    lines = ["| column | type | |", "| --- | --- | --- |"]
    for column in columns:
        notes = [column.description or column.title]
        if column.required:
            notes.append("Required.")
        if column.references:
            notes.append(f"A row of `{column.references}`.")
        if column.choices:
            notes.append("One of " + ", ".join(f"`{choice}`" for choice in column.choices) + ".")
        text = " ".join(note if note.endswith(".") else f"{note}." for note in notes)
        lines.append(f"| `{column.name}` | {column.type.value} | {cell(text)} |")
    return lines


def kpis_page() -> str:
    """The catalogue that comes with Vetta."""
    from vetta.engine.metrics.catalogue_reader import built_in

    shown = [definition for definition in built_in().values() if not definition.hidden]
    lines = [
        "# KPIs",
        "",
        f"The {len(shown)} KPIs that come with Vetta; a company adds its own in the page.",
        "`vetta kpi NAME` asks for one, `--definition` shows what it means and its version.",
    ]
    for category in dict.fromkeys(definition.category for definition in shown):
        lines += ["", f"## {category.replace('_', ' ').capitalize()}", ""]
        lines += ["| KPI | unit | what it says | formula |", "| --- | --- | --- | --- |"]
        for definition in shown:
            if definition.category != category:
                continue
            said = " ".join([definition.description.en, *(text.en for text in definition.caveats)])
            better = definition.direction.value.replace("_", " ")
            lines.append(
                f"| `{definition.name}`<br>{cell(definition.title.en)} | {definition.unit.value}, "
                f"{better} | {cell(said)} | {cell(definition.formula)} |"
            )
    return "\n".join(lines) + "\n"


def operations_table() -> str:
    """Every operation of the API, by its first tag."""
    groups: dict[str, list[str]] = {}
    for path, operations in _schema()["paths"].items():
        for method, operation in operations.items():
            tag = (operation.get("tags") or ["others"])[0]
            said = " ".join((operation.get("description") or "").split("\n\n")[0].split())
            groups.setdefault(tag, []).append(
                f"| `{method.upper()} {path}` | {cell(operation.get('summary') or '')} "
                f"| {cell(said)} |"
            )
    lines: list[str] = []
    for tag, rows in groups.items():
        lines += [f"### {tag}", "", "| operation | | |", "| --- | --- | --- |", *rows, ""]
    return "\n".join(lines).rstrip()


def _schema() -> Any:
    """The OpenAPI document, from a data folder that is thrown away."""
    import django

    with tempfile.TemporaryDirectory() as home:
        os.environ["VETTA_HOME"] = home
        os.environ["DJANGO_SETTINGS_MODULE"] = "vetta.site.settings"
        django.setup()
        from vetta.site.api import api

        return api.get_openapi_schema()
