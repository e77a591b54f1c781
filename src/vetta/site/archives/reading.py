"""Checking and restoring a backup. Needs no Django: the program may not be able to start yet."""

from __future__ import annotations

import hashlib
import os
import shutil
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from vetta.core.data_folder import DataFolder
from vetta.site.archives import postgres
from vetta.site.archives.manifest import (
    HEADER,
    MANIFEST,
    POSTGRES,
    SQLITE,
    ArchiveSummary,
    Entry,
    check_name,
    damaged,
    not_an_archive,
    read_header,
    read_manifest,
    refuse,
)

BLOCK = 1024 * 1024
LARGEST_LIST = 256 * 1024 * 1024  # bytes of the list of files
SPARE = 64 * 1024 * 1024  # bytes of disk that are left free


def check_archive(source: Path) -> ArchiveSummary:
    """Read the whole archive and compare every hash; write nothing.

    Raises:
        ProblemError: ``backup.*``.
    """
    return _read(source, None)


def restore_archive(source: Path, home: Path, database_url: str | None = None) -> ArchiveSummary:
    """Bring an archive back into an empty data folder: all of it, or nothing.

    Args:
        database_url: where the workspace belongs, if that is PostgreSQL; it must be empty.

    Raises:
        ProblemError: ``backup.home_not_empty``, ``backup.wrong_database``, ``backup.*``.
    """
    _check_home(home)
    home.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=".vetta-restore-", dir=home.parent))
    try:
        summary = _read(source, aside)
        _check_database(summary, database_url)
        _check_home(home)  # unpacking took a while
        if summary.database == "postgresql":
            postgres.load(str(database_url), aside / POSTGRES)
            (aside / POSTGRES).unlink()
        _move_in(aside, home)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    DataFolder(home).ensure()
    return summary


def _check_home(home: Path) -> None:
    if not home.exists():
        return
    if home.is_dir() and not any(path.is_file() or path.is_symlink() for path in home.rglob("*")):
        return
    raise refuse(
        "home_not_empty",
        f"{home} is not empty; restoring never overwrites anything.",
        "Choose a new folder with --home DIR.",
    )


def _check_database(summary: ArchiveSummary, url: str | None) -> None:
    wants_postgres = summary.database == "postgresql"
    if wants_postgres and not postgres.is_postgres(url):
        raise refuse(
            "wrong_database",
            "The archive holds a PostgreSQL workspace.",
            "Set DATABASE_URL to an empty PostgreSQL database and restore again.",
        )
    if not wants_postgres and postgres.is_postgres(url):
        raise refuse(
            "wrong_database",
            "The archive holds an SQLite workspace, but DATABASE_URL names PostgreSQL.",
            "Unset DATABASE_URL and restore again.",
        )


def _move_in(aside: Path, home: Path) -> None:
    if home.exists():
        for folder in sorted((p for p in home.rglob("*") if p.is_dir()), reverse=True):
            folder.rmdir()
        home.rmdir()
    os.chmod(aside, 0o700)
    os.rename(aside, home)


def _read(source: Path, target: Path | None) -> ArchiveSummary:
    """Go through the archive once; ``target`` receives the files."""
    if not source.is_file():
        raise refuse("not_found", f"There is no file {source}.", "Give the path of a backup.")
    try:
        with tarfile.open(source, mode="r|gz") as archive:
            return _compare(_members(archive), target)
    except (tarfile.TarError, EOFError, zlib.error, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        if isinstance(error, tarfile.ReadError) and "not a gzip file" in str(error):
            raise not_an_archive() from None
        raise damaged("it cannot be read to its end") from None


def _members(archive: tarfile.TarFile) -> Iterator[tuple[tarfile.TarInfo, tarfile.ExFileObject]]:
    for member in archive:
        handle = archive.extractfile(member) if member.isreg() else None
        if handle is None or member.issparse():
            raise refuse(
                "foreign_file",
                f"The archive holds {member.name[:200]!r}, which is no plain file.",
                "Nothing was restored. Find out who made this archive.",
            )
        yield member, handle  # type: ignore[misc]


def _compare(
    members: Iterator[tuple[tarfile.TarInfo, tarfile.ExFileObject]], target: Path | None
) -> ArchiveSummary:
    summary: ArchiveSummary | None = None
    found: dict[str, Entry] = {}
    listed: dict[str, Entry] | None = None
    for member, handle in members:
        if summary is None:
            if member.name != HEADER or member.size > BLOCK:
                raise not_an_archive()
            summary = read_header(handle.read())
        elif listed is not None:
            raise damaged("something follows its list of files")
        elif member.name == MANIFEST:
            if member.size > LARGEST_LIST:
                raise damaged("its list of files is too long")
            listed = read_manifest(handle.read())
        else:
            name = check_name(member.name)
            if name in found:
                raise damaged(f"it holds {name} twice")
            found[name] = _take(handle, None if target is None else target / name)
    if summary is None:
        raise not_an_archive()
    if listed is None:
        raise damaged("its end is missing")
    _check_entries(summary, found, listed)
    summary.entries = found
    return summary


def _check_entries(
    summary: ArchiveSummary, found: dict[str, Entry], listed: dict[str, Entry]
) -> None:
    for name in sorted({*found, *listed}):
        if found.get(name) != listed.get(name):
            raise damaged(f"{name} is not as it was written")
    if (POSTGRES if summary.database == "postgresql" else SQLITE) not in found:
        raise damaged("it holds no workspace")


def _take(handle: tarfile.ExFileObject, target: Path | None) -> Entry:
    digest = hashlib.sha256()
    size = 0
    if target is None:
        while block := handle.read(BLOCK):
            digest.update(block)
            size += len(block)
        return Entry(size, digest.hexdigest())
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        while block := handle.read(BLOCK):
            _check_space(target.parent, len(block))
            out.write(block)
            digest.update(block)
            size += len(block)
        out.flush()
        os.fsync(out.fileno())
    return Entry(size, digest.hexdigest())


def _check_space(folder: Path, needed: int) -> None:
    if shutil.disk_usage(folder).free < needed + SPARE:
        raise refuse(
            "disk_full",
            "There is not enough room to unpack the archive.",
            "Nothing was restored. Make room, or choose another disk with --home DIR.",
        )
