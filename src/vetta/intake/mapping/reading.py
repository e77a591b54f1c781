"""From YAML text to a checked mapping, with the line of every mistake."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import Any

import yaml
from pydantic import ValidationError

from vetta.engine.schema import TableSchema
from vetta.intake.mapping.document import (
    CUSTOM_NAME,
    ColumnMapping,
    FileMapping,
    Join,
    Mapping,
    TableMapping,
)
from vetta.kernel.problem import Problem, ProblemError

MAX_BYTES = 1_000_000


class _Loader(yaml.SafeLoader):
    """Every plain scalar is text: ``on``, ``no`` and 1.50 stay what was written."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if tag == "tag:yaml.org,2002:null"]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}

Lines = dict[tuple[str | int, ...], int]


def read_mapping(text: str, file: str | None = None) -> Mapping:
    """The mapping that ``text`` holds. Tables are checked later, against what is registered.

    Raises:
        ProblemError: every mistake found, each with its line.
    """
    if len(text) > MAX_BYTES:
        raise ProblemError(
            Problem(
                "intake.mapping_too_large",
                "The mapping is over one million characters.",
                "Split it into several mappings.",
                file=file,
            )
        )
    content, lines = _load(text, file)
    if not isinstance(content, dict):
        raise ProblemError(
            Problem(
                "intake.mapping_empty",
                "The mapping holds nothing.",
                "Begin with source:, files: and tables:, or make one with vetta import "
                "PATH --suggest.",
                file=file,
                line=1,
            )
        )
    if isinstance(content.get("organisation"), dict):
        content["organisation"] = _numbered(content["organisation"])
    try:
        mapping = Mapping.model_validate(content)
    except ValidationError as error:
        raise ProblemError(*_problems(error, lines, file)) from None
    problems = [*_cross_checks(mapping, lines, file)]
    if problems:
        raise ProblemError(*problems)
    return mapping


def dump_mapping(mapping: Mapping) -> str:
    """The mapping as YAML that ``read_mapping`` reads back to the same."""
    content = mapping.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    for name, sections in content["tables"].items():
        for section in sections:
            section["columns"] = {
                column: _shortened(spec) for column, spec in section["columns"].items()
            }
        content["tables"][name] = sections[0] if len(sections) == 1 else sections
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=100)


def _shortened(spec: dict[str, Any]) -> Any:
    return spec["expression"] if list(spec) == ["expression"] else spec


def _load(text: str, file: str | None) -> tuple[Any, Lines]:
    try:
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, _Loader)):
            raise ProblemError(
                Problem(
                    "intake.mapping_alias",
                    "The mapping uses YAML aliases (*name).",
                    "Write the values out.",
                    file=file,
                )
            )
        node = yaml.compose(text, _Loader)
        lines: Lines = {}
        if node is not None:
            _collect(node, (), lines)
        return yaml.load(text, _Loader), lines  # noqa: S506 (a safe loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise ProblemError(
            Problem(
                "intake.mapping_not_yaml",
                f"The mapping is not sound YAML: {error.problem}.",
                "Check the indentation and the quotes of that line.",
                file=file,
                line=None if mark is None else mark.line + 1,
                position=None if mark is None else mark.column + 1,
            )
        ) from None
    except (yaml.YAMLError, RecursionError) as error:
        raise ProblemError(
            Problem(
                "intake.mapping_not_yaml",
                f"The mapping is not sound YAML: {error}.",
                "Save it as UTF-8 text, and nest less deeply.",
                file=file,
            )
        ) from None


def _collect(node: yaml.Node, path: tuple[str | int, ...], lines: Lines) -> None:
    lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            _collect(value, (*path, str(key.value)), lines)
            lines[(*path, str(key.value))] = key.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for position, value in enumerate(node.value):
            _collect(value, (*path, position), lines)


