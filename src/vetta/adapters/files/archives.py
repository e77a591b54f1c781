"""Unpacking gzip and zip with a firm hand: no bombs, no paths that leave, no archives inside."""

from __future__ import annotations

import gzip
import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import IO, cast

from vetta.adapters.files.limits import LIMITS, Limits
from vetta.kernel.problem import Problem, ProblemError

CHUNK = 1 << 20
ARCHIVES = (".zip", ".gz", ".tar", ".tgz", ".bz2", ".xz", ".7z", ".rar", ".zst")


def is_zip(path: Path) -> bool:
    """Whether the file is a zip archive by its first bytes, and no Excel workbook."""
    if path.suffix.lower() in {".xlsx", ".xlsm", ".xlsb", ".ods"}:
        return False
    with path.open("rb") as handle:
        return handle.read(4) == b"PK\x03\x04"


def is_gzip(path: Path) -> bool:
    """Whether the file is gzip by its first bytes."""
    with path.open("rb") as handle:
        return handle.read(2) == b"\x1f\x8b"


def unpack_gzip(path: Path, target: Path, limits: Limits = LIMITS) -> Path:
    """Unpack a gzip file into ``target`` (a folder) and return the new file.

    Raises:
        ProblemError: ``files.damaged_archive`` or ``files.archive_too_large``.
    """
    target.mkdir(parents=True, exist_ok=True)
    name = path.name[:-3] if path.name.lower().endswith(".gz") else path.name + ".unpacked"
    out = target / name
    try:
        with gzip.open(path, "rb") as source:
            _copy(cast("IO[bytes]", source), out, path.stat().st_size, path.name, limits)
    except (OSError, EOFError, zlib.error) as error:
        raise ProblemError(_damaged(path.name, error)) from error
    return out


def unpack_zip(path: Path, target: Path, limits: Limits = LIMITS) -> list[Path]:
    """Unpack a zip archive into ``target`` and return its files.

    Raises:
        ProblemError: for an unsafe path, a link, an encrypted or nested archive, a bomb, or a
            damaged file; nothing of the archive is used then.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            for member in members:
                _check_member(member, path.name)
            _check_sizes(members, path, limits)
            return [_extract(archive, member, target, limits) for member in members]
    except (zipfile.BadZipFile, NotImplementedError, EOFError, zlib.error) as error:
        raise ProblemError(_damaged(path.name, error)) from error


def check_workbook(path: Path, limits: Limits = LIMITS) -> None:
    """Refuse an Excel workbook (a zip inside) that would unpack into a bomb."""
    try:
        with zipfile.ZipFile(path) as archive:
            _check_sizes(archive.infolist(), path, limits)
    except zipfile.BadZipFile:
        return  # the old binary format is no zip; the reader judges it


def _check_member(member: zipfile.ZipInfo, archive: str) -> None:
    name = member.filename.replace("\\", "/")
    pure = PurePosixPath(name)
    if pure.is_absolute() or ".." in pure.parts or ":" in name or "\x00" in name:
        raise ProblemError(
            Problem(
                "files.unsafe_path",
                f"The archive holds a file whose path leaves the archive: {member.filename!r}.",
                "Pack the files again with plain names.",
                file=archive,
            )
        )
    if stat.S_ISLNK(member.external_attr >> 16):
        raise ProblemError(
            Problem(
                "files.unsafe_path",
                f"The archive holds a link: {member.filename!r}.",
                "Pack the file itself instead of a link to it.",
                file=archive,
            )
        )
    if member.flag_bits & 0x1:
        raise ProblemError(
            Problem(
                "files.encrypted",
                f"{member.filename!r} in the archive is encrypted.",
                "Pack the files without a password.",
                file=archive,
            )
        )
    if name.lower().endswith(ARCHIVES) and not name.lower().endswith((".csv.gz", ".jsonl.gz")):
        raise ProblemError(_nested(member.filename, archive))


def _nested(member: str, archive: str) -> Problem:
    return Problem(
        "files.nested_archive",
        f"The archive holds another archive: {member!r}.",
        "Pack the data files directly, without an archive inside the archive.",
        file=archive,
    )


def _check_sizes(members: list[zipfile.ZipInfo], path: Path, limits: Limits) -> None:
    unpacked = sum(member.file_size for member in members)
    if len(members) > limits.members or not limits.allows(unpacked, path.stat().st_size):
        raise ProblemError(_too_large(path.name))


def _extract(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, limits: Limits
) -> Path:
    out = target / PurePosixPath(member.filename.replace("\\", "/"))
    out.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(member) as source:
        # The sizes in the directory of the archive may lie: count while unpacking.
        _copy(source, out, member.compress_size, member.filename, limits)
    if not out.name.lower().endswith(".gz") and is_gzip(out):
        raise ProblemError(_nested(member.filename, archive.filename or ""))
    return out


def _copy(source: IO[bytes], out: Path, packed: int, name: str, limits: Limits) -> None:
    total = 0
    with out.open("wb") as sink:
        while chunk := source.read(CHUNK):
            total += len(chunk)
            if not limits.allows(total, packed):
                raise ProblemError(_too_large(name))
            sink.write(chunk)


def _too_large(name: str) -> Problem:
    return Problem(
        "files.archive_too_large",
        "The archive would unpack into far more than its size allows.",
        "Send the files unpacked, or in several archives.",
        file=name,
    )


def _damaged(name: str, error: Exception) -> Problem:
    return Problem(
        "files.damaged_archive",
        f"The archive cannot be unpacked: {error}.",
        "Pack it again, or copy it again: it may be cut short.",
        file=name,
    )
