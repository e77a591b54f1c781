"""Several at once: one chain, one answer. Threads with connections of their own."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client

from tests.cast import make_user
from tests.core.api_urls import CALLS
from vetta.core import audit
from vetta.core.models import AuditEntry, IdempotencyKey

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls("tests.core.api_urls")]


@pytest.fixture(autouse=True)
def _server_only():
    if connection.vendor == "sqlite":
        pytest.skip("the test database in memory knows no second connection; PostgreSQL does")


def at_once(work, count: int) -> list[object]:
    """Run ``work(number)`` in as many threads, all starting together."""
    gate = threading.Barrier(count)

    def run(number: int) -> object:
        gate.wait()
        try:
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def test_entries_appended_at_once_make_one_chain():
    subject = audit.Subject("lab", "1")

    def append(number: int) -> None:
        for step in range(10):
            audit.record(
                "core.tested", actor=None, subject=subject, changes={"n": (number, step + 100)}
            )

    at_once(append, 6)
    found = audit.verify()
    assert (found.is_sound, found.entries) == (True, 60)
    assert AuditEntry.objects.values("previous_hash").distinct().count() == 60


def test_the_same_request_at_once_is_done_once():
    CALLS.clear()
    ada = make_user("ada", "administrator")

    def send(_number: int) -> int:
        client = Client()
        client.force_login(ada)
        return client.post(
            "/api/v1/lab/add?name=x", headers={"Idempotency-Key": "together"}
        ).status_code

    codes = at_once(send, 5)
    assert CALLS == ["x"]
    assert set(codes) <= {200, 409}
    assert 200 in codes
    assert IdempotencyKey.objects.count() == 1
