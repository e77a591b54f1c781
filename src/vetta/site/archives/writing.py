"""Writing a backup: the database first, then the facts at the versions it has published."""

from __future__ import annotations

import hashlib
import io
import json
import os
import sqlite3
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import connection

import vetta
from vetta.core import clock
from vetta.intake import selectors, services
from vetta.intake.services.locking import writer_lock
from vetta.site.archives import postgres
from vetta.site.archives.facts import files_until
from vetta.site.archives.manifest import (
    HEADER,
    MANIFEST,
    POSTGRES,
    SQLITE,
    ArchiveSummary,
    Entry,
    refuse,
)

Progress = Callable[[int, int], None]  # bytes done, bytes in all


def default_name(now: datetime) -> str:
    return f"vetta-backup-{now:%Y%m%dT%H%M%SZ}.tar.gz"


def write_archive(target: Path, progress: Progress | None = None) -> ArchiveSummary:
    """Write the whole data folder to ``target``, readable by its owner alone.

    Imports wait while the database is copied; afterwards they may go on, because the files of a
    published version never change.

    Raises:
        ProblemError: ``backup.exists``, ``backup.unfinished_import``, ``backup.tool_missing``.
    """
    if target.exists():
        raise refuse(
            "exists", f"{target} exists already.", "Give another name with --output, or remove it."
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".vetta-backup-", dir=target.parent) as aside:
        with writer_lock():
            _settle_imports()
            name, copy = _copy_database(Path(aside))
            versions = selectors.snapshot()[1]
        part = Path(aside) / "part"
        files = [(name, copy), *_files(versions)]
        summary = _write(part, files, versions, name, progress)
        os.replace(part, target)
    return summary


def _settle_imports() -> None:
    """Finish or roll back what a killed import left, so that no journal outlives its files."""
    services.recover()
    if selectors.unfinished().get("committing"):
        raise refuse(
            "unfinished_import",
            "An interrupted import could not be finished.",
            "Ask vetta doctor; a backup would hold half of that import.",
        )


def _copy_database(aside: Path) -> tuple[str, Path]:
    if connection.vendor == "postgresql":
        copy = aside / POSTGRES
        postgres.dump(os.environ["DATABASE_URL"], copy)
        return POSTGRES, copy
    copy = aside / SQLITE
    source = sqlite3.connect(settings.DATABASES["default"]["NAME"], timeout=60)
    target = sqlite3.connect(copy)
    try:
        # SQLite's online backup: a consistent copy, whatever is written meanwhile.
        source.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")
    finally:
        target.close()
        source.close()
    return SQLITE, copy


def _files(versions: dict[str, int]) -> Iterator[tuple[str, Path]]:
    home = settings.VETTA_HOME
    for table, version in versions.items():
        for path in files_until(home.facts / table, version):
            yield str(path.relative_to(home.root)), path
    for path in sorted(home.files.rglob("*")):
        if path.is_file() and "incoming" not in path.relative_to(home.files).parts[:1]:
            yield str(path.relative_to(home.root)), path
    for name in ("secret.key", "demo"):
        if (home.root / name).is_file():
            yield name, home.root / name


def _write(
    part: Path,
    files: list[tuple[str, Path]],
    versions: dict[str, int],
    database: str,
    progress: Progress | None,
) -> ArchiveSummary:
    summary = ArchiveSummary(
        created_at=clock.now().isoformat(timespec="seconds"),
        program=f"vetta {vetta.__version__}",
        database="postgresql" if database == POSTGRES else "sqlite",
        versions=versions,
    )
    total = sum(path.stat().st_size for _, path in files)
    done = 0
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as raw:
        # Parquet is compressed already: more effort would cost time and save little.
        with tarfile.open(fileobj=raw, mode="w:gz", compresslevel=1) as archive:
            _add_json(archive, HEADER, summary.header())
            for name, path in files:
                summary.entries[name] = _add(archive, name, path)
                done += summary.entries[name].size
                if progress is not None:
                    progress(done, total)
            _add_json(archive, MANIFEST, summary.manifest())
        raw.flush()
        os.fsync(raw.fileno())
    return summary


def _add(archive: tarfile.TarFile, name: str, path: Path) -> Entry:
    member = tarfile.TarInfo(name)
    with path.open("rb") as handle:
        member.size = os.fstat(handle.fileno()).st_size
        member.mode = 0o600
        member.mtime = int(path.stat().st_mtime)
        reader = _Hashing(handle)
        archive.addfile(member, reader)  # type: ignore[arg-type]
    return Entry(member.size, reader.digest.hexdigest())


def _add_json(archive: tarfile.TarFile, name: str, value: object) -> None:
    text = json.dumps(value, indent=1, sort_keys=True).encode()
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(text), 0o600
    archive.addfile(member, io.BytesIO(text))


class _Hashing:
    """Reads through and keeps the hash, so that each file is read once."""

    def __init__(self, handle: BinaryIO) -> None:
        self.handle = handle
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        block = self.handle.read(size)
        self.digest.update(block)
        return block
