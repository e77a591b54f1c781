"""What a file is, by its first bytes; what it claims to be by name counts for text alone."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from pathlib import PurePosixPath, PureWindowsPath


class FileKind(StrEnum):
    """Kinds of files that Vetta reads; the value is the media type."""

    CSV = "text/csv"
    TEXT = "text/plain"
    JSON_LINES = "application/x-ndjson"
    JSON = "application/json"
    YAML = "application/yaml"
    EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    EXCEL_OLD = "application/vnd.ms-excel"
    PARQUET = "application/vnd.apache.parquet"
    GZIP = "application/gzip"
    ZIP = "application/zip"
    PDF = "application/pdf"
    PNG = "image/png"
    JPEG = "image/jpeg"
    UNKNOWN = "application/octet-stream"


HEAD = 64 * 1024
"""How many bytes ``sniff`` wants to see."""

_MAGIC = (
    (b"PAR1", FileKind.PARQUET),
    (b"\x1f\x8b", FileKind.GZIP),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", FileKind.EXCEL_OLD),
    (b"%PDF-", FileKind.PDF),
    (b"\x89PNG\r\n\x1a\n", FileKind.PNG),
    (b"\xff\xd8\xff", FileKind.JPEG),
)
_NOT_TEXT = (b"\x7fELF", b"MZ", b"\xca\xfe\xba\xbe", b"BZh", b"7z\xbc\xaf\x27\x1c", b"\xfd7zXZ")
_BY_NAME = {
    ".csv": FileKind.CSV,
    ".tsv": FileKind.CSV,
    ".tab": FileKind.CSV,
    ".txt": FileKind.CSV,
    ".psv": FileKind.CSV,
    ".jsonl": FileKind.JSON_LINES,
    ".ndjson": FileKind.JSON_LINES,
    ".json": FileKind.JSON,
    ".yaml": FileKind.YAML,
    ".yml": FileKind.YAML,
}
_LONGEST_NAME = 200


def sniff(name: str, head: bytes) -> FileKind:
    """The kind of a file.

    Args:
        name: its name, whose ending tells one text format from another.
        head: its first ``HEAD`` bytes, or all of a shorter file.
    """
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    if head.startswith(b"PK\x03\x04"):
        is_excel = b"[Content_Types].xml" in head or name.lower().endswith((".xlsx", ".xlsm"))
        return FileKind.EXCEL if is_excel else FileKind.ZIP
    if head.startswith(b"PK\x05\x06"):
        return FileKind.ZIP  # an empty archive
    if head.startswith(_NOT_TEXT) or not _is_text(head):
        return FileKind.UNKNOWN
    return _BY_NAME.get(PurePosixPath(name.lower()).suffix, FileKind.TEXT)


def _is_text(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True  # UTF-16 or UTF-32 with its mark
    nul = head.count(0)
    if not nul:
        return True
    # UTF-16 without a mark: in Western text every other byte is zero.
    return max(head[0::2].count(0), head[1::2].count(0)) > 0.9 * nul and nul > len(head) / 4


_CONTROL = re.compile(r"[\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def safe_name(name: str) -> str:
    """A name to show and to offer for download: no folders, no control or direction characters.

    Never used as a path: files lie under their content's hash.
    """
    last = PureWindowsPath(PurePosixPath(unicodedata.normalize("NFC", name)).name).name
    clean = _CONTROL.sub("", last).strip(" .") or "file"
    if len(clean) <= _LONGEST_NAME:
        return clean
    ending = "".join(PurePosixPath(clean).suffixes[-2:])[-20:]
    return clean[: _LONGEST_NAME - len(ending)] + ending
