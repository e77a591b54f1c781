"""``vetta users``: create users, grant and revoke roles, make tokens."""

from __future__ import annotations

import sys
from datetime import date, datetime, timedelta
from typing import Annotated, Any
from uuid import uuid4

import typer

from vetta.cli.answers import print_json, refusals, refuse
from vetta.core import clock, request_context, tokens, users
from vetta.core.access import Role, system_actor
from vetta.core.models import User
from vetta.core.users.selectors import as_view
from vetta.kernel.problem import Problem

app = typer.Typer(no_args_is_help=True, help="Create users, set roles, make tokens.")

Email = Annotated[str, typer.Argument(help="The user's e-mail address.")]
Json = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
Day = Annotated[str | None, typer.Option(help="A day, such as 2026-03-01.")]


def register(parent: typer.Typer) -> None:
    parent.add_typer(app, name="users")


@app.callback()
def _context(context: typer.Context) -> None:
    """Whoever holds the machine may do everything; the audit trail says it came from here."""
    context.with_resource(request_context.entered(request_id=uuid4().hex, channel="cli"))


def _actor() -> Any:
    return system_actor("command line")


@app.command()
def create(
    email: Email,
    role: Annotated[list[Role], typer.Option(help="A role to grant; repeatable.")] = [],  # noqa: B006
    name: Annotated[str, typer.Option(help="The user's name.")] = "",
    language: Annotated[str, typer.Option(help="en or it.")] = "en",
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Create a user.

    The password is asked for at a terminal (press Enter for a generated one), read from standard
    input with --password-stdin, or else generated. A generated one is printed once and must be
    changed at the first sign-in.
    """
    password, is_generated = _password(password_stdin, is_asked=not as_json)
    with refusals(as_json):
        user = users.create_user(
            email=email,
            password=password,
            name=name,
            roles=tuple(dict.fromkeys(role)),
            language=language,
            must_change_password=is_generated,
            actor=_actor(),
        )
    _tell(user, as_json, password if is_generated else None)


def _password(from_stdin: bool, *, is_asked: bool) -> tuple[str, bool]:
    """The password, and whether it was generated."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n"), False
    if is_asked and sys.stdin.isatty():
        typed = typer.prompt(
            "Password (Enter for a generated one)",
            hide_input=True,
            default="",
            show_default=False,
            confirmation_prompt="The same again",
        )
        if typed:
            return typed, False
    return users.one_time_password(), True


@app.command(name="list")
def list_(
    text: Annotated[str, typer.Argument(help="A part of a name or an address.")] = "",
    role: Annotated[Role | None, typer.Option(help="Only who holds this role today.")] = None,
    as_json: Json = False,
) -> None:
    """List users with the roles they hold today."""
    found = users.user_list(actor=_actor(), text=text, role=role)
    if as_json:
        print_json([_as_json(user) for user in found])
        return
    for user in found:
        roles = ", ".join(each.value for each in user.roles) or "no role"
        state = "" if user.is_active else " (deactivated)"
        typer.echo(f"{user.email}\t{user.name or '—'}\t{roles}{state}")
    if not found:
        typer.echo(
            "No users. Make the first: vetta users create YOU@EXAMPLE.COM --role administrator"
        )


