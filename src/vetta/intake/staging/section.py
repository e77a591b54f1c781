"""One section of a mapping, compiled into SQL over the files that it names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches

from vetta.adapters.files import SourceTable
from vetta.engine.expressions import Scope, parse
from vetta.engine.expressions.tree import CastNode, Node
from vetta.engine.schema import CUSTOM_PREFIX, Column, ColumnType, TableSchema
from vetta.engine.schema.physical import literal, quote
from vetta.intake.mapping import ColumnMapping, FileMapping, Join, TableMapping
from vetta.intake.staging.cells import Manner, strptime_format
from vetta.kernel.problem import Problem, ProblemError

NAME = re.compile(r"^[^\W\d]\w*(\.[^\W\d]\w*)?$")
BASE = "__base"
FIX = "__fix"


@dataclass(frozen=True)
class CompiledColumn:
    """A column of the table and where its values come from.

    Args:
        origin: SQL over the section's FROM.
        is_text: whether ``origin`` gives text; else it is typed by an expression.
        reads: the file columns that it reads (``alias.column`` for joined ones).
    """

    column: Column
    spec: ColumnMapping
    origin: str
    is_text: bool
    manner: Manner
    empty: tuple[str, ...]
    reads: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.column.name


@dataclass(frozen=True)
class CompiledSection:
    """A section ready to run.

    Args:
        cells: SQL of the FROM and WHERE: base file, joins, condition.
        unfiltered: how many rows the base has before ``where``.
        cell_names: every file column that the section reads, for the quarantine.
    """

    table: str
    schema: TableSchema
    mapping: TableMapping
    file: str
    from_sql: str
    columns: tuple[CompiledColumn, ...]
    key: tuple[str, ...]
    cell_names: tuple[str, ...]
    broken: bool
    repaired: bool = False
    odd_spaces: bool = True
    joins: tuple[tuple[str, str], ...] = ()
    unused: tuple[str, ...] = field(default=())

    def cell_sql(self, name: str) -> str:
        """SQL of a file column by its quarantine name."""
        alias, dot, column = name.partition(".")
        if dot and any(alias == known for known, _ in self.joins):
            return f"{quote(alias)}.{quote(column)}"
        return f"{quote(BASE)}.{quote(name)}"


class Compiler:
    """Compiles the sections of a mapping over the files that were read.

    Args:
        zone: the organisation's time zone.
    """

    def __init__(
        self,
        files: Mapping[str, FileMapping],
        sources: Mapping[str, SourceTable],
        zone: str,
    ) -> None:
        self.files = files
        self.sources = sources
        self.zone = zone

    def section(
        self,
        table: str,
        schema: TableSchema,
        mapping: TableMapping,
        relation: str | None = None,
    ) -> CompiledSection:
        """Compile one section.

        Args:
            relation: in place of the base file, rows that come back from the quarantine: they
                carry the joined cells and ``__fix``.

        Raises:
            ProblemError: for columns that the file lacks and expressions that cannot be read.
        """
        source = self.sources[mapping.from_]
        problems: list[Problem] = []
        scope, joins = self._scope(mapping, source)
        columns = []
        for name, spec in _specs(mapping):
            try:
                columns.append(self._column(table, schema, mapping, name, spec, scope, source))
            except ProblemError as error:
                problems += [_at(problem, source.file, name) for problem in error.problems]
        from_sql = ""
        try:
            if relation is None:
                from_sql = self._from(mapping, source, scope)
            else:
                from_sql = f"FROM {relation} {quote(BASE)}"
        except ProblemError as error:
            problems += [_at(problem, source.file, None) for problem in error.problems]
        if problems:
            raise ProblemError(*problems)
        reads = tuple(dict.fromkeys(read for column in columns for read in column.reads))
        return CompiledSection(
            table=table,
            schema=schema,
            mapping=mapping,
            file=source.file,
            from_sql=from_sql,
            columns=tuple(columns),
            key=tuple(mapping.key or schema.key),
            cell_names=reads,
            broken=source.broken or relation is not None,
            repaired=relation is not None,
            odd_spaces=relation is not None
            or any(
                self.sources[name].odd_spaces
                for name in (mapping.from_, *(join.file for join in mapping.join))
            ),
            joins=tuple((alias, file) for alias, file in joins.items()),
            unused=self._unused(mapping, source, reads),
        )

    # -- names -----------------------------------------------------------------------------

    def _scope(self, mapping: TableMapping, source: SourceTable) -> tuple[Scope, dict[str, str]]:
        tables = {}
        joins = {}
        for join in mapping.join:
            tables[join.name] = dict.fromkeys(self.sources[join.file].columns, ColumnType.TEXT)
            joins[join.name] = join.file
        columns = dict.fromkeys(source.columns, ColumnType.TEXT)
        return Scope(columns, tables, time_zone=self.zone), joins

    def _unused(
        self, mapping: TableMapping, source: SourceTable, reads: tuple[str, ...]
    ) -> tuple[str, ...]:
        named = " ".join(
            [mapping.where or "", *(left for join in mapping.join for left in join.on)]
        )
        return tuple(c for c in source.columns if c not in reads and c not in named)

    def _column(
        self,
        table: str,
        schema: TableSchema,
        mapping: TableMapping,
        name: str,
        spec: ColumnMapping,
        scope: Scope,
        source: SourceTable,
    ) -> CompiledColumn:
        if name.startswith(CUSTOM_PREFIX):
            kind = spec.type or ColumnType.TEXT
            column = Column(name, kind, name.removeprefix(CUSTOM_PREFIX))
        else:
            column = schema.column(name)
        origin, is_text, reads = self._origin(spec, scope, source)
        file = self._file_of(mapping, reads)
        return CompiledColumn(
            column, spec, origin, is_text, self._manner(spec, file), tuple(file.empty), reads
        )

    def _origin(
        self, spec: ColumnMapping, scope: Scope, source: SourceTable
    ) -> tuple[str, bool, tuple[str, ...]]:
        if spec.constant is not None:
            return literal(spec.constant), True, ()
        named = spec.column if spec.column is not None else spec.expression
        assert named is not None
        found = _column_named(named, scope)
        if found is not None:
            return found[0], True, (found[1],)
        if spec.column is not None or _is_name(named):
            near = get_close_matches(named, list(scope.written()), n=1)
            raise ProblemError(
                Problem(
                    "intake.no_such_source_column",
                    f"The file has no column {named!r}.",
                    f"Did you mean {near[0]!r}?"
                    if near
                    else f"Its columns are {', '.join(source.columns)}.",
                )
            )
        expression = parse(named, scope)
        node = lenient(expression.node)
        is_text = expression.type is ColumnType.TEXT
        return replace(expression, node=node).to_duckdb(BASE), is_text, expression.columns

    def _file_of(self, mapping: TableMapping, reads: tuple[str, ...]) -> FileMapping:
        """The file whose way of writing counts: the joined one where only it is read."""
        aliases = {join.name: join.file for join in mapping.join}
        owners = {aliases.get(read.partition(".")[0], mapping.from_) for read in reads}
        name = owners.pop() if len(owners) == 1 else mapping.from_
        return self.files[name]

    def _manner(self, spec: ColumnMapping, file: FileMapping) -> Manner:
        formats = spec.date_format or file.date_format or []
        return Manner(
            decimal=spec.decimal or file.decimal or ".",
            thousands=spec.thousands or file.thousands or "",
            formats=tuple(strptime_format(text) for text in formats),
            time_zone=spec.time_zone or file.time_zone or self.zone,
        )

    # -- rows ------------------------------------------------------------------------------

    def _from(self, mapping: TableMapping, source: SourceTable, scope: Scope) -> str:
        sql = f"FROM {source.relation} {quote(BASE)}"
        known: dict[str, Mapping[str, ColumnType]] = {}
        for join in mapping.join:
            sql += self._join(join, replace(scope, tables=dict(known)))
            known[join.name] = scope.tables[join.name]
        if mapping.where:
            condition = parse(mapping.where, scope, expects=ColumnType.BOOLEAN)
            node = lenient(condition.node)
            sql += f" WHERE {replace(condition, node=node).to_duckdb(BASE)}"
        return sql

    def _join(self, join: Join, left: Scope) -> str:
        other = self.joined(join)
        conditions = [
            f"{_as_key(here, left, BASE)} = {quote(join.name)}.__k{number}"
            for number, here in enumerate(join.on)
        ]
        return f" LEFT JOIN {other} {quote(join.name)} ON {' AND '.join(conditions)}"

    def joined(self, join: Join) -> str:
        """The other file of a join with its keys as ``__k0``, ``__k1``, …"""
        source = self.sources[join.file]
        columns = dict.fromkeys(source.columns, ColumnType.TEXT)
        scope = Scope(columns, {join.name: columns}, time_zone=self.zone)
        keys = ", ".join(
            f"{_as_key(there, scope, join.name)} AS __k{number}"
            for number, there in enumerate(join.on.values())
        )
        sql = f"(SELECT *, {keys} FROM {source.relation} {quote(join.name)}"
        if join.where:
            condition = parse(join.where, scope, expects=ColumnType.BOOLEAN)
            node = lenient(condition.node)
            sql += f" WHERE {replace(condition, node=node).to_duckdb(join.name)}"
        return sql + ")"


def _specs(mapping: TableMapping) -> Iterator[tuple[str, ColumnMapping]]:
    yield from mapping.columns.items()
    for name, spec in mapping.custom.items():
        yield CUSTOM_PREFIX + name, spec


def _is_name(text: str) -> bool:
    """Whether an expression is but a name, so that it can only mean a column."""
    return bool(NAME.match(text)) and text.upper() not in {"NULL", "TRUE", "FALSE"}


def _column_named(text: str, scope: Scope) -> tuple[str, str] | None:
    """SQL and quarantine name of a column that is named outright; None for an expression."""
    found = scope.find(text)
    if found is not None:
        return f"{quote(BASE)}.{quote(found[0])}", found[0]
    alias, dot, column = text.partition(".")
    if dot:
        found = scope.find(column, alias)
        if found is not None and found[1] is not None:
            return f"{quote(found[1])}.{quote(found[0])}", f"{found[1]}.{found[0]}"
    return None


def _as_key(text: str, scope: Scope, alias: str) -> str:
    named = _column_named(text, scope)
    if named is not None:
        sql = named[0] if "." in named[1] or alias == BASE else _under(alias, named[1])
    else:
        expression = parse(text, scope)
        sql = replace(expression, node=lenient(expression.node)).to_duckdb(alias)
    return f"nullif(trim(CAST({sql} AS VARCHAR)), '')"


def _under(alias: str, name: str) -> str:
    return f"{quote(alias)}.{quote(name)}"


def lenient(node: Node) -> Node:
    """``node`` with every cast giving NULL where a cell does not fit, so that the row alone is
    refused and not the whole file."""
    changes: dict[str, object] = {}
    for name in node.__dataclass_fields__:
        value = getattr(node, name)
        if isinstance(value, Node):
            changes[name] = lenient(value)
        elif isinstance(value, tuple) and any(isinstance(item, Node) for item in value):
            changes[name] = tuple(
                lenient(item) if isinstance(item, Node) else item for item in value
            )
    if isinstance(node, CastNode):
        changes["lenient"] = True
    return replace(node, **changes) if changes else node  # type: ignore[arg-type]


def _at(problem: Problem, file: str, column: str | None) -> Problem:
    return replace(problem, file=problem.file or file, column=problem.column or column)
