"""The demo's users: one for each role, most of them persons of the company."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from vetta.core.access import Role, system_actor
from vetta.core.models import User
from vetta.core.users import create_user, find_user
from vetta.people.models import Person
from vetta.people.services import link_user

if TYPE_CHECKING:
    from vetta.site.demo.workforce import Workforce

ACTOR = "demo"


@dataclass(frozen=True, slots=True)
class DemoUser:
    """Somebody who can be signed in as by one click.

    Args:
        person: the name of the person in the company; '' for somebody from outside.
    """

    key: str
    name: str
    role: Role | None
    person: str = ""

    @property
    def email(self) -> str:
        return f"{self.key}@demo.calidra.example"


DEMO_USERS = (
    DemoUser("bea", "Bea Lindqvist", Role.REPRESENTATIVE, "Bea Lindqvist"),
    DemoUser("rui", "Rui Costa", Role.MANAGER, "Rui Costa"),
    DemoUser("joana", "Joana Reis", Role.EXECUTIVE, "Joana Reis"),
    DemoUser("marek", "Marek Dvořák", Role.SALES_OPERATIONS, "Marek Dvořák"),
    DemoUser("chiara", "Chiara Fontana", Role.FINANCE, "Chiara Fontana"),
    DemoUser("tomasz", "Tomasz Wolski", Role.ENABLEMENT, "Tomasz Wolski"),
    DemoUser("maud", "Maud Lefèvre", Role.RECRUITER, "Maud Lefèvre"),
    DemoUser("ada", "Ada Marchetti", Role.ADMINISTRATOR, "Ada Marchetti"),
    DemoUser("cy", "Cy Okafor", Role.REPRESENTATIVE, "Cy Okafor"),
    DemoUser("dag", "Dag Nilsen", None),
)


def demo_user(key: str) -> DemoUser | None:
    """The demo user of a key, or None."""
    return next((user for user in DEMO_USERS if user.key == key), None)


@transaction.atomic
def make_users(force: Workforce) -> list[User]:
    """Create the demo's users where they are missing, and link them to their persons."""
    actor = system_actor(ACTOR)
    made = []
    for wanted in DEMO_USERS:
        user = find_user(wanted.email)
        if user is None:
            roles = () if wanted.role is None else (wanted.role,)
            user = create_user(
                email=wanted.email, password=None, actor=actor, name=wanted.name, roles=roles
            )
        if wanted.person:
            key = force.named(wanted.person).person_id
            if not Person.objects.filter(key=key, user=user).exists():
                link_user(actor=actor, person=key, user=user)
        made.append(user)
    return made
