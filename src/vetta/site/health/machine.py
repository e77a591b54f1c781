"""Checks of the machine and of what is installed; they need neither Django nor a database."""

from __future__ import annotations

import os
import re
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from vetta.site.health.findings import Finding, Status

PYTHON = (3, 11)
ENOUGH_FREE = 1024**3  # bytes
_REQUIREMENT = re.compile(r"^([A-Za-z0-9._-]+)")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def machine_findings(root: Path) -> Iterator[Finding]:
    """Python, packages, the data folder, and the tools that only tests and translators need."""
    yield _python()
    yield from _packages()
    yield _folder(root)
    yield _space(root)
    yield _tool("chromium", BROWSERS, "Only the browser tests need it: apt-get install chromium")
    yield _tool("gettext", ("msgfmt",), "Only translators need it: apt-get install gettext")


def has_server() -> bool:
    """Whether the workspace (Django and what goes with it) is installed."""
    return not _absent("server")


def _python() -> Finding:
    version = ".".join(str(part) for part in sys.version_info[:3])
    if sys.version_info >= PYTHON:
        return Finding("python", Status.OK, f"Python {version}.")
    wanted = ".".join(str(part) for part in PYTHON)
    return Finding(
        "python",
        Status.BROKEN,
        f"Python {version} is too old.",
        f"Install Python {wanted} or newer and make the virtual environment again.",
    )


def _packages() -> Iterator[Finding]:
    absent = _absent("")
    if absent:
        yield Finding(
            "packages",
            Status.BROKEN,
            f"Missing: {', '.join(absent)}.",
            "Install again: pip install vetta",
        )
    else:
        yield Finding("packages", Status.OK, "The light installation is complete.")
    absent = _absent("server")
    if not absent:
        yield Finding("server_packages", Status.OK, "The workspace is installed.")
        return
    yield Finding(
        "server_packages",
        Status.NOTE if "django" in absent else Status.BROKEN,
        f"The workspace is not installed (missing: {', '.join(absent)}).",
        "For pages, imports and jobs: pip install 'vetta[server]'",
    )


def _absent(extra: str) -> list[str]:
    """The packages of the light installation, or of an extra, that are not there."""
    missing: list[str] = []
    for requirement in metadata.requires("vetta") or []:
        name, marker = requirement, ""
        if ";" in requirement:
            name, marker = requirement.split(";", 1)
        wanted = re.search(r"extra\s*==\s*['\"]([^'\"]+)['\"]", marker)
        found = _REQUIREMENT.match(name.strip())
        if (wanted.group(1) if wanted else "") == extra and found:
            try:
                metadata.version(found.group(1))
            except metadata.PackageNotFoundError:
                missing.append(found.group(1))
    return missing


def _folder(root: Path) -> Finding:
    if not root.exists():
        above = next(parent for parent in root.parents if parent.exists())
        if os.access(above, os.W_OK):
            detail = f"{root} is not there yet; the first command makes it."
            return Finding("data_folder", Status.NOTE, detail)
        return Finding(
            "data_folder",
            Status.BROKEN,
            f"{root} cannot be made: {above} is not writable.",
            "Choose another with --home DIR or VETTA_HOME.",
        )
    try:
        with tempfile.TemporaryFile(dir=root):
            pass
    except OSError as error:
        return Finding(
            "data_folder",
            Status.BROKEN,
            f"{root} cannot be written: {error.strerror}.",
            "Give the folder to the user that runs Vetta, or choose another with --home.",
        )
    if root.stat().st_mode & (stat.S_IROTH | stat.S_IWOTH):
        return Finding(
            "data_folder",
            Status.WARNING,
            f"Others on this machine can read {root}.",
            f"chmod 700 {root}",
        )
    return Finding("data_folder", Status.OK, f"{root} is writable.")


def _space(root: Path) -> Finding:
    above = root if root.exists() else next(p for p in root.parents if p.exists())
    free = shutil.disk_usage(above).free
    text = f"{free / 1024**3:,.1f} GB free."
    if free >= ENOUGH_FREE:
        return Finding("disk_space", Status.OK, text)
    return Finding(
        "disk_space",
        Status.WARNING,
        text,
        "Make room: an import needs about three times the size of its files.",
    )


def _tool(name: str, commands: tuple[str, ...], hint: str) -> Finding:
    found = next((path for path in map(shutil.which, commands) if path), None)
    if found:
        return Finding(name, Status.OK, f"{found}.")
    return Finding(name, Status.NOTE, f"{commands[0]} is not installed.", hint)
