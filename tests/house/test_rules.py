"""Rules of the house that a reader should be able to rely on without looking."""

from __future__ import annotations

import re

from django.apps import apps
from django.db import models

from tests.house.tree import ROOT, SOURCE, short, sources

# A longer file needs a reason here; one that has become short again must leave the list.
LONG_FILES: dict[str, str] = {}
FORBIDDEN_NAMES = {"utils", "common", "helpers", "misc", "manager"}


def test_files_stay_readable() -> None:
    lengths = {short(path): len(path.read_text().splitlines()) for path in sources()}
    long = {name for name, length in lengths.items() if length > 450}
    assert long == set(LONG_FILES), "split these, or take stale reasons out"


def test_no_catch_all_modules() -> None:
    assert not [short(path) for path in sources() if path.stem in FORBIDDEN_NAMES]


def test_money_is_never_a_decimal_or_float_field() -> None:
    wrong = [
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        if model.__module__.startswith("vetta.")
        for field in model._meta.get_fields()
        if isinstance(field, models.DecimalField | models.FloatField)
    ]
    assert not wrong, "SQLite keeps these as REAL; use whole minor units or exact text"


def test_pages_hold_the_content_security_policy() -> None:
    inline = re.compile(r"<style|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|<script(?![^>]*\ssrc=)", re.I)
    found = [
        f"{short(path)}: {match.group(0).strip()}"
        for path in sources("*.html")
        if "emails" not in path.parts
        for match in [inline.search(path.read_text())]
        if match
    ]
    assert not found


def test_every_external_address_stays_out_of_pages() -> None:
    loads = re.compile(r"(?:src|href)\s*=\s*[\"']https?://", re.I)
    assert not [short(p) for p in sources("*.html") if loads.search(p.read_text())]


def test_vendored_files_name_their_version_and_licence() -> None:
    vendor = SOURCE / "ui" / "static" / "ui" / "vendor"
    notes = (vendor / "VERSIONS.md").read_text()
    folders = [folder.name for folder in vendor.iterdir() if folder.is_dir()]
    assert folders
    assert not [name for name in folders if name not in notes]


def test_settings_are_documented() -> None:
    text = (ROOT / "docs" / "reference" / "settings.md").read_text()
    used = {
        name
        for path in sources()
        for name in re.findall(r"[\"'](VETTA_[A-Z_]+|DATABASE_URL)[\"']", path.read_text())
        if name not in {"VETTA_TEST", "VETTA_DEMO", "VETTA_HTTPS_ONLY"}
    }
    assert not [name for name in sorted(used) if name not in text]


def test_problem_codes_are_documented() -> None:
    text = (ROOT / "docs" / "reference" / "problems.md").read_text()
    code = re.compile(r"\bcode\s*=\s*[\"']([a-z_]+\.[a-z_]+)[\"']")
    used = {found for path in sources() for found in code.findall(path.read_text())}
    assert used
    assert not [name for name in sorted(used) if f"`{name}`" not in text]
