"""Find the files of a mapping in what was sent, and read each once."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from vetta.adapters.files import FileOptions, SourceTable, is_zip, read_file, unpack_zip
from vetta.intake.mapping import FileMapping, Mapping
from vetta.kernel.problem import Problem, ProblemError, Severity

Progress = Callable[[str, int, int | None], None]


@dataclass
class Delivery:
    """What was sent: every file by its path within the folder or archive."""

    files: dict[str, Path] = field(default_factory=dict)

    @property
    def total_bytes(self) -> int:
        return sum(path.stat().st_size for path in self.files.values())


def open_delivery(paths: Iterable[Path], folder: Path) -> Delivery:
    """List the files of ``paths``: files, folders, zip archives (unpacked into ``folder``).

    Raises:
        ProblemError: where a path does not exist or an archive is unsafe.
    """
    delivery = Delivery()
    for number, path in enumerate(paths):
        if not path.exists():
            raise ProblemError(
                Problem(
                    "intake.no_such_path",
                    f"There is no file or folder {str(path)!r}.",
                    "Check the path.",
                    file=path.name,
                )
            )
        if path.is_dir():
            root = path.resolve()
            for found in sorted(root.rglob("*")):
                # A link may not lead out of the folder.
                if found.is_file() and found.resolve().is_relative_to(root):
                    delivery.files[str(found.relative_to(root))] = found
        elif is_zip(path):
            target = folder / f"archive-{number}"
            for found in unpack_zip(path, target):
                delivery.files[str(found.relative_to(target))] = found
        else:
            delivery.files[path.name] = path
    return delivery


def read_sources(
    connection: duckdb.DuckDBPyConnection,
    mapping: Mapping,
    delivery: Delivery,
    folder: Path,
    progress: Progress,
) -> tuple[dict[str, SourceTable], list[Problem]]:
    """Read every file that the mapping uses.

    Returns:
        The tables by their name in the mapping, and the problems of those that failed.
    """
    used = _used(mapping)
    sources: dict[str, SourceTable] = {}
    problems: list[Problem] = []
    done = 0
    for number, name in enumerate(used):
        wanted = mapping.files[name]
        progress("reading", done, delivery.total_bytes)
        try:
            path = _find(wanted, delivery, len(used) == 1)
            if path is None:
                problems.append(_absent(name, wanted))
                continue
            work = folder / f"file-{number}"
            work.mkdir(parents=True, exist_ok=True)
            sources[name] = read_file(connection, path, name, work, _options(wanted))
            done += path.stat().st_size
        except ProblemError as error:
            problems += error.problems
    progress("reading", done, done)
    return sources, problems


def _used(mapping: Mapping) -> list[str]:
    named: dict[str, None] = {}
    for sections in mapping.tables.values():
        for section in sections:
            named[section.from_] = None
            named.update(dict.fromkeys(join.file for join in section.join))
    return list(named)


def _find(wanted: FileMapping, delivery: Delivery, is_only: bool) -> Path | None:
    """The one file that a mapping's ``path`` means; None where an optional one is absent."""
    pattern = wanted.path.replace("\\", "/")
    while pattern.startswith("./"):
        pattern = pattern[2:]
    for candidates in (pattern, f"{pattern}.gz", f"*/{pattern}", f"*/{pattern}.gz"):
        found = [name for name in delivery.files if fnmatch.fnmatch(name, candidates)]
        if len(found) == 1:
            return delivery.files[found[0]]
        if len(found) > 1:
            raise ProblemError(
                Problem(
                    "intake.several_files",
                    f"{wanted.path!r} fits {len(found)} files: {', '.join(found[:5])}.",
                    "Send one of them, or name it fully in the mapping.",
                    file=wanted.path,
                )
            )
    if is_only and len(delivery.files) == 1:
        return next(iter(delivery.files.values()))
    if wanted.optional:
        return None
    there = ", ".join(list(delivery.files)[:10]) or "nothing"
    raise ProblemError(
        Problem(
            "intake.file_missing",
            f"The file {wanted.path!r} was not sent.",
            f"Sent was: {there}. Correct its path: in the mapping, or mark it optional: true.",
            file=wanted.path,
        )
    )


def _absent(name: str, wanted: FileMapping) -> Problem:
    return Problem(
        "intake.optional_file_absent",
        f"The optional file {wanted.path!r} was not sent; what {name} feeds stays as it is.",
        "Nothing to do if that is meant.",
        Severity.NOTICE,
        file=wanted.path,
    )


def _options(wanted: FileMapping) -> FileOptions:
    return FileOptions(
        format=wanted.format,
        delimiter=wanted.delimiter,
        quote=wanted.quote,
        encoding=wanted.encoding,
        sheet=wanted.sheet,
        skip=wanted.skip,
        header=wanted.header,
        names=tuple(wanted.names),
    )
