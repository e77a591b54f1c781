"""kill −9 at any moment, and two imports at once: nothing lost, doubled, unreadable, half visible.

A file with orders and their lines is imported by a process that is killed after a random time;
the next import must find the store as it was before or after, and finish the work.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from vetta.adapters.store import FactStore, connect

MAPPING = """
source: erp
files: {all: {path: "*.csv"}}
tables:
  orders:
    from: all
    distinct: true
    columns: {order_id: order, ordered_on: day, net_amount: total, currency: {constant: EUR}}
  order_lines:
    from: all
    columns: {order_line_id: id, order_id: order, net_amount: amount, currency: {constant: EUR},
              event: {constant: booked}, event_on: day}
  people:
    from: all
    distinct: true
    columns: {person_id: rep, name: rep, email: mail}
"""
ORDERS = 300
SOURCE = Path(__file__).resolve().parents[2]


class Lab:
    """A data folder, the processes that write to it, and what a reader sees of it."""

    def __init__(self, root: Path) -> None:
        self.home, self.folder = root / "home", root / "files"
        self.folder.mkdir()
        self.victims: list[subprocess.Popen] = []
        self.mapping = root / "mapping.yaml"
        self.mapping.write_text(MAPPING)
        self.environment = {
            **os.environ,
            "VETTA_HOME": str(self.home),
            "VETTA_TEST": "1",
            "PYTHONPATH": str(SOURCE / "src"),
        }
        self.environment.pop("DATABASE_URL", None)
        code = (
            "from vetta.cli.main import setup_django, prepare_workspace; setup_django(); "
            "prepare_workspace()"
        )
        subprocess.run([sys.executable, "-c", code], env=self.environment, check=True)

    def write(self, name: str, round_: int) -> None:
        """All orders with amounts of this round; each order has two lines that add up to it."""
        lines = ["id,order,day,amount,total,rep,mail"]
        for order in range(ORDERS):
            day = f"2024-{1 + (order + round_) % 12:02}-11"
            total = order + round_ * 1000
            for part in (1, 2):
                amount = total // 2 if part == 1 else total - total // 2
                lines.append(
                    f"{order}-{part},{order},{day},{amount},{total},rep{order % 7},"
                    f"rep{order % 7}.{round_}@example.com"
                )
        (self.folder / name).write_text("\n".join(lines) + "\n")

    def start(self) -> subprocess.Popen:
        victim = subprocess.Popen(
            [
                sys.executable,
                str(Path(__file__).with_name("victim.py")),
                str(self.home),
                str(self.folder),
                str(self.mapping),
            ],
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.victims.append(victim)
        assert victim.stdout.readline() == "ready\n"
        return victim

    def order(self, victim: subprocess.Popen, name: str) -> int:
        """Have a file imported; the number of the process that does it."""
        victim.stdin.write(f"{name}\n")
        victim.stdin.flush()
        return int(victim.stdout.readline().split()[1])

    def answer(self, victim: subprocess.Popen) -> tuple[str, float] | None:
        """Exit code and seconds of the import under way; None where it was killed."""
        said = victim.stdout.readline().split()
        if said == ["over"]:
            return None
        assert victim.stdout.readline() == "over\n"
        return said[0], float(said[1])

    def seen(self) -> tuple[set[int], int, int]:
        """(rounds visible in orders, lines and people alike; orders; lines) as a reader sees."""
        versions, rounds = self.published()
        store = FactStore(self.home / "facts")
        if not versions:
            assert not rounds
            return set(), 0, 0
        with connect() as connection:
            store.attach(connection, versions)
            orders = connection.execute(
                "SELECT count(*), count(DISTINCT order_id), list(DISTINCT net_amount // 1000) "
                "FROM orders"
            ).fetchone()
            lines = connection.execute(
                "SELECT count(*), count(DISTINCT order_line_id) FROM order_lines"
            ).fetchone()
            off = connection.execute(
                "SELECT count(*) FROM orders o JOIN (SELECT order_id, sum(net_amount) AS s "
                "FROM order_lines GROUP BY order_id) l USING (order_id) WHERE l.s <> o.net_amount"
            ).fetchone()
        assert orders[0] == orders[1], "an order counts twice"
        assert lines[0] == lines[1], "a line counts twice"
        assert off == (0,), "orders of one batch, lines of another"
        visible = {int(number) for number in orders[2]}
        assert visible == rounds, "people of one batch, facts of another"
        return visible, orders[0], lines[0]

    def published(self) -> tuple[dict[str, int], set[int]]:
        """The published versions and the round of people's addresses, from one transaction."""
        with sqlite3.connect(f"file:{self.home}/workspace.sqlite3?mode=ro", uri=True) as base:
            base.execute("BEGIN")
            row = base.execute(
                "SELECT versions FROM intake_snapshot ORDER BY id DESC LIMIT 1"
            ).fetchone()
            mails = base.execute(
                "SELECT email FROM people_personversion WHERE known_to IS NULL AND ends_on IS NULL"
            ).fetchall()
        rounds = {int(mail[0].split("@")[0].split(".")[1]) for mail in mails}
        return ({} if row is None else json.loads(row[0])), rounds

    def end(self) -> None:
        """Leave no process and no pipe behind."""
        for victim in self.victims:
            victim.kill()
            victim.wait()
            victim.stdin.close()
            victim.stdout.close()