def _numbered(value: Any) -> Any:
    """Whole numbers of the organisation's settings as numbers."""
    if isinstance(value, dict):
        return {key: _numbered(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_numbered(item) for item in value]
    return int(value) if isinstance(value, str) and value.isdecimal() else value


def _problems(error: ValidationError, lines: Lines, file: str | None) -> Iterator[Problem]:
    for found in error.errors():
        # List positions that the validators add are not in the text where one item stands alone.
        path = tuple(found["loc"])
        line = _line(path, lines)
        where = ".".join(str(part) for part in path if not isinstance(part, int))
        message = found["msg"].removeprefix("Value error, ")
        hint = "See the reference of mapping files."
        if found["type"] == "extra_forbidden":
            message, hint = f"{path[-1]!r} means nothing here", _nearest(path)
        elif found["type"] == "missing":
            message = f"{path[-1]!r} is missing"
        yield Problem(
            "intake.mapping_invalid",
            f"{where or 'The mapping'}: {message}.",
            hint,
            file=file,
            line=line,
        )


def _nearest(path: tuple[str | int, ...]) -> str:
    known = ["source", "description", "organisation", "error_share", "files", "tables"]
    if len(path) > 1:
        for model in (TableMapping, FileMapping, ColumnMapping, Join):
            known += [field.alias or name for name, field in model.model_fields.items()]
    near = get_close_matches(str(path[-1]), known, n=1)
    return f"Did you mean {near[0]!r}?" if near else "Leave it out, or check its indentation."


def _line(path: Sequence[str | int], lines: Lines) -> int | None:
    """The line of the deepest part of ``path`` that the text holds."""
    named = tuple(part for part in path if not isinstance(part, int))
    found = [
        candidate[:length]
        for candidate in (tuple(path), named)
        for length in range(len(candidate), 0, -1)
        if candidate[:length] in lines
    ]
    return lines[max(found, key=len)] if found else None


def _cross_checks(mapping: Mapping, lines: Lines, file: str | None) -> Iterator[Problem]:
    for name, sections in mapping.tables.items():
        for section in sections:
            named = [section.from_, *(join.file for join in section.join)]
            for used in named:
                if used not in mapping.files:
                    yield Problem(
                        "intake.no_such_file_section",
                        f"tables.{name} reads {used!r}, which files does not name.",
                        f"Known there: {', '.join(mapping.files)}.",
                        file=file,
                        line=_line(("tables", name), lines),
                    )
            if section.balance is not None and name != "order_lines":
                yield Problem(
                    "intake.mapping_invalid",
                    f"tables.{name}: only order_lines can be balanced.",
                    "Move balance: to order_lines.",
                    file=file,
                    line=_line(("tables", name, "balance"), lines),
                )


def check_tables(
    mapping: Mapping, schemas: dict[str, TableSchema], file: str | None = None
) -> list[Problem]:
    """What the mapping says of tables and columns that nothing receives."""
    problems: list[Problem] = []
    for name, sections in mapping.tables.items():
        schema = schemas.get(name)
        if schema is None:
            near = get_close_matches(name, list(schemas), n=1)
            problems.append(
                Problem(
                    "intake.no_such_table",
                    f"There is no table {name!r}.",
                    f"Did you mean {near[0]!r}?" if near else f"Known: {', '.join(schemas)}.",
                    file=file,
                )
            )
            continue
        for section in sections:
            problems += _check_columns(name, schema, section, file)
            problems += [
                Problem(
                    "intake.custom_name",
                    f"tables.{name}: {attribute!r} cannot name a custom attribute.",
                    "Use small letters, digits and underscores, beginning with a letter.",
                    file=file,
                )
                for attribute in section.custom
                if not re.match(CUSTOM_NAME, attribute)
            ]
            if section.custom and not schema.custom:
                problems.append(
                    Problem(
                        "intake.no_custom",
                        f"{name} takes no custom attributes.",
                        "Leave custom: out.",
                        file=file,
                    )
                )
    return problems


def _check_columns(
    name: str, schema: TableSchema, section: TableMapping, file: str | None
) -> Iterator[Problem]:
    known = [column.name for column in schema]
    for column in section.columns:
        if column not in known:
            near = get_close_matches(column, known, n=1)
            rest = f"Its columns are {', '.join(known)}; others can stand under custom:."
            hint = f"Did you mean {near[0]!r}?" if near else rest
            yield Problem(
                "intake.no_such_column",
                f"{name} has no column {column!r}.",
                hint,
                file=file,
                column=column,
            )
    for column in section.key or schema.key:
        if column not in known:
            yield Problem(
                "intake.no_such_column",
                f"{name} has no column {column!r} to be its key.",
                f"Its columns are {', '.join(known)}.",
                file=file,
                column=column,
            )
        elif column not in section.columns and schema.column(column).required:
            yield Problem(
                "intake.key_not_mapped",
                f"{name}: the key column {column!r} is not mapped.",
                "Say under columns: where its values come from.",
                file=file,
                column=column,
            )
    for wanted in schema:
        if wanted.required and wanted.name not in section.columns:
            yield Problem(
                "intake.required_not_mapped",
                f"{name}: the column {wanted.name!r} must be filled and is not mapped.",
                "Say under columns: where its values come from, or give a constant.",
                file=file,
                column=wanted.name,
            )
