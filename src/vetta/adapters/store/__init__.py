"""The fact store: a folder of Delta Lake tables, read by DuckDB, committed through delta-rs."""

from vetta.adapters.store.change import Change, Counts, FileAdd
from vetta.adapters.store.connection import connect
from vetta.adapters.store.lock import WriterLock
from vetta.adapters.store.store import FactStore

__all__ = ["Change", "Counts", "FactStore", "FileAdd", "WriterLock", "connect"]
