"""Compile every catalogue of translations (.po → .mo), without GNU gettext."""

from __future__ import annotations

from pathlib import Path

import polib


def main() -> None:
    for source in sorted(Path("src").rglob("*.po")):
        polib.pofile(str(source)).save_as_mofile(str(source.with_suffix(".mo")))


if __name__ == "__main__":
    main()
