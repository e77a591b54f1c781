"""A mapping to start from: tables and columns guessed from headers and values, never silently."""

from __future__ import annotations

import re
import shutil
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

import duckdb
from django.utils.translation import gettext as _

from vetta.adapters.files import SourceTable, read_file
from vetta.adapters.store import connect
from vetta.core import clock
from vetta.core.access import Actor, require
from vetta.core.selectors import organisation
from vetta.engine.schema import Column, ColumnType, TableSchema
from vetta.engine.schema.physical import quote
from vetta.intake.contracts import SourceColumn, Suggestion
from vetta.intake.mapping import ColumnMapping, FileMapping, Mapping, TableMapping, dump_mapping
from vetta.intake.permissions import IMPORT
from vetta.intake.registry import schemas
from vetta.intake.services import journal
from vetta.intake.staging.cells import DECIMAL_COMMA, TWO_WAYS
from vetta.intake.staging.sources import open_delivery
from vetta.kernel.problem import Problem, ProblemError, Severity

READABLE = (
    ".csv",
    ".tsv",
    ".txt",
    ".xlsx",
    ".xlsm",
    ".xlsb",
    ".xls",
    ".ods",
    ".parquet",
    ".jsonl",
    ".ndjson",
    ".gz",
)
SAMPLE = 2_000
GOOD_ENOUGH = 0.72
MAX_FILES = 50


@dataclass
class Sampled:
    """A file with what its values look like."""

    name: str
    path: str
    source: SourceTable
    examples: dict[str, tuple[str, ...]]
    counts: dict[str, dict[str, int]]


def suggest_mapping(
    paths: Iterable[Path | str], *, actor: Actor, source: str | None = None
) -> Suggestion:
    """Guess a mapping from the headers and values of files.

    Raises:
        ProblemError: where nothing can be read.
    """
    require(actor, IMPORT)
    folder = journal.staging_folder(f"s{journal.new_batch_id(clock.now())}")
    folder.mkdir(parents=True, mode=0o700)
    try:
        with connect(temporary=folder) as connection:
            found = [Path(path) for path in paths]
            sampled, problems = _sample(connection, found, folder)
            name = source or (_identifier(found[0].stem) if found else "import")
            return _suggest(name, sampled, problems)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _sample(
    connection: duckdb.DuckDBPyConnection, paths: list[Path], folder: Path
) -> tuple[list[Sampled], list[Problem]]:
    delivery = open_delivery(paths, folder)
    sampled: list[Sampled] = []
    problems: list[Problem] = []
    readable = [n for n in delivery.files if n.lower().endswith(READABLE)]
    taken: set[str] = set()
    for number, relative in enumerate(readable[:MAX_FILES]):
        name = _identifier(Path(relative).name.split(".")[0])
        while name in taken:
            name += "_2"
        taken.add(name)
        work = folder / f"file-{number}"
        work.mkdir()
        try:
            table = read_file(connection, delivery.files[relative], name, work)
        except ProblemError as error:
            problems += error.problems
            continue
        sampled.append(_look(connection, name, relative, table))
    if not sampled:
        raise ProblemError(
            *problems,
            Problem(
                "intake.nothing_to_read",
                _("There is no file that can be read."),
                _("Send CSV, Excel, Parquet or JSON Lines."),
            ),
        )
    return sampled, problems


def _look(
    connection: duckdb.DuckDBPyConnection, name: str, path: str, table: SourceTable
) -> Sampled:
    examples, counts = {}, {}
    for column in table.columns:
        cell = f"nullif(trim({quote(column)}), '')"
        row = connection.execute(
            f"SELECT list(v ORDER BY n)[:5] FROM (SELECT {cell} AS v, min(__row) AS n "
            f"FROM (FROM {table.relation} LIMIT {SAMPLE}) WHERE {cell} IS NOT NULL GROUP BY v)"
        ).fetchone()
        examples[column] = tuple((row[0] if row else None) or ())
        counts[column] = _kinds(connection, table, cell)
    return Sampled(name, path, table, examples, counts)


