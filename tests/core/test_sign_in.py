"""Sign-in: by e-mail and password, throttled, audited; no sign-up without an invitation."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from tests.cast import PASSWORD
from vetta.core import audit
from vetta.core.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_throttle_left_over():
    cache.clear()


def sign_in(client: Client, email: str, password: str):
    return client.post(reverse("account_login"), {"login": email, "password": password})


def test_by_address_and_password(cast, client):
    assert sign_in(client, "Ada@Example.com", PASSWORD).status_code == 302
    assert client.session["_auth_user_id"] == str(cast.ada.pk)
    assert audit.search(action="core.signed_in").get().actor_id == cast.ada.pk


def test_a_wrong_password_is_noted_and_says_nothing(cast, client):
    response = sign_in(client, "ada@example.com", "wrong password")
    assert response.status_code == 200
    assert "_auth_user_id" not in client.session
    entry = audit.search(action="core.sign_in_failed").get()
    assert entry.subject_id == str(cast.ada.pk)
    unknown = sign_in(client, "nobody@example.com", "wrong password")
    shown = {
        str(each.context["form"].errors).replace("nobody", "ada") for each in (response, unknown)
    }
    assert len(shown) == 1
    assert audit.search(action="core.sign_in_failed").count() == 1


def test_guessing_is_throttled(cast, client):
    for _attempt in range(5):
        sign_in(client, "ada@example.com", "wrong password")
    response = sign_in(client, "ada@example.com", PASSWORD)
    assert "_auth_user_id" not in client.session
    assert response.status_code in (200, 429)


def test_an_inactive_user_stays_outside(cast, client):
    User.objects.filter(pk=cast.bea.pk).update(is_active=False)
    sign_in(client, "bea@example.com", PASSWORD)
    assert "_auth_user_id" not in client.session


def test_nobody_signs_up(db, client):
    address = reverse("account_signup")
    form = {"email": "eve@example.com", "password1": PASSWORD, "password2": PASSWORD}
    client.post(address, form)
    assert not User.objects.exists()


def test_a_one_time_password_must_be_changed_first(cast, client):
    User.objects.filter(pk=cast.bea.pk).update(must_change_password=True)
    sign_in(client, "bea@example.com", PASSWORD)
    change = reverse("account_change_password")
    response = client.get("/")
    assert (response.status_code, response.url) == (302, change)
    assert client.get(change).status_code == 200
    client.post(
        change,
        {"oldpassword": PASSWORD, "password1": "another long one", "password2": "another long one"},
    )
    user = User.objects.get(pk=cast.bea.pk)
    assert not user.must_change_password
    assert user.check_password("another long one")
    assert audit.search(action="core.user_changed").count() == 1


def test_a_password_change_ends_other_sessions(cast, client):
    other = Client()
    for each in (client, other):
        sign_in(each, "bea@example.com", PASSWORD)
    client.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": "another long one", "password2": "another long one"},
    )
    assert client.get(reverse("account_change_password")).status_code == 200
    assert other.get(reverse("account_change_password")).status_code == 302


def test_a_second_factor_is_asked_for(cast, client):
    Authenticator.objects.create(
        user=cast.ada, type=Authenticator.Type.TOTP, data={"secret": "JBSWY3DPEHPK3PXP"}
    )
    response = sign_in(client, "ada@example.com", PASSWORD)
    assert response.url.startswith(reverse("mfa_authenticate"))
    assert "_auth_user_id" not in client.session
    assert not audit.search(action="core.signed_in").exists()


@pytest.mark.parametrize("name", ["mfa_activate_totp", "mfa_add_webauthn", "mfa_login_webauthn"])
def test_second_factors_and_passkeys_are_offered(cast, client, name):
    sign_in(client, "ada@example.com", PASSWORD)
    assert client.get(reverse(name)).status_code in (200, 302)


def test_the_language_of_the_person_is_used(cast, client):
    User.objects.filter(pk=cast.bea.pk).update(language="it")
    client.force_login(cast.bea)
    response = client.get(reverse("account_change_password"), headers={"accept-language": "en"})
    assert response.headers["Content-Language"] == "it"
