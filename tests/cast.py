"""The standing cast: the same five in every test.

Ada is the administrator, Rui a manager, Bea a representative below Rui, Cy a representative of
another team, Dag has no business here and must see nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import pytest

PASSWORD = "correct horse battery"  # of everybody here


@dataclass(frozen=True)
class Cast:
    """The five as users; ``actor("bea")`` is who asks when Bea does."""

    ada: object
    rui: object
    bea: object
    cy: object
    dag: object

    def actor(self, name: str):
        from vetta.core.access import actor_for

        return actor_for(getattr(self, name))


def make_user(name: str, *roles: str, **fields: object):
    """A user ``name@example.com`` with roles since 2010."""
    from vetta.core.models import RoleGrant, User

    user = User.objects.create_user(
        f"{name.lower()}@example.com", PASSWORD, name=name.title(), **fields
    )
    RoleGrant.objects.bulk_create(
        RoleGrant(user=user, role=role, starts_on=date(2010, 1, 1)) for role in roles
    )
    return user


def make_cast() -> Cast:
    roles: dict[str, Iterable[str]] = {
        "ada": ["administrator"],
        "rui": ["manager"],
        "bea": ["representative"],
        "cy": ["representative"],
        "dag": [],
    }
    return Cast(**{name: make_user(name, *held) for name, held in roles.items()})


@pytest.fixture
def cast(db) -> Cast:
    return make_cast()


@pytest.fixture
def placed_cast(cast) -> Cast:
    """The cast with persons and places: Bea reports to Rui in team North, Cy is in South."""
    from tests.people.factories import place_cast

    place_cast(cast)
    return cast


@pytest.fixture(autouse=True, scope="session")
def _audit_can_be_flushed():
    """Tests that commit empty the database afterwards: only for that the guard is taken down."""
    from django.db import connections
    from django.test import TransactionTestCase

    from vetta.core.audit import guard

    flush = TransactionTestCase._fixture_teardown

    def teardown(self):
        for alias in self._databases_names(include_mirrors=False):
            guard.take_down(connections[alias])
        flush(self)
        for alias in self._databases_names(include_mirrors=False):
            guard.put_up(connections[alias])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", teardown)
        yield
