"""``vetta demo``: make the demo company in the data folder."""

from __future__ import annotations

import json
import sys
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
    from vetta.kernel.problem import ProblemError
    from vetta.site.demo import install as demo_company

    if if_empty and (demo_company.is_ready() or demo_company.holds_other_data()):
        _answer(as_json, {"created": False}, "There is data already; nothing was done.")
        return
    try:
        scale = demo_company.default_scale(people, order_lines, seed, _day(until))
        made = demo_company.install(scale, say=None if as_json else _say)
    except ProblemError as error:
        if as_json:
            problems = [problem.as_json() for problem in error.problems]
            typer.echo(json.dumps({"created": False, "problems": problems}))
        for problem in error.problems[:20]:
            typer.echo(f"vetta: {problem.message} {problem.hint}".rstrip(), err=True)
        raise typer.Exit(2) from None
    rows = sum(made.company.rows.values())
    _answer(
        as_json,
        made.as_json(),
        f"The demo company is ready: {scale.people} seats, {rows:,} rows, "
        f"{scale.starts_on} to {scale.ends_on}. Sign in by one click.",
    )


def _day(text: str | None):
    from datetime import date

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


def _answer(as_json: bool, content: dict[str, object], sentence: str) -> None:
    typer.echo(json.dumps(content, default=str) if as_json else sentence)
