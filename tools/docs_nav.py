"""MkDocs hook: the order of sections; pages follow from their folders."""

from __future__ import annotations

from pathlib import Path
from typing import Any

FIRST = {"Start": "index.md", "Demo company": "demo.md"}
SECTIONS = {
    "Guides": "guides",
    "Reference": "reference",
    "Algorithms": "algorithms",
    "Decisions": "decisions",
}
LAST = {"Glossary": "glossary.md", "Roadmap": "roadmap.md"}


def on_config(config: Any) -> Any:
    """Build the navigation from what is in the folders."""
    docs = Path(config["docs_dir"])
    nav: list[dict[str, Any]] = [{k: v} for k, v in FIRST.items() if (docs / v).exists()]
    for title, folder in SECTIONS.items():
        pages = sorted(
            (docs / folder).rglob("*.md"), key=lambda path: (path.stem != "index", path.stem)
        )
        if pages:
            nav.append({title: [path.relative_to(docs).as_posix() for path in pages]})
    nav += [{k: v} for k, v in LAST.items() if (docs / v).exists()]
    config["nav"] = nav
    return config
