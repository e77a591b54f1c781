"""What an archive says about itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from vetta.kernel.problem import Problem, ProblemError

FORMAT = 1
HEADER = "vetta-backup.json"
MANIFEST = "manifest.json"
SQLITE = "workspace.sqlite3"
POSTGRES = "workspace.pgdump"
# What an archive may hold, by the first part of the path.
FOLDERS = frozenset({"facts", "files"})
FILES = frozenset({SQLITE, POSTGRES, "secret.key", "demo"})


@dataclass(frozen=True)
class Entry:
    """One file: bytes, and the SHA-256 of its content in hexadecimal."""

    size: int
    sha256: str


@dataclass
class ArchiveSummary:
    """What was written, checked or restored.

    Args:
        database: ``sqlite`` or ``postgresql``.
        versions: fact table → the published version that the archive holds.
    """

    created_at: str
    program: str
    database: str
    versions: Mapping[str, int]
    entries: dict[str, Entry] = field(default_factory=dict)

    @property
    def bytes(self) -> int:
        """Bytes of all files, unpacked."""
        return sum(entry.size for entry in self.entries.values())

    def header(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "program": self.program,
            "created_at": self.created_at,
            "database": self.database,
            "versions": dict(self.versions),
        }

    def manifest(self) -> dict[str, Any]:
        return {
            "files": {
                name: {"size": entry.size, "sha256": entry.sha256}
                for name, entry in self.entries.items()
            }
        }

    def as_json(self) -> dict[str, Any]:
        """The form of the command line."""
        return {
            "created_at": self.created_at,
            "program": self.program,
            "database": self.database,
            "tables": dict(self.versions),
            "files": len(self.entries),
            "bytes": self.bytes,
        }


def refuse(code: str, message: str, hint: str) -> ProblemError:
    """The error for an archive that cannot be used."""
    return ProblemError(Problem(f"backup.{code}", message, hint))


def damaged(detail: str) -> ProblemError:
    return refuse(
        "damaged",
        f"The archive is damaged: {detail}.",
        "Nothing was restored. Use another backup, or copy this one again.",
    )


def read_header(text: bytes) -> ArchiveSummary:
    """The first member.

    Raises:
        ProblemError: ``backup.not_an_archive``, ``backup.newer_format``.
    """
    try:
        data = json.loads(text)
        if data["format"] > FORMAT:
            raise refuse(
                "newer_format",
                f"The archive was written by {data['program']}, which is newer than this program.",
                "Restore it with that version, or a later one.",
            )
        return ArchiveSummary(
            created_at=str(data["created_at"]),
            program=str(data["program"]),
            database=str(data["database"]),
            versions={str(name): int(version) for name, version in data["versions"].items()},
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        raise not_an_archive() from None


def not_an_archive() -> ProblemError:
    return refuse(
        "not_an_archive",
        "This is no backup of Vetta.",
        "Give the file that vetta backup wrote: vetta-backup-….tar.gz",
    )


def read_manifest(text: bytes) -> dict[str, Entry]:
    """The last member."""
    try:
        files = json.loads(text)["files"]
        return {
            str(name): Entry(int(entry["size"]), str(entry["sha256"]))
            for name, entry in files.items()
        }
    except (ValueError, KeyError, TypeError, AttributeError):
        raise damaged("its list of files cannot be read") from None


def check_name(name: str) -> str:
    """The name of a member, where an archive may hold it; nothing outside the data folder."""
    path = PurePosixPath(name)
    is_plain = (
        name == path.as_posix()
        and not path.is_absolute()
        and ".." not in path.parts
        and "\\" not in name
        and "\x00" not in name
        and len(name) < 1_000
    )
    is_known = name in FILES or (len(path.parts) > 1 and path.parts[0] in FOLDERS)
    if is_plain and is_known:
        return name
    raise refuse(
        "foreign_file",
        f"The archive holds {name[:200]!r}, which no backup of Vetta does.",
        "Nothing was restored. Find out who made this archive.",
    )
