"""What the tests of the import door share: a folder to deliver, a mapping, one way to import."""

from __future__ import annotations

import textwrap

import pytest

from vetta.adapters.store import FactStore, connect
from vetta.core.access import system_actor
from vetta.intake.mapping import read_mapping
from vetta.intake.models import Snapshot
from vetta.intake.services import run_import

DEALS = """
source: crm
files: {deals: {path: deals.csv}}
tables:
  opportunities:
    from: deals
    columns:
      opportunity_id: id
      owner_id: owner
      stage: {column: stage, values: {Won: won, Lost: lost, Open: open}}
      amount: amount
      currency: currency
      created_on: created
      closed_on: closed
"""
HEADER = "id,owner,stage,amount,currency,created,closed\n"


class Door:
    """Writes files into a delivery folder and imports them."""

    def __init__(self, root, home):
        self.folder = root / "delivery"
        self.folder.mkdir()
        self.home = home
        self.mapping = DEALS

    def write(self, name, content):
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def deals(self, *lines):
        return self.write("deals.csv", HEADER + "".join(f"{line}\n" for line in lines))

    def run(self, mapping=None, paths=None, **options):
        text = textwrap.dedent(mapping or self.mapping)
        options.setdefault("actor", system_actor("test"))
        return run_import(paths or [self.folder], read_mapping(text), **options)

    @property
    def store(self):
        return FactStore(self.home.facts)

    def rows(self, table="opportunities", what="source_id, amount, stage", version=None):
        if version is None:
            latest = Snapshot.objects.order_by("-pk").first()
            version = latest.versions.get(table) if latest else None
        with connect() as connection:
            scan = self.store.sql_scan(table, version)
            return connection.execute(f"SELECT {what} FROM {scan} ORDER BY ALL").fetchall()

    def codes(self, result):
        return [problem.code for problem in result.problems]


@pytest.fixture
def door(tmp_path, vetta_home, db):
    return Door(tmp_path, vetta_home)


@pytest.fixture
def actor():
    return system_actor("test")
