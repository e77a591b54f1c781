"""People for tests: through the services, so that everything that must hold does."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from vetta.core import clock
from vetta.people import services
from vetta.people.models import WHOLE

#: A day on which the standing cast is at work.
DAY = date(2024, 6, 3)


def person(key: str, *, manager: str | None = None, **fields: object) -> str:
    """A person with a seat of his or her own since ever; returns the key."""
    fields.setdefault("name", key.capitalize())
    fields.setdefault("title", "Account executive")
    return services.create_person(actor=None, key=key, manager=manager, **fields)


def place_cast(cast) -> None:
    """Give the standing cast its places: Rui above Bea in North, Cy in South, Ada in no team.

    Dag is a user without role and is nobody here.
    """
    services.create_team(actor=None, name="North", region="Nordics")
    services.create_team(actor=None, name="South", region="Iberia")
    person("ada", name="Ada Admin", email="ada@example.com", title="Administrator")
    person("rui", name="Rui Manager", email="rui@example.com", title="Sales manager", team="North")
    person("bea", name="Bea Sales", email="bea@example.com", team="North", manager="rui")
    person("cy", name="Cy Sales", email="cy@example.com", team="South")
    for key in ("ada", "rui", "bea", "cy"):
        services.link_user(actor=None, person=key, user=getattr(cast, key))


class Clock:
    """A stopped clock that moves on by hand, so that tests name moments of knowledge."""

    def __init__(self, start: datetime = datetime(2024, 6, 3, 9, tzinfo=UTC)) -> None:
        self.now = start

    def tick(self, **step: int) -> datetime:
        """Move on (an hour, if nothing is said); returns the last second before."""
        self.now += timedelta(**(step or {"hours": 1}))
        return self.now - timedelta(seconds=1)

    def __call__(self):
        return clock.stopped_at(self.now)


def share(percent: int) -> int:
    """Millionths of a percentage."""
    return WHOLE * percent // 100
