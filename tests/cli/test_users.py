"""``vetta users``: what it answers, what it refuses, what it leaves behind."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import typer
from typer.testing import CliRunner

from vetta.cli import users as command
from vetta.core import audit, clock
from vetta.core.access.actor import roles_on
from vetta.core.models import ApiToken, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def vetta():
    app = typer.Typer()
    command.register(app)
    runner = CliRunner()

    def run(*words: str, typed: str | None = None):
        return runner.invoke(app, ["users", *words], input=typed)

    return run


def test_the_first_administrator_with_a_password_from_standard_input(vetta):
    result = vetta(
        "create", "ada@example.com", "--role", "administrator", "--password-stdin", "--json",
        typed="four random words\n",
    )  # fmt: skip
    assert result.exit_code == 0
    assert json.loads(result.stdout) == {
        "email": "ada@example.com",
        "name": "",
        "is_active": True,
        "is_service": False,
        "roles": ["administrator"],
        "one_time_password": None,
    }
    user = User.objects.get()
    assert user.check_password("four random words")
    assert not user.must_change_password
    entry = audit.search(action="core.user_created").get()
    assert (entry.actor_label, entry.channel) == ("command line", "cli")


def test_a_generated_password_is_printed_once_and_must_be_changed(vetta):
    result = vetta("create", "bea@example.com", "--name", "Bea", "--language", "it")
    secret = result.stdout.split("One-time password: ")[1].split()[0]
    user = User.objects.get()
    assert user.check_password(secret)
    assert user.must_change_password
    assert (user.name, user.language) == ("Bea", "it")
    again = json.loads(vetta("password", "bea@example.com", "--json").stdout)["one_time_password"]
    user.refresh_from_db()
    assert again != secret
    assert user.check_password(again)


@pytest.mark.parametrize(
    ("words", "typed", "code"),
    [
        (["create", "nonsense", "--password-stdin"], "four random words\n", "core.bad_email"),
        (["create", "eve@example.com", "--password-stdin"], "short\n", "core.weak_password"),
        (["create", "ADA@example.com"], None, "core.email_taken"),
        (["grant", "nobody@example.com", "manager"], None, "core.user_unknown"),
        (["grant", "ada@example.com", "administrator"], None, "core.role_held"),
        (["grant", "ada@example.com", "finance", "--from", "soon"], None, "core.bad_dates"),
        (["revoke", "ada@example.com", "administrator"], None, "core.last_administrator"),
        (["revoke", "dag@example.com", "finance"], None, "core.role_not_held"),
        (["deactivate", "ada@example.com"], None, "core.last_administrator"),
        (["token", "ada@example.com", "--scope", "everything"], None, "core.unknown_scope"),
    ],
)
def test_what_is_refused_says_why_with_exit_code_2(cast, vetta, words, typed, code):
    result = vetta(*words, "--json", typed=typed)
    assert result.exit_code == 2
    assert json.loads(result.stdout)["problems"][0]["code"] == code
    assert result.stderr.startswith("vetta: ")


def test_an_unknown_role_is_refused_with_the_choices(cast, vetta):
    result = vetta("grant", "dag@example.com", "emperor")
    assert result.exit_code == 2
    assert "administrator" in result.stderr


def test_roles_are_granted_and_revoked(cast, vetta):
    result = vetta("grant", "dag@example.com", "finance", "--json")
    assert json.loads(result.stdout)["roles"] == ["finance"]
    day = (clock.today() + timedelta(days=5)).isoformat()
    vetta("grant", "dag@example.com", "manager", "--from", day)
    assert roles_on(cast.dag, clock.today() + timedelta(days=6)) == {"finance", "manager"}
    assert vetta("revoke", "dag@example.com", "finance").stdout == "dag@example.com: no role\n"


def test_users_are_listed(cast, vetta):
    lines = vetta("list").stdout.splitlines()
    assert lines[0] == "ada@example.com\tAda\tadministrator"
    assert len(lines) == 5
    found = json.loads(vetta("list", "--role", "representative", "--json").stdout)
    assert [user["name"] for user in found] == ["Bea", "Cy"]
    vetta("deactivate", "cy@example.com")
    assert "(deactivated)" in vetta("list", "cy@").stdout


def test_an_empty_list_says_how_to_begin(db, vetta):
    assert "--role administrator" in vetta("list").stdout


def test_tokens_are_made_for_people_and_programs(cast, vetta):
    secret = vetta("token", "ada@example.com", "--scope", "core:read", "--days", "0").stdout.strip()
    assert secret.startswith("vetta_")
    assert ApiToken.objects.get().expires_at is None
    made = json.loads(
        vetta(
            "token", "Nightly", "--service", "--role", "finance", "--scope", "core:read", "--json"
        ).stdout
    )
    assert (made["user"], made["scopes"]) == ("Nightly", ["core:read"])
    robot = User.objects.get(is_service=True)
    assert roles_on(robot, clock.today()) == {"finance"}
