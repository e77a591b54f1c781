"""The documents say what the code does."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from vetta.cli.main import COMMANDS
from vetta.engine.expressions import FUNCTIONS, grammar_limits

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"


def test_generated_pages_are_fresh() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "tools" / "write_reference.py", "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{done.stderr}Run: python tools/write_reference.py"


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_command_has_its_section(command) -> None:
    text = (DOCS / "reference" / "command-line.md").read_text()
    (section,) = re.findall(rf"^## vetta {command.name}\n(.*?)(?=^## |\Z)", text, re.M | re.S)
    assert "xit code" in section or command.name in ("worker", "users")


def test_every_function_is_in_the_reference() -> None:
    text = (DOCS / "reference" / "expressions.md").read_text()
    assert not [name for name in FUNCTIONS if f"`{name}(" not in text]


def test_the_limits_are_those_of_the_code() -> None:
    text = (DOCS / "reference" / "expressions.md").read_text()
    for limit in grammar_limits():
        assert f"{limit:,}" in text


@pytest.mark.parametrize("name", ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"])
def test_links_of_the_front_pages_lead_somewhere(name: str) -> None:
    text = (ROOT / name).read_text()
    links = [link for link in re.findall(r"\]\(([^)#]+)", text) if "://" not in link]
    assert links
    assert not [link for link in links if not (ROOT / link).exists()]


def test_the_site_builds_and_loads_nothing_from_elsewhere(tmp_path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "-d", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    pages = list(tmp_path.rglob("*.html"))
    assert len(pages) > 10
    loads = re.compile(r"<(?:script|img|iframe|link)[^>]+(?:src|href)=[\"']?(?:https?:)?//", re.I)
    assert not [page.name for page in pages if loads.search(page.read_text())]
    imports = re.compile(r"@import|url\(\s*[\"']?(?:https?:)?//", re.I)
    assert not [
        sheet.name for sheet in tmp_path.rglob("*.css") if imports.search(sheet.read_text())
    ]
