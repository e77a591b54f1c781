"""The mapping as a form: what the page shows of a mapping, and the mapping that it sends back.

The form is laid over a mapping's text: what it cannot show (joins, conditions, keys) is kept as it
is. A file column goes to at most one contract column per section here; the text says the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from vetta.engine.schema import ColumnType, TableSchema
from vetta.intake.contracts import SourceColumn
from vetta.intake.mapping import ColumnMapping, TableMapping, dump_mapping
from vetta.intake.mapping import Mapping as MappingFile

LEFT_OUT, CUSTOM = "", "custom"
CUSTOM_TYPES = (
    ColumnType.TEXT,
    ColumnType.NUMBER,
    ColumnType.MONEY,
    ColumnType.DATE,
    ColumnType.BOOLEAN,
    ColumnType.INTEGER,
)
DECIMALS = (("", _("As found")), (".", _("Point: 1,234.50")), (",", _("Comma: 1.234,50")))
_IDENTIFIER = re.compile(r'^(?:"([^"]+)"|([A-Za-z_][A-Za-z0-9_]*))$')


class UploadForm(forms.Form):
    """Only the frame: the files themselves are judged one by one by ``core.files``."""

    source = forms.CharField(
        label=_("Source system"),
        max_length=100,
        required=False,
        help_text=_("For example “erp” or “crm”. Rows of one source are recognised by it."),
    )


@dataclass(frozen=True)
class Row:
    """One column of a file: where it goes, and how sure the suggestion is."""

    index: int
    name: str
    examples: tuple[str, ...]
    target: str
    certainty: float = 0.0
    custom_type: str = "text"
    custom_name: str = ""
    values: tuple[tuple[str, str], ...] = ()
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Other:
    """A contract column that is filled by a constant or an expression."""

    index: int
    column: str
    kind: str  # "constant" or "expression"
    text: str


@dataclass(frozen=True)
class SectionForm:
    """One table filled from one file."""

    index: int
    file: str
    path: str
    table: str
    rows: tuple[Row, ...]
    others: tuple[Other, ...]
    missing: tuple[str, ...]
    has_more: bool  # joins, conditions or keys that only the text shows


@dataclass(frozen=True)
class FileForm:
    """How a file is read."""

    index: int
    name: str
    path: str
    decimal: str
    date_format: str
    delimiter: str
    encoding: str
    sheet: str


@dataclass(frozen=True)
class MappingForm:
    """The whole form, made from a mapping and the columns of the files."""

    source: str
    files: tuple[FileForm, ...]
    sections: tuple[SectionForm, ...]
    unused: tuple[str, ...] = field(default=())


def column_of(spec: ColumnMapping) -> str | None:
    """The file column that fills a contract column by itself, if one does."""
    if spec.column is not None:
        return None if "." in spec.column else spec.column
    if spec.expression is not None:
        found = _IDENTIFIER.match(spec.expression.strip())
        return (found.group(1) or found.group(2)) if found else None
    return None


def _placed(section: TableMapping) -> dict[str, tuple[str, ColumnMapping, bool]]:
    """File column → (contract column or attribute, its spec, whether it is an attribute)."""
    placed: dict[str, tuple[str, ColumnMapping, bool]] = {}
    for specs, is_custom in ((section.columns, False), (section.custom, True)):
        for name, spec in specs.items():
            source = column_of(spec)
            if source is not None and source not in placed:
                placed[source] = (name, spec, is_custom)
    return placed


def _others(section: TableMapping) -> list[tuple[str, str, str]]:
    """Contract columns filled by what is not one file column alone, and second uses of one."""
    placed = {(name, is_custom) for name, _spec, is_custom in _placed(section).values()}
    found = []
    for name, spec in section.columns.items():
        if (name, False) in placed:
            continue
        if spec.constant is not None:
            found.append((name, "constant", spec.constant))
        else:
            text = spec.expression if spec.expression is not None else _quoted(spec.column or "")
            found.append((name, "expression", text))
    return found


def _quoted(name: str) -> str:
    if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.]*", name):
        return name
    return '"' + name.replace('"', '""') + '"'


def read_form(
    mapping: MappingFile,
    columns: Mapping[str, Sequence[SourceColumn]],
    schemas: Mapping[str, TableSchema],
) -> MappingForm:
    """The form that shows a mapping beside the files that arrived."""
    sections: list[SectionForm] = []
    for table, parts in mapping.tables.items():
        for part in parts:
            sections.append(_section(len(sections), table, part, mapping, columns, schemas))
    used = {section.file for section in sections}
    files = tuple(
        FileForm(
            index,
            name,
            file.path,
            file.decimal or "",
            ", ".join(file.date_format or []),
            file.delimiter or "",
            file.encoding or "",
            file.sheet or "",
        )
        for index, (name, file) in enumerate(mapping.files.items())
    )
    return MappingForm(
        mapping.source, files, tuple(sections), tuple(n for n in mapping.files if n not in used)
    )


def _section(
    index: int,
    table: str,
    part: TableMapping,
    mapping: MappingFile,
    columns: Mapping[str, Sequence[SourceColumn]],
    schemas: Mapping[str, TableSchema],
) -> SectionForm:
    placed, schema = _placed(part), schemas.get(table)
    rows = []
    for place, column in enumerate(columns.get(part.from_, ())):
        name, spec, is_custom = placed.get(column.name, ("", None, False))
        choices = _choices(schema, name) if name and not is_custom else ()
        rows.append(
            Row(
                place,
                column.name,
                column.examples,
                CUSTOM if is_custom else name,
                column.certainty if column.column == name else 1.0,
                (spec.type or ColumnType.TEXT).value if spec is not None else "text",
                name if is_custom else _attribute(column.name),
                tuple((k, v or "") for k, v in (spec.values or {}).items()) if spec else (),
                choices,
            )
        )
    others = _others(part)
    filled = {*part.columns}
    required = [c.name for c in schema if c.required] if schema else []
    has_more = bool(part.join or part.where or part.key or part.distinct or part.balance)
    return SectionForm(
        index,
        part.from_,
        mapping.files[part.from_].path if part.from_ in mapping.files else part.from_,
        table,
        tuple(rows),
        tuple(Other(i, *entry) for i, entry in enumerate(others)),
        tuple(name for name in required if name not in filled),
        has_more,
    )


def _choices(schema: TableSchema | None, name: str) -> tuple[str, ...]:
    if schema is None:
        return ()
    return next((column.choices for column in schema if column.name == name), ())


def _attribute(name: str) -> str:
    """A name for a typed attribute made of a file column's name."""
    plain = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    return plain if plain[:1].isalpha() else f"a_{plain}".rstrip("_")