@pytest.fixture
def lab(tmp_path):
    made = Lab(tmp_path)
    yield made
    made.end()


def kill_again_and_again(lab: Lab, kills: int, seed: int) -> None:
    chance = random.Random(seed)
    victim = lab.start()
    lab.write("0.csv", 1)
    took = 0.0
    for _ in range(2):  # the first import of a store takes longer
        lab.order(victim, "0.csv")
        code, took = lab.answer(victim)
        assert code == "0"
    before, struck = {1}, 0
    assert lab.seen()[0] == before
    for number in range(kills):
        round_ = number + 2
        lab.write("0.csv", round_)
        process = lab.order(victim, "0.csv")
        time.sleep(chance.uniform(0, took * 2))
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
        struck += lab.answer(victim) is None
        visible, orders, lines = lab.seen()
        assert visible in (before, {round_}), f"kill {number} left {visible}"
        assert (orders, lines) == (ORDERS, 2 * ORDERS)
        lab.order(victim, "0.csv")
        code, _ = lab.answer(victim)
        assert code == "0"
        before = {round_}
        assert lab.seen() == (before, ORDERS, 2 * ORDERS)
    assert struck > kills // 3, "most imports had ended before they were killed"
    assert list((lab.home / "staging").iterdir()) == []


def test_twenty_kills(lab):
    kill_again_and_again(lab, kills=20, seed=7)


@pytest.mark.proof
def test_two_hundred_kills(lab):
    kill_again_and_again(lab, kills=200, seed=11)


def test_two_imports_at_once(lab):
    """Both land, one after the other; a reader in between sees one or the other, whole."""
    first, second = lab.start(), lab.start()
    for number in range(4):
        (lab.folder / "a").mkdir(exist_ok=True)
        (lab.folder / "b").mkdir(exist_ok=True)
        lab.write("a/0.csv", 2 * number + 1)
        lab.write("b/0.csv", 2 * number + 2)
        lab.order(first, "a")
        lab.order(second, "b")
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            visible, orders, lines = lab.seen()
            assert len(visible) <= 1
            assert (orders, lines) in {(0, 0), (ORDERS, 2 * ORDERS)}
            if _states(lab).count("finished") == 2 * (number + 1):
                break
            time.sleep(0.02)
        codes = {lab.answer(victim)[0] for victim in (first, second)}
        assert codes == {"0"}


def _states(lab: Lab) -> list[str]:
    with sqlite3.connect(f"file:{lab.home}/workspace.sqlite3?mode=ro", uri=True) as base:
        return [row[0] for row in base.execute("SELECT state FROM intake_batch")]