@app.command()
def grant(
    email: Email,
    role: Annotated[Role, typer.Argument(help="The role.")],
    from_: Annotated[
        str | None, typer.Option("--from", help="First day; today if left out.")
    ] = None,
    until: Annotated[
        str | None, typer.Option(help="First day without it; open if left out.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Grant a role."""
    with refusals(as_json):
        user = _user(email, as_json)
        users.grant_role(
            user=user,
            role=role,
            starts_on=_day(from_, as_json),
            ends_on=_day(until, as_json),
            actor=_actor(),
        )
    _tell(user, as_json)


@app.command()
def revoke(
    email: Email,
    role: Annotated[Role, typer.Argument(help="The role.")],
    on: Annotated[str | None, typer.Option(help="First day without it; today if left out.")] = None,
    as_json: Json = False,
) -> None:
    """Revoke a role, at once or on a day."""
    user = _user(email, as_json)
    day = _day(on, as_json) or clock.today()
    held = [grant for grant in as_view(user, day).grants if grant.role == role]
    running = [grant for grant in held if grant.ends_on is None or grant.ends_on > day]
    if not running:
        refuse(
            Problem(
                code="core.role_not_held",
                message=f"{user} does not hold the role {role.value}.",
                hint="See: vetta users list",
            ),
            as_json=as_json,
        )
    with refusals(as_json):
        for each in running:
            users.revoke_role(grant_id=each.id, ends_on=day, actor=_actor())
    _tell(user, as_json)


@app.command()
def password(
    email: Email,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Set a user's password, as ``create`` does; the user's sessions end."""
    user = _user(email, as_json)
    chosen, is_generated = _password(password_stdin, is_asked=not as_json)
    with refusals(as_json):
        users.set_password(user=user, password=chosen, must_change=is_generated, actor=_actor())
    _tell(user, as_json, chosen if is_generated else None)


@app.command()
def deactivate(email: Email, as_json: Json = False) -> None:
    """Keep a user from signing in; nothing is deleted."""
    with refusals(as_json):
        user = _user(email, as_json)
        users.deactivate(user=user, actor=_actor())
    _tell(user, as_json)


@app.command()
def token(
    owner: Annotated[str, typer.Argument(help="A user's address, or with --service a new name.")],
    scope: Annotated[list[str], typer.Option(help="Such as intake:write; repeatable.")],
    name: Annotated[str, typer.Option(help="What will use it.")] = "command line",
    service: Annotated[
        bool, typer.Option("--service", help="Make a service account of that name for it.")
    ] = False,
    role: Annotated[list[Role], typer.Option(help="The service account's roles.")] = [],  # noqa: B006
    days: Annotated[int, typer.Option(help="Days until it expires; 0 for never.", min=0)] = 90,
    as_json: Json = False,
) -> None:
    """Make an API token; its secret is printed once."""
    with refusals(as_json):
        user = (
            users.create_service_account(name=owner, roles=tuple(role), actor=_actor())
            if service
            else _user(owner, as_json)
        )
        made, secret = tokens.make_token(
            user=user,
            name=name,
            scopes_wanted=scope,
            expires_at=_expiry(days),
            actor=_actor(),
        )
    if as_json:
        print_json({"id": made.pk, "secret": secret, "scopes": made.scopes, "user": str(user),
                    "expires_at": made.expires_at})  # fmt: skip
        return
    typer.echo(secret)
    typer.secho(f"Token “{name}” of {user}. It is shown this once and kept nowhere.", err=True)


def _expiry(days: int) -> datetime | None:
    return clock.now() + timedelta(days=days) if days else None


def _user(email: str, as_json: bool) -> User:
    user = users.find_user(email)
    if user is None:
        refuse(
            Problem(
                code="core.user_unknown",
                message=f"There is no user with the address {email}.",
                hint="See: vetta users list",
            ),
            as_json=as_json,
        )
    return user


def _day(text: str | None, as_json: bool) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        refuse(
            Problem(
                code="core.bad_dates",
                message=f"Not a day: {text}.",
                hint="Write it as 2026-03-01.",
            ),
            as_json=as_json,
        )


def _as_json(user: Any) -> dict[str, Any]:
    return {
        "email": user.email,
        "name": user.name,
        "is_active": user.is_active,
        "is_service": user.is_service,
        "roles": [role.value for role in user.roles],
    }


def _tell(user: User, as_json: bool, secret: str | None = None) -> None:
    """Show a user as he stands now, with the generated password if there is one."""
    user = User.objects.prefetch_related("grants").get(pk=user.pk)
    shown = _as_json(as_view(user, clock.today()))
    if as_json:
        print_json({**shown, "one_time_password": secret})
        return
    typer.echo(f"{shown['email']}: {', '.join(shown['roles']) or 'no role'}")
    if secret is not None:
        typer.echo(f"One-time password: {secret}")
        typer.secho("It is shown this once and must be changed at the first sign-in.", err=True)
