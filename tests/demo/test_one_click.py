"""One-click sign-in: in the demo company, by POST, and nowhere else."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from vetta.core import audit
from vetta.core.models import User
from vetta.site.demo.users import DEMO_USERS

pytestmark = pytest.mark.django_db
SOMEBODY = DEMO_USERS[0]


@pytest.fixture
def door(settings):
    settings.VETTA_DEMO = True
    User.objects.create_user(SOMEBODY.email, None, name=SOMEBODY.name)
    return reverse("demo_sign_in", args=[SOMEBODY.key])


def test_a_click_signs_in_and_is_noted(door, client):
    assert client.post(door).status_code == 302
    user = User.objects.get()
    assert client.session["_auth_user_id"] == str(user.pk)
    assert audit.search(action="core.signed_in").get().actor_id == user.pk


def test_the_buttons_stand_below_the_form(door, client):
    assert door in client.get(reverse("account_login")).content.decode()


def test_without_the_demo_there_is_no_door(door, client, settings):
    settings.VETTA_DEMO = False
    assert client.post(door).status_code == 404
    assert "_auth_user_id" not in client.session
    assert "demo/sign-in" not in client.get(reverse("account_login")).content.decode()


def test_a_link_cannot_sign_in(door, client):
    assert client.get(door).status_code == 405
    assert Client(enforce_csrf_checks=True).post(door).status_code == 403


def test_only_the_demo_s_own_users(door, cast, client):
    assert client.post(reverse("demo_sign_in", args=["nobody"])).status_code == 404
    User.objects.filter(email=SOMEBODY.email).update(is_active=False)
    assert client.post(door).status_code == 404