def apply_form(
    data: QueryDict,
    mapping: MappingFile,
    columns: Mapping[str, Sequence[SourceColumn]],
    schemas: Mapping[str, TableSchema],
) -> str:
    """The text of the mapping that the form says, laid over the one that it was made from.

    Raises:
        pydantic.ValidationError: where the form's values make no mapping.
    """
    content = mapping.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    content["source"] = data.get("source", "").strip() or mapping.source
    for index, name in enumerate(mapping.files):
        _apply_file(data, index, content["files"][name])
    tables: dict[str, list[dict[str, Any]]] = {}
    index = 0
    for table, parts in mapping.tables.items():
        for number, part in enumerate(parts):
            chosen = data.get(f"s{index}-table", table)
            if chosen in schemas:
                raw = dict(content["tables"][table][number])
                names = [column.name for column in columns.get(part.from_, ())]
                _apply_section(data, index, raw, part, names, keep=chosen == table)
                tables.setdefault(chosen, []).append(raw)
            index += 1
    added_file, added_table = data.get("add-file", ""), data.get("add-table", "")
    if added_file in mapping.files and added_table in schemas:
        tables.setdefault(added_table, []).append({"from": added_file, "columns": {}})
    content["tables"] = tables or content["tables"]
    return dump_mapping(MappingFile.model_validate(content))


