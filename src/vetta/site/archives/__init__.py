"""Backups: one archive that holds workspace, facts and files as of one moment.

An archive is a tar, gzipped: ``vetta-backup.json`` first (what it is), the data, and
``manifest.json`` last (every file with size and SHA-256). Restoring checks all of it beside the
data folder and moves it in place only then.
"""

from vetta.site.archives.manifest import ArchiveSummary
from vetta.site.archives.reading import check_archive, restore_archive

__all__ = ["ArchiveSummary", "check_archive", "restore_archive"]