def _kinds(connection: duckdb.DuckDBPyConnection, table: SourceTable, cell: str) -> dict[str, int]:
    """How many sampled values look like which kind of thing."""
    tests = {
        "filled": f"{cell} IS NOT NULL",
        "number": f"TRY_CAST({cell} AS DOUBLE) IS NOT NULL",
        "comma": f"regexp_matches({cell}, '{DECIMAL_COMMA}')",
        "date": f"TRY_CAST({cell} AS DATE) IS NOT NULL",
        "two_ways": f"regexp_matches({cell}, '{TWO_WAYS}')",
        "day_first": f"TRY_CAST(regexp_extract({cell}, '^(\\d{{1,2}})[-/.]', 1) AS INTEGER) > 12",
        "month_first": f"TRY_CAST(regexp_extract({cell}, "
        f"'^\\d{{1,2}}[-/.](\\d{{1,2}})[-/.]', 1) AS INTEGER) > 12",
        "short_year": f"regexp_matches({cell}, '^\\d{{1,2}}[-/.]\\d{{1,2}}[-/.]\\d{{2}}$')",
        "slash": f"contains({cell}, '/')",
        "dot": f"contains({cell}, '.')",
    }
    asked = ", ".join(f"count(*) FILTER ({test})" for test in tests.values())
    found = connection.execute(
        f"SELECT {asked} FROM (FROM {table.relation} LIMIT {SAMPLE})"
    ).fetchone()
    assert found is not None
    return {name: int(count) for name, count in zip(tests, found, strict=True)}


def _suggest(name: str, sampled: list[Sampled], problems: list[Problem]) -> Suggestion:
    known = schemas()
    files, tables = {}, {}
    columns: dict[str, tuple[SourceColumn, ...]] = {}
    for file in sampled:
        table, pairs = _best_table(file, known)
        options, asked = _manner(file)
        problems += asked
        files[file.name] = FileMapping(path=file.path, **options)
        columns[file.name] = tuple(
            SourceColumn(
                column,
                file.examples[column],
                table if column in pairs else None,
                pairs.get(column, ("", 0.0))[0] or None,
                pairs.get(column, ("", 0.0))[1],
            )
            for column in file.source.columns
        )
        if table is None:
            problems.append(_no_table(file))
            continue
        section, missing = _section(file, known[table], pairs)
        problems += missing
        tables.setdefault(table, []).append(section)
    if not tables:
        # A file is better mapped by hand from a start than not at all.
        first = sampled[0]
        tables["accounts"] = [TableMapping.model_validate({"from": first.name, "columns": {}})]
    mapping = Mapping(source=name, files=files, tables=tables)
    return Suggestion(dump_mapping(mapping), tuple(problems), columns)


def _best_table(
    file: Sampled, known: dict[str, TableSchema]
) -> tuple[str | None, dict[str, tuple[str, float]]]:
    best: tuple[float, str | None, dict[str, tuple[str, float]]] = (0.0, None, {})
    for name, schema in known.items():
        pairs = match_columns(file.source.columns, schema, file)
        if not pairs:
            continue
        got = {column for column, _ in pairs.values()}
        required = [c.name for c in schema if c.required and c.name != "currency"]
        covered = sum(1 for column in required if column in got) / max(len(required), 1)
        used = len(pairs) / len(file.source.columns)
        score = covered * 2 + used + _alike(file.name, name) * 1.2 + len(got) * 0.02
        if score > best[0] and covered > 0:
            best = (score, name, pairs)
    return best[1], best[2]


def match_columns(
    names: Sequence[str], schema: TableSchema, file: Sampled | None = None
) -> dict[str, tuple[str, float]]:
    """File column → (contract column, certainty), each contract column at most once."""
    scored = []
    for name in names:
        for position, column in enumerate(schema):
            score = _score(name, column)
            if score < GOOD_ENOUGH:
                continue
            if file is not None and not _fits(file.counts[name], column.type):
                continue
            scored.append((score, -position, name, column.name))
    pairs: dict[str, tuple[str, float]] = {}
    used: set[str] = set()
    for score, _position, name, column_name in sorted(scored, reverse=True):
        if name not in pairs and column_name not in used:
            pairs[name] = (column_name, round(score, 2))
            used.add(column_name)
    return pairs


def _score(name: str, column: Column) -> float:
    wanted = _words(name)
    if wanted == _words(column.name) or wanted == _words(column.title):
        return 1.0
    best = 0.0
    for position, alias in enumerate(column.aliases):
        if wanted == _words(alias):
            return 0.97 - 0.005 * position
        best = max(best, SequenceMatcher(None, wanted, _words(alias)).ratio() * 0.9)
    return max(best, SequenceMatcher(None, wanted, _words(column.name)).ratio() * 0.9)


def _fits(counts: dict[str, int], kind: ColumnType) -> bool:
    """Whether the values could be of that type at all."""
    filled = counts["filled"]
    if not filled:
        return True
    if kind in (ColumnType.DATE, ColumnType.TIMESTAMP):
        return counts["date"] + counts["two_ways"] > 0.5 * filled
    if kind in (
        ColumnType.MONEY,
        ColumnType.NUMBER,
        ColumnType.RATIO,
        ColumnType.FX_RATE,
        ColumnType.INTEGER,
    ):
        return counts["number"] + counts["comma"] > 0.5 * filled
    return True


