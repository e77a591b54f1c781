"""``vetta demo``: make the demo company in the data folder."""

from __future__ import annotations

import sys
from datetime import date
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    app.command("demo", help="Make the demo company.")(demo)


def demo(
    people: Annotated[int, typer.Option(help="Seats of the organisation.")] = 60,
    order_lines: Annotated[
        int | None, typer.Option(help="About how many order lines; up to ten million.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Another seed makes another company.")] = 2026,
    until: Annotated[
        str | None, typer.Option(help="Last day with facts, as 2026-11-23; else yesterday.")
    ] = None,
    if_empty: Annotated[
        bool, typer.Option("--if-empty", help="Do nothing where there is data already.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Answer as JSON.")] = False,
) -> None:
    """Generate three years of facts, import them and make a user for each role.

    Exit codes: 0 made, or nothing to do; 2 where the data folder holds other data.
    """
    from vetta.cli.answers import print_json, refusals
    from vetta.site.demo import install as demo_company

    with refusals(as_json):
        if if_empty and (demo_company.is_ready() or demo_company.holds_other_data()):
            answer: dict[str, object] = {"created": False}
            sentence = "There is data already; nothing was done."
        else:
            scale = demo_company.default_scale(people, order_lines, seed, _day(until))
            made = demo_company.install(scale, say=None if as_json else _say)
            answer = made.as_json()
            sentence = (
                f"The demo company is ready: {scale.people} seats, "
                f"{sum(made.company.rows.values()):,} rows, {scale.starts_on} to "
                f"{scale.ends_on}. Sign in by one click."
            )
    if as_json:
        print_json(answer)
    else:
        typer.echo(sentence)


def _day(text: str | None) -> date | None:
    from vetta.kernel.problem import Problem, ProblemError

    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ProblemError(
            Problem(
                code="demo.bad_date",
                message=f"{text!r} is no date.",
                hint="Write it as 2026-11-23.",
            )
        ) from None


def _say(step: str) -> None:
    if sys.stderr.isatty():
        typer.echo(f"· {step}", err=True)
