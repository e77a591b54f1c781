"""Two who write at once: a rule over several rows holds all the same."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from datetime import date
from pathlib import Path

import pytest
from django.db import connection, connections

from vetta.kernel.problem import ProblemError
from vetta.people import selectors, services

from .factories import person, share

ROOT = Path(__file__).parents[2]

PREPARE = """
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from vetta.people import services
services.create_position(actor=None, key="seat", title="Seat")
for key in "abcd":
    services.create_person(actor=None, key=key, name=key)
"""
ASSIGN = """
import sys, django; django.setup()
from datetime import date
from vetta.kernel.problem import ProblemError
from vetta.people import services
sys.stdin.readline()
try:
    services.assign(actor=None, person=sys.argv[1], position="seat",
                    starts_on=date(2024, 1, 1), share=400_000)
except ProblemError as error:
    print(error.problems[0].code)
else:
    print("done")
"""


@pytest.mark.sqlite_only
def test_processes_cannot_fill_a_position_beyond_the_whole(tmp_path):
    environment = {
        **{name: value for name, value in os.environ.items() if name != "DATABASE_URL"},
        "VETTA_HOME": str(tmp_path),
        "PYTHONPATH": str(ROOT / "src"),
        "DJANGO_SETTINGS_MODULE": "vetta.site.settings",
    }
    subprocess.run([sys.executable, "-c", PREPARE], env=environment, check=True, cwd=ROOT)
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", ASSIGN, key],
            env=environment,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for key in "abcd"
    ]
    answers = sorted(writer.communicate("go\n", timeout=120)[0].strip() for writer in writers)
    assert answers == ["done", "done", "people.position_full", "people.position_full"]


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite's turn is the test above")
@pytest.mark.django_db(transaction=True)
def test_threads_cannot_fill_a_position_beyond_the_whole():
    services.create_position(actor=None, key="seat", title="Seat")
    for key in "abcd":
        person(key, title=None)
    answers: list[str] = []
    start = threading.Barrier(4)

    def write(key: str) -> None:
        start.wait()
        try:
            services.assign(
                actor=None,
                person=key,
                position="seat",
                starts_on=date(2024, 1, 1),
                share=share(40),
            )
            answers.append("done")
        except ProblemError as error:
            answers.append(error.problems[0].code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=write, args=(key,)) for key in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["done", "done", "people.position_full", "people.position_full"]
    holders = selectors.chart(date(2024, 1, 1)).nodes["seat"].holders
    assert sum(holder.share for holder in holders) == share(80)