def _manner(file: Sampled) -> tuple[dict[str, object], list[Problem]]:
    """How the file's numbers and dates are written, and what must be asked."""
    options: dict[str, object] = {}
    problems = []
    commas = sum(c["comma"] for c in file.counts.values())
    points = sum(c["number"] for n, c in file.counts.items() if c["dot"] and not c["comma"])
    if commas > points:
        options["decimal"] = ","
        if any(
            re.match(r"^[+-]?\d{1,3}(\.\d{3})+", e)
            for column in file.examples.values()
            for e in column
        ):
            options["thousands"] = "."
    dated = {n: c for n, c in file.counts.items() if c["two_ways"] > 0.5 * max(c["filled"], 1)}
    if dated:
        mark = (
            "/"
            if any(c["slash"] for c in dated.values())
            else ("." if any(c["dot"] for c in dated.values()) else "-")
        )
        year = "yy" if any(c["short_year"] for c in dated.values()) else "yyyy"
        day_first = any(c["day_first"] for c in dated.values())
        month_first = any(c["month_first"] for c in dated.values())
        if day_first != month_first:
            parts = ["dd", "mm", year] if day_first else ["mm", "dd", year]
            options["date_format"] = [mark.join(parts)]
        else:
            problems.append(_ambiguous(file, list(dated)))
    return options, problems


def _ambiguous(file: Sampled, columns: list[str]) -> Problem:
    return Problem(
        "intake.ambiguous_date",
        _("The dates in {columns} can be read in two ways.").format(columns=", ".join(columns)),
        _("Say how they are written: date_format: dd/mm/yyyy or mm/dd/yyyy."),
        Severity.WARNING,
        file=file.path,
        column=columns[0],
    )


def _no_table(file: Sampled) -> Problem:
    return Problem(
        "intake.no_table_found",
        _("It is not clear which table {file} fills.").format(file=file.path),
        _("Choose its table, or leave the file out."),
        Severity.WARNING,
        file=file.path,
    )


def _section(
    file: Sampled, schema: TableSchema, pairs: dict[str, tuple[str, float]]
) -> tuple[TableMapping, list[Problem]]:
    by_contract = {column: name for name, (column, _) in pairs.items()}
    columns: dict[str, ColumnMapping] = {}
    problems = []
    for column in schema:
        if column.name in by_contract:
            columns[column.name] = _spec(file, column, by_contract[column.name])
        elif column.name == "currency" and any(c.type is ColumnType.MONEY for c in schema):
            columns["currency"] = ColumnMapping(constant=organisation().currency)
        elif column.required and column.name in schema.key and "name" in by_contract:
            columns[column.name] = ColumnMapping(column=by_contract["name"])
        elif column.required and column.name == "name" and schema.key[0] in by_contract:
            columns["name"] = ColumnMapping(column=by_contract[schema.key[0]])
        elif column.required and column.name == "event":
            columns["event"] = ColumnMapping(constant="booked")
        elif column.required:
            problems.append(
                Problem(
                    "intake.required_not_mapped",
                    _(
                        "{table}: the column {column} must be filled; no column of the file seems "
                        "to hold it."
                    ).format(table=schema.name, column=column.name),
                    _("Choose the column, or give a constant."),
                    Severity.WARNING,
                    file=file.path,
                    column=column.name,
                )
            )
    section = TableMapping.model_validate({"from": file.name, "columns": columns})
    return section, problems


def _spec(file: Sampled, column: Column, name: str) -> ColumnMapping:
    if not column.choices:
        return ColumnMapping(column=name)
    found = {value.lower() for value in file.examples[name]}
    if found <= set(column.choices):
        return ColumnMapping(column=name)
    near = {}
    for value in file.examples[name]:
        close = max(column.choices, key=lambda choice: _alike(value, choice))
        near[value] = close if _alike(value, close) > 0.6 else ""
    return ColumnMapping(column=name, values=near)


def _words(text: str) -> str:
    """A name without capitals, accents, signs and camel case."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", text)
    plain = unicodedata.normalize("NFKD", spaced).encode("ascii", "ignore").decode().lower()
    return " ".join(re.findall(r"[a-z0-9]+", plain))


def _alike(left: str, right: str) -> float:
    a, b = _words(left), _words(right)
    if b in a or a in b:
        return 1.0
    return SequenceMatcher(None, a, b).ratio()


def _identifier(text: str) -> str:
    name = re.sub(r"[^A-Za-z0-9]+", "_", _words(text)).strip("_") or "file"
    return name if name[0].isalpha() else f"file_{name}"
