"""Home: where one stands, what waits, and only ways that one may go."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from tests.core.lab import declare_lab_jobs
from vetta.core.jobs import enqueue
from vetta.core.jobs.worker import drain
from vetta.engine.metrics.definitions import Unit
from vetta.engine.metrics.question import Answer, Row
from vetta.home import figures
from vetta.kernel.calendar import Grain

declare_lab_jobs()
TODAY = date(2026, 11, 25)


def answer(*values: str | None, unit: Unit = Unit.MONEY) -> Answer:
    """Quarters of 2026, from the first."""
    rows = tuple(
        Row({}, value, f"2026-Q{number + 1}", date(2026, 3 * number + 1, 1))
        for number, value in enumerate(values)
    )
    return Answer("won_revenue", "Won revenue", unit, "EUR", None, None, rows, {})


def figure(monkeypatch, cast, *values: str | None, unit: Unit = Unit.MONEY):
    def ask(question, *, actor):
        assert question.grain is Grain.QUARTER
        return answer(*values, unit=unit)

    monkeypatch.setattr(figures, "ask", ask)
    monkeypatch.setattr(figures, "SHOWN", ("won_revenue",))
    found = figures.figures(cast.actor("ada"), TODAY)
    return found[0] if found else None


@pytest.mark.django_db
def test_the_last_complete_quarter_beside_the_one_before(monkeypatch, cast):
    found = figure(monkeypatch, cast, "100", "200", "150", "9")
    assert (found.period, found.value, found.before) == ("2026-Q3", Decimal(150), Decimal(200))
    assert found.comparison == "−25.0% on the quarter before"
    assert figures.headline([found]) == "Won revenue fell to €150 in 2026-Q3"


@pytest.mark.django_db
def test_ratios_differ_by_points(monkeypatch, cast):
    found = figure(monkeypatch, cast, "0.25", "0.3", unit=Unit.RATIO)
    assert found.written == "30.0%"
    assert found.comparison == "+5.0 pts on the quarter before"


@pytest.mark.django_db
@pytest.mark.parametrize("values", [(), (None,), (None, None, None, "5")])
def test_without_a_complete_quarter_there_is_no_figure(monkeypatch, cast, values):
    assert figure(monkeypatch, cast, *values) is None


@pytest.mark.django_db
def test_a_quarter_after_nothing_compares_to_nothing(monkeypatch, cast):
    assert figure(monkeypatch, cast, "100").comparison == ""
    assert figure(monkeypatch, cast, "0", "100").comparison == ""


@pytest.mark.django_db
def test_who_may_see_no_kpi_sees_no_figure(cast):
    assert figures.figures(cast.actor("dag"), TODAY) == []


@pytest.mark.django_db
def test_a_new_installation_says_what_to_do_first(cast, client):
    client.force_login(cast.ada)
    page = client.get("/").content.decode()
    assert reverse("home:organisation") in page
    assert "Import your first data" in page
    client.force_login(cast.bea)
    page = client.get("/").content.decode()
    assert "Import your first data" not in page
    assert reverse("home:users") not in page


@pytest.mark.django_db
def test_who_has_no_role_is_told_so_and_led_nowhere(cast, client):
    client.force_login(cast.dag)
    page = client.get("/")
    assert "You have no role yet" in page.content.decode()
    assert [room.key for room in page.context["rooms"]] == ["settings"]
    assert [link.url for link in page.context["rooms"][0].pages] == [reverse("home:profile")]


@pytest.mark.django_db
def test_ones_failed_jobs_wait_for_one(cast, client):
    enqueue("lab.refuse", actor=cast.bea)
    drain()
    client.force_login(cast.bea)
    assert "1 job failed this week" in client.get("/").content.decode()
    client.force_login(cast.cy)
    assert "failed this week" not in client.get("/").content.decode()
