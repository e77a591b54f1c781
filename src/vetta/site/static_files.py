"""Collecting static files, only when they changed since the last time."""

from __future__ import annotations

import hashlib

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

import vetta


def collect() -> bool:
    """Copy, name by content and compress all static files; False where nothing had changed."""
    stamp = settings.STATIC_ROOT / ".collected"
    mark = _mark()
    if stamp.exists() and stamp.read_text() == mark:
        return False
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(mark)
    return True


def _mark() -> str:
    """A digest of every static file's path, size and time."""
    digest = hashlib.sha256(vetta.__version__.encode())
    for finder in get_finders():
        for path, storage in finder.list([]):
            size, modified = storage.size(path), storage.get_modified_time(path)
            digest.update(f"{path} {size} {modified}\n".encode())
    return digest.hexdigest()