def _apply_file(data: QueryDict, index: int, raw: dict[str, Any]) -> None:
    for name in ("decimal", "delimiter", "encoding", "sheet"):
        value = data.get(f"f{index}-{name}")
        if value is not None:
            raw.pop(name, None)
            if value.strip() or (name == "delimiter" and value):
                raw[name] = "\t" if value == "tab" else value.strip() or value
    dates = data.get(f"f{index}-date_format")
    if dates is not None:
        raw.pop("date_format", None)
        formats = [part.strip() for part in dates.split(",") if part.strip()]
        if formats:
            raw["date_format"] = formats
    if raw.get("decimal") == "," and raw.get("thousands") == ",":
        raw["thousands"] = "."


def _apply_section(
    data: QueryDict,
    index: int,
    raw: dict[str, Any],
    part: TableMapping,
    names: Iterable[str],
    *,
    keep: bool,
) -> None:
    placed = _placed(part)
    before: dict[str, Any] = dict(raw.get("columns", {}))
    custom_before: dict[str, Any] = dict(raw.get("custom", {}))
    filled: dict[str, Any] = {}
    custom: dict[str, Any] = {}
    for place, name in enumerate(names):
        target = data.get(f"s{index}-c{place}", LEFT_OUT)
        known, _spec, was_custom = placed.get(name, ("", None, False))
        if target == CUSTOM:
            attribute = _attribute(data.get(f"s{index}-n{place}", "") or name)
            spec = dict(custom_before.get(known, {})) if was_custom else {}
            spec.pop("expression", None)
            spec |= {"column": name, "type": data.get(f"s{index}-t{place}", "text")}
            custom[attribute] = spec
        elif target and target not in filled:
            same = keep and known == target and not was_custom
            spec = dict(before.get(target, {})) if same else {}
            spec.pop("expression", None)
            spec["column"] = name
            values = _values(data, f"s{index}-v{place}")
            if values and same:
                spec["values"] = values
            filled[target] = spec
    for name, spec in _apply_others(data, index, before, part, keep=keep):
        if name not in filled:
            filled[name] = spec
    raw["columns"] = {
        **{name: filled[name] for name in before if name in filled},
        **{name: spec for name, spec in filled.items() if name not in before},
    }
    raw.pop("custom", None)
    if custom:
        raw["custom"] = custom


def _values(data: QueryDict, prefix: str) -> dict[str, str]:
    """A list of values: ``prefix-k0`` is the file's, ``prefix-w0`` the contract's."""
    found: dict[str, str] = {}
    place = 0
    while f"{prefix}-k{place}" in data:
        key = data[f"{prefix}-k{place}"]
        if key:
            found[key] = data.get(f"{prefix}-w{place}", "")
        place += 1
    return found


def _apply_others(
    data: QueryDict, index: int, before: Mapping[str, Any], part: TableMapping, *, keep: bool
) -> list[tuple[str, dict[str, Any]]]:
    """The constants and expressions of a section, kept ones with all that they say."""
    shown = dict(enumerate(_others(part)))
    found: list[tuple[str, dict[str, Any]]] = []
    place = 0
    while f"s{index}-o{place}-column" in data:
        column = data[f"s{index}-o{place}-column"]
        kind = data.get(f"s{index}-o{place}-kind", "constant")
        text = data.get(f"s{index}-o{place}-text", "").strip()
        old = shown.get(place)
        if column and (text or kind == "constant"):
            if keep and old == (column, kind, text):
                found.append((column, dict(before[column])))
            elif text:
                found.append((column, {kind: text}))
        place += 1
    return found
