"""How many queries a page costs, however many rows it shows; no browser is needed for that."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.browser import world

# Session, user, roles, organisation and revisions are part of every page.
PAGES = {
    "metrics:explorer": ("?kpi=win_rate&by=person&grain=month&period=all", 20),
    "metrics:catalogue": ("", 12),
    "intake:imports": ("", 12),
    "facts:quality": ("", 16),
    "facts:unmatched": ("", 20),
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", PAGES)
def test_pages_ask_the_database_little(
    client, vetta_home, cast, tmp_path, django_assert_max_num_queries, name: str
) -> None:
    world.build(cast, tmp_path / "delivery")
    client.force_login(cast.ada)
    query, most = PAGES[name]
    client.get(reverse(name) + query)  # what is cached by version is cached now
    with django_assert_max_num_queries(most):
        assert client.get(reverse(name) + query).status_code == 200
