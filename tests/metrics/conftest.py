"""The organisation of these tests: Bea changes managers in July, Rui sells too, Cy is elsewhere."""

from __future__ import annotations

from datetime import date

import pytest

from tests.metrics.world import EVER, SINCE, Facts

JULY = date(2023, 7, 1)
PEOPLE = (
    {
        "person_id": "bea",
        "person_name": "Bea",
        "position_id": "1",
        "team_id": "t1",
        "team_name": "North",
        "team_region": "North region",
        "manager_id": "rui",
        "manager_name": "Rui",
        "starts_on": date(2023, 1, 15),
        "ends_on": JULY,
    },
    {
        "person_id": "bea",
        "person_name": "Bea",
        "position_id": "1",
        "team_id": "t2",
        "team_name": "South",
        "team_region": "South region",
        "manager_id": "ann",
        "manager_name": "Ann",
        "starts_on": JULY,
    },
    {"person_id": "rui", "person_name": "Rui", "position_id": "2", "manager_id": "top"},
    {"person_id": "ann", "person_name": "Ann", "position_id": "3", "manager_id": "top"},
    {"person_id": "cy", "person_name": "Cy", "position_id": "4", "team_id": "t2"},
    {"person_id": "top", "person_name": "Tom", "position_id": "5"},
)
CHAIN = (
    *((key, key, 0, SINCE, EVER) for key in ("bea", "rui", "ann", "cy", "top")),
    ("bea", "rui", 1, date(2023, 1, 15), JULY),
    ("bea", "ann", 1, JULY, EVER),
    ("bea", "top", 2, date(2023, 1, 15), EVER),
    ("rui", "top", 1, SINCE, EVER),
    ("ann", "top", 1, SINCE, EVER),
)
MATCHES = tuple(("crm", key, key) for key in ("bea", "rui", "cy"))


@pytest.fixture
def facts(tmp_path) -> Facts:
    """An empty store with these people around it; ``ghost`` is an owner nobody knows."""
    return Facts(tmp_path / "facts", people=PEOPLE, chain=CHAIN, matches=MATCHES)
