"""Which encoding a text file has, and a UTF-8 copy of it where it is another."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from pathlib import Path

from charset_normalizer import from_bytes

from vetta.kernel.problem import Problem, ProblemError, Severity

CHUNK = 4 << 20
SAMPLE = 256 << 10
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
NO_BREAK_SPACE = "\u00a0".encode()
BROKEN = "\ufffd"
"""Stands where bytes could not be read; a cell that holds it is refused."""


@dataclass(frozen=True, slots=True)
class TextFile:
    """A file in UTF-8 without a byte order mark.

    Args:
        broken: some cells hold ``BROKEN``.
        odd_spaces: it may hold tabs or no-break spaces.
    """

    path: Path
    encoding: str
    broken: bool = False
    odd_spaces: bool = True
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Census:
    """What the bytes of a file are, read as UTF-8: sound characters beyond ASCII, places that are
    not sound, and whether there are tabs or no-break spaces."""

    valid: int
    damaged: int
    odd_spaces: bool


def as_utf8(path: Path, declared: str | None, folder: Path) -> TextFile:
    """``path`` itself where it is plain UTF-8, else a UTF-8 copy in ``folder``.

    Raises:
        ProblemError: ``files.unknown_encoding`` or ``files.not_text``.
    """
    with path.open("rb") as handle:
        head = handle.read(SAMPLE)
    if declared:
        return _declared(path, declared, head, folder)
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            return _copy(path, encoding, folder)
    if b"\x00" in head:
        return _without_mark(path, head, folder)
    census = _utf8_census(path)
    if census.damaged == 0:
        return TextFile(path, "utf-8", odd_spaces=census.odd_spaces)
    if census.valid > census.damaged:
        return _copy(path, "utf-8", folder)
    return _guess(path, folder)


def _declared(path: Path, declared: str, head: bytes, folder: Path) -> TextFile:
    try:
        name = codecs.lookup(declared).name
    except LookupError:
        raise ProblemError(
            Problem(
                "files.unknown_encoding",
                f"There is no encoding called {declared!r}.",
                "Use a name such as utf-8, cp1252, iso-8859-15 or utf-16.",
                file=path.name,
            )
        ) from None
    if name == "utf-8":
        if head.startswith(codecs.BOM_UTF8):
            return _copy(path, "utf-8-sig", folder)
        census = _utf8_census(path)
        if census.damaged == 0:
            return TextFile(path, "utf-8", odd_spaces=census.odd_spaces)
    return _copy(path, name, folder)


def _without_mark(path: Path, head: bytes, folder: Path) -> TextFile:
    even, odd = head[0::2].count(0), head[1::2].count(0)
    half = len(head) // 2 or 1
    if odd > 0.4 * half and even < 0.1 * half:
        return _copy(path, "utf-16-le", folder)
    if even > 0.4 * half and odd < 0.1 * half:
        return _copy(path, "utf-16-be", folder)
    raise ProblemError(
        Problem(
            "files.not_text",
            "The file is no text: it holds zero bytes.",
            "Send CSV, Excel, Parquet or JSON Lines, and give the file its usual ending.",
            file=path.name,
        )
    )


def _utf8_census(path: Path) -> Census:
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    valid = damaged = 0
    odd_spaces = False
    with path.open("rb") as handle:
        while chunk := handle.read(CHUNK):
            odd_spaces = odd_spaces or b"\t" in chunk or NO_BREAK_SPACE in chunk
            if chunk.isascii():
                continue
            text = decoder.decode(chunk)
            broken = text.count(BROKEN)
            damaged += broken
            if broken or not valid:
                valid += sum(1 for character in text if character > "\x7f") - broken
    damaged += decoder.decode(b"", final=True).count(BROKEN)
    return Census(valid, damaged, odd_spaces)


def _guess(path: Path, folder: Path) -> TextFile:
    with path.open("rb") as handle:
        sample = b"".join(line for line in handle.readlines(CHUNK) if not line.isascii())
    best = from_bytes(sample[:SAMPLE]).best()
    encoding = "cp1252" if best is None else best.encoding
    # Western exports are taken for rarer code pages when the sample is short.
    if encoding not in {"cp1252", "cp1251", "cp1253"} and _decodes(sample, "cp1252"):
        encoding = "cp1252"
    notice = Problem(
        "files.encoding_guessed",
        f"The file is not UTF-8; it was read as {encoding}.",
        "If letters look wrong, name the encoding in the mapping: encoding: cp1252.",
        Severity.NOTICE,
        file=path.name,
    )
    copied = _copy(path, encoding, folder)
    return TextFile(copied.path, encoding, copied.broken, problems=(notice, *copied.problems))


def _decodes(sample: bytes, encoding: str) -> bool:
    try:
        sample.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _copy(path: Path, encoding: str, folder: Path) -> TextFile:
    folder.mkdir(parents=True, exist_ok=True)
    out = folder / f"{path.name}.utf8"
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    broken = False
    with path.open("rb") as source, out.open("wb") as sink:
        while chunk := source.read(CHUNK):
            text = decoder.decode(chunk)
            broken = broken or BROKEN in text
            sink.write(text.encode("utf-8"))
        text = decoder.decode(b"", final=True)
        broken = broken or BROKEN in text
        sink.write(text.encode("utf-8"))
    return TextFile(out, encoding, broken)
