"""Uploaded files: checked by content, named safely, kept once per content."""

from vetta.core.files.kinds import FileKind, safe_name, sniff
from vetta.core.files.services import clear_unfinished, discard, path_of, store_upload

__all__ = [
    "FileKind",
    "clear_unfinished",
    "discard",
    "path_of",
    "safe_name",
    "sniff",
    "store_upload",
]
