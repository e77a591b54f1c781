"""The data folder (``VETTA_HOME``): where everything that Vetta keeps on disk lives."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class DataFolder:
    """The folders under one data folder; created on first use, private to its owner."""

    root: Path

    @property
    def database(self) -> Path:
        return self.root / "workspace.sqlite3"

    @property
    def facts(self) -> Path:
        """The Delta tables."""
        return self.root / "facts"

    @property
    def files(self) -> Path:
        """Uploaded files, named by content hash."""
        return self.root / "files"

    @property
    def staging(self) -> Path:
        """Validated rows of unfinished batches."""
        return self.root / "staging"

    @property
    def cache(self) -> Path:
        """Derived data that may be deleted at any time."""
        return self.root / "cache"

    def ensure(self) -> DataFolder:
        for folder in (self.root, self.facts, self.files, self.staging, self.cache):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return self

    def secret_key(self) -> str:
        """The installation's secret, made once with mode 0600."""
        path = self.root / "secret.key"
        if not path.exists():
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Written aside and linked, so that two first starts agree on one key.
            aside = self.root / f".secret.{os.getpid()}.{secrets.token_hex(4)}"
            descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as handle:
                handle.write(secrets.token_urlsafe(64))
            try:
                os.link(aside, path)
            except FileExistsError:
                pass
            finally:
                aside.unlink()
        return path.read_text().strip()


def default_root() -> Path:
    """``VETTA_HOME``, else ``~/.local/share/vetta``."""
    configured = os.environ.get("VETTA_HOME")
    if configured:
        return Path(configured).expanduser().resolve()
    return Path.home() / ".local" / "share" / "vetta"
