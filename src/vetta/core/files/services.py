"""Keeping uploads: streamed aside, hashed, checked, then moved under their hash in one step."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from vetta.core import clock
from vetta.core.access import Actor
from vetta.core.files.kinds import HEAD, FileKind, safe_name, sniff
from vetta.core.models import StoredFile
from vetta.kernel.problem import Problem, ProblemError

_CHUNK = 1024 * 1024
_UNFINISHED_FOR = 24 * 3600  # seconds after which an upload that never ended is swept away


def store_upload(
    source: UploadedFile | Path | BinaryIO,
    *,
    name: str,
    actor: Actor,
    kinds: Iterable[FileKind],
    max_bytes: int | None = None,
) -> StoredFile:
    """Keep a file.

    Args:
        source: what was uploaded, a file on disk (copied), or an open binary stream.
        name: as the sender calls it; kept in a safe form.
        kinds: what is allowed here.
        max_bytes: the installation's upload limit if None.

    Raises:
        ProblemError: ``core.file_empty``, ``core.file_too_large``, ``core.file_kind_refused``.
    """
    limit = settings.VETTA_UPLOAD_MAX_BYTES if max_bytes is None else max_bytes
    shown = safe_name(name)
    incoming = _incoming() / uuid4().hex
    try:
        digest, size, head = _receive(source, incoming, shown, limit)
        kind = _checked(shown, head, size, frozenset(kinds))
        _settle(incoming, _place(digest))
    finally:
        incoming.unlink(missing_ok=True)
    return StoredFile.objects.create(
        sha256=digest,
        name=shown,
        media_type=kind.value,
        size=size,
        uploaded_by=actor.user,
        uploaded_at=clock.now(),
    )


def path_of(stored: StoredFile) -> Path:
    """Where the bytes lie; read-only for everybody."""
    return _place(stored.sha256)


@transaction.atomic
def discard(stored: StoredFile) -> None:
    """Delete an upload; its bytes go with the last row that has them."""
    digest = stored.sha256
    stored.delete()
    if not StoredFile.objects.filter(sha256=digest).exists():
        transaction.on_commit(lambda: _place(digest).unlink(missing_ok=True))


def clear_unfinished() -> int:
    """Sweep away what interrupted uploads left; returns how many."""
    oldest = time.time() - _UNFINISHED_FOR
    swept = 0
    for path in _incoming().iterdir():
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < oldest:
                path.unlink()
                swept += 1
    return swept


def _incoming() -> Path:
    folder = settings.VETTA_HOME.files / "incoming"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _place(digest: str) -> Path:
    return settings.VETTA_HOME.files / digest[:2] / digest


def _chunks(source: UploadedFile | Path | BinaryIO) -> Iterator[bytes]:
    if isinstance(source, UploadedFile):
        yield from source.chunks(_CHUNK)
    elif isinstance(source, Path):
        with source.open("rb") as handle:
            yield from _chunks(handle)
    else:
        yield from iter(lambda: source.read(_CHUNK), b"")


def _receive(
    source: UploadedFile | Path | BinaryIO, target: Path, name: str, limit: int
) -> tuple[str, int, bytes]:
    """Write the bytes to ``target``; returns their hash, number and beginning."""
    digest, size, head = hashlib.sha256(), 0, b""
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as handle:
        for chunk in _chunks(source):
            size += len(chunk)
            if size > limit:
                raise ProblemError(_too_large(name, limit))
            digest.update(chunk)
            handle.write(chunk)
            if len(head) < HEAD:
                head += chunk[: HEAD - len(head)]
        handle.flush()
        os.fsync(handle.fileno())
    return digest.hexdigest(), size, head


def _settle(incoming: Path, place: Path) -> None:
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not place.exists():
        os.replace(incoming, place)
        place.chmod(0o400)


def _checked(name: str, head: bytes, size: int, kinds: frozenset[FileKind]) -> FileKind:
    if not size:
        raise ProblemError(
            Problem(
                code="core.file_empty",
                message=_("The file {name} is empty.").format(name=name),
                hint=_("Export it again, and look whether the export has rows."),
                file=name,
            )
        )
    kind = sniff(name, head)
    if kind in kinds:
        return kind
    raise ProblemError(
        Problem(
            code="core.file_kind_refused",
            message=_("The file {name} is of a kind that is not read here ({kind}).").format(
                name=name, kind=kind.value
            ),
            hint=_("Send one of: {kinds}.").format(
                kinds=", ".join(sorted(each.value for each in kinds))
            ),
            file=name,
        )
    )


def _too_large(name: str, limit: int) -> Problem:
    return Problem(
        code="core.file_too_large",
        message=_("The file {name} is larger than {limit} MB.").format(
            name=name, limit=max(1, limit // 1024**2)
        ),
        hint=_("Split it, or compress it, or ask the administrator to raise the limit."),
        file=name,
        details={"limit_bytes": limit},
    )
