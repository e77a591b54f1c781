"""The table of permission × role × relationship, and what the policy makes of it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml

from vetta.core.access import (
    ANY,
    EVERYONE,
    Actor,
    NotAllowed,
    NotVisible,
    Role,
    allows,
    permission,
    permissions,
    reach,
    register_permission,
    register_relationship,
    relationships,
    require,
)

TABLE = yaml.safe_load((Path(__file__).parent / "access_table.yaml").read_text())
DAY = date(2026, 3, 1)


def expected(code: str, role: Role) -> frozenset[str]:
    row = TABLE[code]
    return frozenset(filter(None, row.get(role.value, row.get("every role", "")).split(", ")))


def actor_with(*roles: Role, **fields) -> Actor:
    """Stands to the person called like a relationship in that relationship, and in no other."""
    memory = {(name, DAY): frozenset({name}) for name in relationships()}
    memory["limit", DAY] = None
    return Actor(roles=frozenset(roles), today=DAY, memory=memory, **fields)


def test_the_table_names_every_permission():
    declared = {each.code for each in permissions()}
    assert set(TABLE) == declared, "write new permissions into access_table.yaml, take old ones out"


@pytest.mark.parametrize("role", Role, ids=lambda role: role.value)
@pytest.mark.parametrize("code", TABLE)
def test_every_permission_role_and_relationship(code, role):
    actor, granted = actor_with(role), expected(code, role)
    assert allows(actor, code) is bool(granted)
    for relationship in relationships():
        reached = ANY in granted or relationship in granted
        assert allows(actor, code, person=relationship, on=DAY) is reached
    assert allows(actor, code, person="stranger", on=DAY) is (ANY in granted)
    assert (reach(actor, code, DAY) is EVERYONE) is (ANY in granted)


@pytest.mark.parametrize("code", TABLE)
def test_who_holds_no_role_may_nothing(code):
    nobody = actor_with()
    assert not allows(nobody, code)
    assert reach(nobody, code, DAY) == frozenset()
    with pytest.raises(NotAllowed):
        require(nobody, code)
    with pytest.raises(NotVisible):
        require(nobody, code, person="self")


@pytest.mark.parametrize("code", TABLE)
def test_a_token_opens_only_its_scope(code):
    declared = permission(code)
    every = tuple(Role)
    for scopes in (frozenset(), frozenset({"elsewhere:write"})):
        assert not allows(actor_with(*every, scopes=scopes), code)
    held = any(expected(code, role) for role in Role)
    assert allows(actor_with(*every, scopes=frozenset({declared.scope})), code) is held
    reading = frozenset({f"{declared.room}:read"})
    assert allows(actor_with(*every, scopes=reading), code) is (held and not declared.writes)


def test_roles_add_up():
    code = "metrics.view"
    assert reach(actor_with(Role.REPRESENTATIVE), code, DAY) == {"self"}
    both = actor_with(Role.REPRESENTATIVE, Role.MANAGER)
    assert reach(both, code, DAY) >= {"self", "below"}


def test_the_system_may_everything():
    vetta = actor_with(is_system=True)
    assert all(reach(vetta, each.code) is EVERYONE for each in permissions())


def test_a_relationship_is_resolved_once_per_actor_and_day(monkeypatch):
    from vetta.core.access import registry

    asked = []

    def resolver(actor, on):
        asked.append(on)
        return frozenset({f"of {on}"})

    monkeypatch.setattr(registry, "_relationships", {"lab": resolver})
    monkeypatch.setattr(registry, "_permissions", {})
    monkeypatch.setattr(registry, "_limits", {})
    register_permission("lab.see", "see", {Role.MANAGER: "lab", Role.FINANCE: "unknown"})
    rui = Actor(roles=frozenset({Role.MANAGER}), today=DAY)
    earlier = date(2025, 1, 1)
    for _ in range(3):
        assert allows(rui, "lab.see", person=f"of {DAY}")
        assert allows(rui, "lab.see", person=f"of {earlier}", on=earlier)
        assert not allows(rui, "lab.see", person=f"of {earlier}")
    assert asked == [DAY, earlier]
    finance = Actor(roles=frozenset({Role.FINANCE}), today=DAY)
    assert reach(finance, "lab.see") == frozenset()


def test_declarations_do_not_contradict_one_another(monkeypatch):
    from vetta.core.access import registry

    monkeypatch.setattr(registry, "_relationships", {})
    monkeypatch.setattr(registry, "_permissions", {})
    register_permission("lab.see", "see", {Role.MANAGER: ANY})
    register_permission("lab.see", "see", {Role.MANAGER: ANY})
    with pytest.raises(ValueError, match="declared twice"):
        register_permission("lab.see", "see", {Role.FINANCE: ANY})
    with pytest.raises(LookupError, match=r"lab\.unknown"):
        permission("lab.unknown")
    with pytest.raises(ValueError, match="everybody"):
        register_relationship(ANY, lambda actor, on: frozenset())
    register_relationship("lab", len)
    with pytest.raises(ValueError, match="twice"):
        register_relationship("lab", sum)
