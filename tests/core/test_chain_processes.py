"""Several processes append to the trail of one SQLite file at once."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

APPEND = """
import django, sys
django.setup()
from django.core.management import call_command
from vetta.core import audit
if sys.argv[1] == "migrate":
    call_command("migrate", verbosity=0)
elif sys.argv[1] == "verify":
    found = audit.verify()
    print(found.is_sound, found.entries)
else:
    for step in range(25):
        audit.record("core.tested", actor=None, subject=audit.Subject("lab", sys.argv[1]))
"""


@pytest.mark.sqlite_only
def test_processes_make_one_chain(tmp_path):
    environment = {
        **os.environ,
        "VETTA_HOME": str(tmp_path / "home"),
        "DJANGO_SETTINGS_MODULE": "vetta.site.settings",
        "PYTHONPATH": str(ROOT / "src"),
    }

    def start(word: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", APPEND, word], env=environment, stdout=subprocess.PIPE, text=True
        )

    def said(process: subprocess.Popen[str]) -> str:
        out, _ = process.communicate()
        assert process.returncode == 0
        return out

    said(start("migrate"))
    for process in [start("a"), start("b")]:
        said(process)
    assert said(start("verify")).split() == ["True", "50"]
    with closing(sqlite3.connect(tmp_path / "home" / "workspace.sqlite3")) as database:
        found = database.execute("SELECT count(DISTINCT previous_hash) FROM core_auditentry")
        assert found.fetchone() == (50,)
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            database.execute("DELETE FROM core_auditentry")
