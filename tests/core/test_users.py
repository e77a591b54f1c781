"""Users and roles: who may change them, what is refused, and what a role changes."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from allauth.account.models import EmailAddress

from vetta.core import audit, clock
from vetta.core.access import NotAllowed, NotVisible, Role, actor_for, system_actor
from vetta.core.access.actor import roles_on
from vetta.core.models import Invitation, RoleGrant, User
from vetta.core.users import (
    accept,
    change_user,
    create_service_account,
    create_user,
    deactivate,
    effect_of,
    erase_person,
    find_invitation,
    grant_role,
    invite,
    one_time_password,
    reactivate,
    revoke_role,
    set_password,
    user_list,
    withdraw,
)
from vetta.kernel.problem import ProblemError

pytestmark = pytest.mark.django_db

STRONG = "four random words here"


def code_of(call, **arguments) -> str:
    with pytest.raises(ProblemError) as caught:
        call(**arguments)
    return caught.value.problems[0].code


def test_create_keeps_roles_from_today(cast):
    user = create_user(
        email="Eve@Example.com",
        password=STRONG,
        name="Eve",
        roles=(Role.FINANCE,),
        actor=cast.actor("ada"),
    )
    assert user.email == "eve@example.com"
    assert user.check_password(STRONG)
    assert roles_on(user, clock.today()) == {Role.FINANCE}
    assert roles_on(user, clock.today() - timedelta(days=1)) == frozenset()
    assert EmailAddress.objects.get(user=user).verified
    entry = audit.read(audit.search(action="core.user_created"), actor=cast.actor("ada"))[0]
    assert {change.field: change.after for change in entry.changes} == {
        "email": "eve@example.com",
        "roles": ["finance"],
    }
    assert STRONG not in str(audit.search().values())


@pytest.mark.parametrize(
    ("email", "password", "code"),
    [
        ("ADA@example.com", STRONG, "core.email_taken"),
        ("not an address", STRONG, "core.bad_email"),
        ("eve@example.com", "short", "core.weak_password"),
        ("eve@example.com", "password123", "core.weak_password"),
    ],
)
def test_create_refuses(cast, email, password, code):
    actor = cast.actor("ada")
    assert code_of(create_user, email=email, password=password, actor=actor) == code
    assert User.objects.count() == 5


@pytest.mark.parametrize("name", ["rui", "bea", "dag"])
def test_only_who_manages_users_may(cast, name):
    actor = cast.actor(name)
    with pytest.raises(NotAllowed, match="invite users"):
        create_user(email="eve@example.com", password=STRONG, actor=actor)
    with pytest.raises(NotAllowed):
        grant_role(user=cast.dag, role=Role.MANAGER, actor=actor)
    with pytest.raises(NotAllowed):
        revoke_role(grant_id=cast.ada.grants.get().pk, actor=actor)
    with pytest.raises(NotAllowed):
        deactivate(user=cast.ada, actor=actor)
    with pytest.raises(NotAllowed):
        invite(email="eve@example.com", actor=actor)
    with pytest.raises(NotAllowed):
        user_list(actor=actor)


def test_a_role_holds_between_its_days(cast):
    grant_role(
        user=cast.dag,
        role=Role.MANAGER,
        starts_on=date(2026, 3, 1),
        ends_on=date(2026, 4, 1),
        actor=cast.actor("ada"),
    )
    held = {
        day: bool(roles_on(cast.dag, day))
        for day in (date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 31), date(2026, 4, 1))
    }
    assert list(held.values()) == [False, True, True, False]


def test_a_role_is_not_held_twice_at_a_time(cast):
    ada = cast.actor("ada")
    assert code_of(grant_role, user=cast.rui, role=Role.MANAGER, actor=ada) == "core.role_held"
    revoke_role(grant_id=cast.rui.grants.get().pk, actor=ada)
    grant_role(user=cast.rui, role=Role.MANAGER, actor=ada)
    assert cast.rui.grants.count() == 2


def test_a_role_does_not_end_before_it_begins(cast):
    day = date(2026, 3, 1)
    arguments = {"user": cast.dag, "role": Role.MANAGER, "actor": cast.actor("ada")}
    assert code_of(grant_role, starts_on=day, ends_on=day, **arguments) == "core.bad_dates"


def test_revoking_takes_effect_at_once_and_keeps_the_past(cast):
    revoke_role(grant_id=cast.rui.grants.get().pk, actor=cast.actor("ada"))
    assert roles_on(cast.rui, clock.today()) == frozenset()
    assert roles_on(cast.rui, clock.today() - timedelta(days=1)) == {Role.MANAGER}
    grant = cast.rui.grants.get()
    assert code_of(revoke_role, grant_id=grant.pk, actor=cast.actor("ada")) == "core.role_ended"
    with pytest.raises(NotVisible):
        revoke_role(grant_id=0, actor=cast.actor("ada"))


def test_a_grant_to_come_never_begins_when_revoked(cast):
    ada = cast.actor("ada")
    coming = grant_role(
        user=cast.dag, role=Role.FINANCE, starts_on=ada.today + timedelta(days=9), actor=ada
    )
    revoke_role(grant_id=coming.pk, actor=ada)
    assert user_list(actor=ada, text="dag")[0].grants == ()


def test_somebody_must_be_left_to_administer(cast):
    ada = cast.actor("ada")
    grant = cast.ada.grants.get()
    assert code_of(revoke_role, grant_id=grant.pk, actor=ada) == "core.last_administrator"
    assert code_of(deactivate, user=cast.ada, actor=ada) == "core.last_administrator"
    assert User.objects.get(pk=cast.ada.pk).is_active
    assert RoleGrant.objects.get(pk=grant.pk).ends_on is None
    grant_role(user=cast.rui, role=Role.ADMINISTRATOR, actor=ada)
    revoke_role(grant_id=grant.pk, actor=ada)


def test_a_deactivated_user_is_nobody(cast, client):
    client.force_login(cast.bea)
    deactivate(user=cast.bea, actor=cast.actor("ada"))
    assert not actor_for(cast.bea).is_signed_in
    cast.bea.refresh_from_db()
    assert client.get("/accounts/password/change/").status_code == 302
    reactivate(user=cast.bea, actor=cast.actor("ada"))
    assert actor_for(cast.bea).roles == {Role.REPRESENTATIVE}


def test_one_changes_oneself_but_nobody_else(cast):
    change_user(user=cast.bea, language="it", actor=cast.actor("bea"))
    assert User.objects.get(pk=cast.bea.pk).language == "it"
    with pytest.raises(NotAllowed):
        change_user(user=cast.cy, name="X", actor=cast.actor("bea"))
    bea = cast.actor("bea")
    assert code_of(change_user, user=cast.bea, language="xx", actor=bea) == "core.bad_user"
    set_password(user=cast.bea, password=STRONG, actor=cast.actor("bea"))
    with pytest.raises(NotAllowed):
        set_password(user=cast.cy, password=STRONG, actor=cast.actor("bea"))


def test_one_time_passwords_are_strong_and_never_the_same():
    made = {one_time_password() for _ in range(50)}
    assert len(made) == 50
    assert all(len(word) == 23 for word in made)


def test_users_are_searched_by_name_role_and_state(cast, django_assert_num_queries):
    ada = cast.actor("ada")
    with django_assert_num_queries(2):
        assert len(user_list(actor=ada)) == 5
    assert [user.name for user in user_list(actor=ada, role=Role.REPRESENTATIVE)] == ["Bea", "Cy"]
    assert [user.name for user in user_list(actor=ada, text="RUI@")] == ["Rui"]
    deactivate(user=cast.cy, actor=ada)
    assert [user.name for user in user_list(actor=ada, active=False)] == ["Cy"]


def test_the_effect_of_a_role_is_known_before(cast):
    gained = effect_of([], [Role.REPRESENTATIVE])
    assert {effect.code for effect in gained if effect.is_gain} >= {"core.tokens.own"}
    assert effect_of([Role.MANAGER], [Role.MANAGER]) == []
    lost = effect_of([Role.ADMINISTRATOR, Role.MANAGER], [Role.MANAGER])
    assert "core.users.manage" in {effect.code for effect in lost}
    assert not any(effect.is_gain for effect in lost)
    # What both roles hold is neither gained nor lost.
    assert "core.tokens.own" not in {effect.code for effect in lost}


def test_an_invitation_opens_once(cast):
    invitation, secret = invite(
        email="Eve@example.com", roles=(Role.MANAGER,), actor=cast.actor("ada")
    )
    assert secret not in str(Invitation.objects.values())
    assert find_invitation(secret) == invitation
    user = accept(secret=secret, name="Eve", password=STRONG, language="it")
    assert (user.email, user.language) == ("eve@example.com", "it")
    assert roles_on(user, clock.today()) == {Role.MANAGER}
    with pytest.raises(NotVisible):
        accept(secret=secret, name="Eve", password=STRONG)
    assert audit.search(action="core.invitation_accepted").get().actor_id == user.pk


def test_an_invitation_expires_is_withdrawn_and_replaced(cast):
    ada = cast.actor("ada")
    _first, old = invite(email="eve@example.com", actor=ada)
    second, secret = invite(email="eve@example.com", actor=ada)
    with pytest.raises(NotVisible):
        find_invitation(old)
    with clock.stopped_at(clock.now() + timedelta(days=7)), pytest.raises(NotVisible):
        find_invitation(secret)
    withdraw(invitation_id=second.pk, actor=ada)
    with pytest.raises(NotVisible):
        find_invitation(secret)
    with pytest.raises(NotVisible):
        withdraw(invitation_id=second.pk, actor=ada)
    assert code_of(invite, email="BEA@example.com", actor=ada) == "core.email_taken"


def test_a_weak_password_leaves_the_invitation_open(cast):
    _invitation, secret = invite(email="eve@example.com", actor=cast.actor("ada"))
    assert code_of(accept, secret=secret, name="Eve", password="short") == "core.weak_password"
    assert find_invitation(secret).email == "eve@example.com"


def test_a_service_account_has_roles_but_no_way_to_sign_in(cast):
    robot = create_service_account(
        name="Nightly import", roles=(Role.SALES_OPERATIONS,), actor=cast.actor("ada")
    )
    assert robot.is_service
    assert not robot.has_usable_password()
    assert actor_for(robot).roles == {Role.SALES_OPERATIONS}
    ada = cast.actor("ada")
    assert code_of(create_service_account, name=" ", roles=(), actor=ada) == "core.name_missing"


def test_erasure_leaves_a_number_without_a_name(cast):
    ada = cast.actor("ada")
    change_user(user=cast.bea, name="Beatrix", actor=ada)
    assert code_of(erase_person, user=cast.bea, actor=ada) == "core.still_active"
    deactivate(user=cast.bea, actor=ada)
    erase_person(user=cast.bea, actor=ada)
    user = User.objects.get(pk=cast.bea.pk)
    assert "bea" not in f"{user.email} {user.name}".lower()
    shown = str(audit.read(audit.search(subject=f"core.user:{user.pk}"), actor=ada))
    assert "Beatrix" not in shown
    assert audit.verify().is_sound


def test_the_system_may_create_the_first_administrator(db):
    user = create_user(
        email="first@example.com",
        password=None,
        roles=(Role.ADMINISTRATOR,),
        actor=system_actor("command line"),
    )
    assert not user.has_usable_password()
    assert audit.search(who="command").count() == 1
