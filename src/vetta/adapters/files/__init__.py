"""Readers of files: CSV, Excel, Parquet, JSON Lines, packed or not, into tables of text."""

from vetta.adapters.files.archives import is_zip, unpack_zip
from vetta.adapters.files.limits import LIMITS, Limits
from vetta.adapters.files.reader import ROW, FileOptions, SourceTable, read_file

__all__ = [
    "LIMITS",
    "ROW",
    "FileOptions",
    "Limits",
    "SourceTable",
    "is_zip",
    "read_file",
    "unpack_zip",
]
