"""How every command answers: JSON for programs, sentences for people, problems with a way out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import typer

from vetta.kernel.problem import Problem, ProblemError

BAD_QUESTION = 2


def print_json(value: Any) -> None:
    """One JSON document on standard output; what JSON does not know is written as text."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def refuse(*problems: Problem, as_json: bool = False) -> NoReturn:
    """Say what is wrong and end with exit code 2."""
    if as_json:
        print_json({"problems": [problem.as_json() for problem in problems]})
    for problem in problems:
        typer.secho(f"vetta: {problem.message}", err=True)
        if problem.hint:
            typer.secho(f"  {problem.hint}", err=True)
    raise typer.Exit(BAD_QUESTION)


@contextmanager
def refusals(as_json: bool) -> Iterator[None]:
    """Within the block, a ``ProblemError`` becomes a refusal instead of a traceback."""
    try:
        yield
    except ProblemError as error:
        refuse(*error.problems, as_json=as_json)
