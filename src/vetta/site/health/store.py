"""Whether the fact store can be read: every table opens and its files are all there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from vetta.adapters.store import FactStore
from vetta.site.health.findings import Finding, Status


def store_findings(root: Path, published: Mapping[str, int] | None = None) -> Iterator[Finding]:
    """Read the newest version of each table, and the published ones where they are known.

    Args:
        root: the folder of the Delta tables.
        published: table → version that readers use; None where there is no workspace to ask.
    """
    store = FactStore(root)
    tables = store.tables() if root.exists() else []
    broken: list[str] = []
    rows = 0
    for table in sorted({*tables, *(published or {})}):
        wanted = (published or {}).get(table)
        try:
            version = store.version(table) if wanted is None else wanted
            lost = [file for file in store.files(table, version) if not Path(file).exists()]
            rows += store.rows(table, version)
        except Exception as error:
            # Whatever a damaged log raises, the finding is the same.
            broken.append(f"{table}: {error}")
            continue
        if lost:
            broken.append(f"{table} version {version}: {len(lost)} files are missing")
    if broken:
        yield Finding(
            "fact_store",
            Status.BROKEN,
            "; ".join(broken) + ".",
            "Restore a backup into a new data folder: vetta restore ARCHIVE --home DIR",
        )
    elif not tables:
        yield Finding(
            "fact_store",
            Status.NOTE,
            "No facts yet.",
            "Bring some in: vetta import PATH --mapping FILE, or vetta demo",
        )
    else:
        yield Finding("fact_store", Status.OK, f"{len(tables)} tables, {rows:,} rows.")
