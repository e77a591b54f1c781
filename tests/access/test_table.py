"""The access table: every route × every role × every relationship, as one reads it.

``routes.txt`` has one line a route and one column a person. Bea is the one looked at: a route
about somebody is a route about Bea, so Bea is *self*, Rui *above her*, Cy *of another team*.
The marks: ``+`` answered, ``F`` forbidden (403: the room is known, but closed), ``H`` hidden
(404: not to be known), ``S`` asked to sign in (302 or 401).

A new route fails here until it has its line. Write what everybody should get, then run: where the
product answers otherwise, the test shows both.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from tests.access.routes import filled, operations, pages
from tests.access.world import BODIES, COLUMNS, World, make_world

TABLE = Path(__file__).with_name("routes.txt")
pytestmark = pytest.mark.django_db


def read_table() -> dict[str, str]:
    lines = [line for line in TABLE.read_text().splitlines() if line and line[0] not in "# "]
    return {line.split("|")[0].strip(): line.split("|")[1].strip() for line in lines}


def all_routes() -> set[str]:
    """Names as the table has them: ``GET people:list``, ``GET /api/people``."""
    return set(pages()) | {f"api {name}" for name in operations()}


class _RollBack(Exception):
    pass


def _content(operation: str, method: str) -> dict[str, object]:
    """What is sent: JSON, or files where the operation takes files."""
    if method == "get":
        return {}
    if operation in ("POST /imports", "POST /imports/suggestion"):
        return {"data": {"files": SimpleUploadedFile("orders.csv", b"order_id\n1\n")}}
    return {"content_type": "application/json", "data": BODIES.get(operation, {})}


def _mark(client, world: World, row: str) -> str:
    """What one person gets: the request runs and is undone."""
    if row.startswith("api "):
        method, path = operations()[row[4:]]
        content = _content(row[4:], method)
    else:
        method, name = row.split(" ", 1)
        method, path, content = method.lower(), "/" + pages()[name], {}
    answer = None
    try:
        with transaction.atomic():
            answer = getattr(client, method)(filled(path, world.objects_for(row)), **content)
            raise _RollBack
    except _RollBack:
        pass
    status = answer.status_code
    if status == 401 or (status == 302 and "/accounts/login" in answer["Location"]):
        return "S"
    assert status < 500, f"{row}: {status}"
    return {403: "F", 404: "H", 405: "?"}.get(status, "+")


def _row(world: World, row: str) -> str:
    return " ".join(_mark(world.clients[name], world, row) for name in COLUMNS)


@pytest.fixture
def world(placed_cast, vetta_home) -> World:
    return make_world(placed_cast)


def test_every_route_has_its_line() -> None:
    listed = {row if row.startswith("api ") else row.split(" ", 1)[1] for row in read_table()}
    assert listed == all_routes()


def test_everybody_gets_what_the_table_says(world: World) -> None:
    expected = read_table()
    found = {row: _row(world, row) for row in expected}
    wrong = {row: (marks, found[row]) for row, marks in expected.items() if found[row] != marks}
    assert not wrong, "\n".join(f"{row}: {a} became {b}" for row, (a, b) in wrong.items())
