"""Where things are in the repository, for the tests about the house."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "vetta"
ROOMS = sorted(folder.name for folder in SOURCE.iterdir() if (folder / "apps.py").exists())


def sources(pattern: str = "*.py") -> list[Path]:
    """Hand-written files of the package."""
    return [
        path
        for path in sorted(SOURCE.rglob(pattern))
        if "migrations" not in path.parts and "vendor" not in path.parts
    ]


def short(path: Path) -> str:
    return str(path.relative_to(ROOT))
