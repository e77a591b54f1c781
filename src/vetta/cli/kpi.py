"""``vetta kpi``: ask for a KPI, list the catalogue, explain a figure, show the facts behind it.

Exit codes: 0 answered, also where the answer is empty; 2 a bad question, with a hint.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from vetta.cli.answers import print_json, refuse
from vetta.engine.metrics.question import Answer, Comparison, FxKind, Question
from vetta.kernel.calendar import Grain
from vetta.kernel.problem import Problem, ProblemError, Severity
from vetta.metrics import selectors
from vetta.metrics.contracts import CatalogueEntry, Drill, Explanation

COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTICE: "cyan"}


def register(parent: typer.Typer) -> None:
    parent.command("kpi", help="Ask for a KPI, or list the catalogue.")(run)


def run(
    name: Annotated[str | None, typer.Argument(help="The KPI.", metavar="NAME")] = None,
    by: Annotated[
        list[str] | None, typer.Option(help="Dimensions that split it, as person,product.")
    ] = None,
    grain: Annotated[
        str | None, typer.Option(help="day, week, month, quarter or year.", metavar="GRAIN")
    ] = None,
    starts_on: Annotated[
        str | None, typer.Option("--from", help="First day.", metavar="DATE")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", help="First day that no longer counts.", metavar="DATE")
    ] = None,
    where: Annotated[
        str | None, typer.Option(help="A filter, such as \"channel = 'web'\".", metavar="EXPR")
    ] = None,
    as_of: Annotated[
        str | None, typer.Option(help="The world at the end of this day.", metavar="DATE")
    ] = None,
    compare: Annotated[
        str | None, typer.Option(help="previous_period, previous_year or target.")
    ] = None,
    currency: Annotated[str | None, typer.Option(help="Of the answer, such as EUR.")] = None,
    fx: Annotated[str, typer.Option(help="Rates: spot, month_average or plan.")] = "spot",
    below: Annotated[
        str | None, typer.Option(help="Only this person and everybody below.", metavar="PERSON")
    ] = None,
    listing: Annotated[bool, typer.Option("--list", help="List the KPIs.")] = False,
    definition: Annotated[bool, typer.Option("--definition", help="Show what it means.")] = False,
    explain: Annotated[bool, typer.Option("--explain", help="Show how it is computed.")] = False,
    drill: Annotated[bool, typer.Option("--drill", help="Show the facts behind it.")] = False,
    page: Annotated[int, typer.Option(min=1, help="Of the facts.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """Ask for a KPI: vetta kpi win_rate --by team --grain month --from 2017-01-01."""
    try:
        if listing:
            _list(as_json)
            return
        if not name:
            raise ProblemError(_bad("Which KPI?", "List them with: vetta kpi --list"))
        if definition:
            _definition(selectors.entry(name), as_json)
            return
        question = Question(
            metric=name,
            by=tuple(part.strip() for each in by or () for part in each.split(",") if part.strip()),
            grain=_choice("grain", grain, Grain),
            starts_on=_day("from", starts_on),
            ends_on=_day("until", until),
            where=where,
            as_of=_day("as-of", as_of),
            compare=_choice("compare", compare, Comparison),
            currency=currency.upper() if currency else None,
            fx=_choice("fx", fx, FxKind) or FxKind.SPOT,
            below=below,
        )
        if explain:
            _explanation(selectors.explain(question), as_json)
        elif drill:
            _facts(selectors.drill(question, page=page), as_json)
        else:
            _answer(selectors.ask(question), as_json)
    except ProblemError as error:
        refuse(*error.problems, as_json=as_json)


def _bad(message: str, hint: str) -> Problem:
    return Problem(code="cli.bad_question", message=message, hint=hint)


def _day(option: str, text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ProblemError(
            _bad(f"--{option} {text!r} is not a date.", "Write it like 2017-03-01.")
        ) from None


def _choice(option: str, text: str | None, kind: Any) -> Any:
    if text is None:
        return None
    try:
        return kind(text.lower())
    except ValueError:
        raise ProblemError(
            _bad(f"--{option} {text!r} is not known.", "One of: " + ", ".join(kind) + ".")
        ) from None


# --- answers ------------------------------------------------------------------------------------


def _answer(answer: Answer, as_json: bool) -> None:
    if as_json:
        print_json(answer.as_json())
        return
    console = Console()
    question = answer.question
    assert question is not None
    table = Table(title=_title(answer), title_justify="left")
    for dimension in question.by:
        table.add_column(dimension)
    if question.grain is not None:
        table.add_column(question.grain.value)
    table.add_column(answer.currency or answer.unit.value, justify="right")
    if question.compare is not None:
        table.add_column(question.compare.value.replace("_", " "), justify="right")
        table.add_column("change", justify="right")
    for row in answer.rows:
        cells = [member.name or "—" for member in row.by.values()]
        if question.grain is not None:
            cells.append(row.period or "—")
        cells.append(_shown(row.value, answer.unit.value))
        if row.compared is not None:
            cells += [
                _shown(row.compared.value, answer.unit.value),
                _shown(row.compared.change, "ratio"),
            ]
        table.add_row(*cells)
    if answer.rows:
        console.print(table)
    else:
        console.print(f"{answer.title}: no facts in this question.")
    _problems(answer.problems)


def _title(answer: Answer) -> str:
    days = ""
    if answer.starts_on or answer.ends_on:
        days = f", {answer.starts_on or '…'} until {answer.ends_on or '…'}"
    return f"{answer.title}{days}"


def _shown(value: str | None, unit: str) -> str:
    """For reading: rounded, with groups of three; the exact value is in ``--json``."""
    from decimal import Decimal

    from vetta.kernel.money import round_half_away

    if value is None:
        return "—"
    number = Decimal(value)
    if unit == "ratio":
        return f"{round_half_away(number * 100, 1):,} %"
    if unit == "count":
        return f"{round_half_away(number, 0):,}"
    places = 2 if unit in ("money", "number", "score") else 1
    return f"{round_half_away(number, places):,}"


def _problems(problems: tuple[Problem, ...]) -> None:
    console = Console(stderr=True)
    for problem in problems:
        colour = COLOURS[problem.severity]
        console.print(f"[{colour}]{problem.severity.value}[/]: {problem.message} {problem.hint}")


# --- the catalogue ------------------------------------------------------------------------------


def _list(as_json: bool) -> None:
    entries = selectors.entries()
    if as_json:
        print_json({"kpis": [_entry_json(one) for one in entries]})
        return
    table = Table(title=f"{len(entries)} KPIs", title_justify="left")
    table.add_column("name", no_wrap=True)
    for column in ("what it is", "kind", "unit", "better"):
        table.add_column(column)
    arrows = {"higher_is_better": "↑", "lower_is_better": "↓", "neutral": ""}
    for one in entries:
        table.add_row(one.name, one.title, one.kind.value, one.unit.value, arrows[one.direction])
    Console().print(table)
    Console().print("What one means, and how it splits: vetta kpi NAME --definition")


def _entry_json(one: CatalogueEntry) -> dict[str, Any]:
    return {
        "name": one.name,
        "title": one.title,
        "description": one.description,
        "kind": one.kind.value,
        "unit": one.unit.value,
        "direction": one.direction.value,
        "category": one.category,
        "owner": one.owner,
        "formula": one.formula,
        "sources": list(one.sources),
        "caveats": list(one.caveats),
        "version": one.version,
        "parts": list(one.parts),
        "dimensions": [each.name for each in one.dimensions],
        "columns": dict(one.columns),
        "dated_by": one.dated_by,
    }


def _definition(one: CatalogueEntry, as_json: bool) -> None:
    if as_json:
        print_json(_entry_json(one))
        return
    console = Console()
    console.print(f"[bold]{one.title}[/] ({one.name}, version {one.version})")
    console.print(one.description)
    console.print(f"Formula: {one.formula}", markup=False)
    console.print(f"Unit: {one.unit.value} · {one.direction.value.replace('_', ' ')}")
    console.print(f"Owner: {one.owner} · from: {', '.join(one.sources)} · dated by {one.dated_by}")
    console.print(f"Splits by: {', '.join(each.name for each in one.dimensions) or 'nothing'}")
    for caveat in one.caveats:
        console.print(f"· {caveat}")


# --- explaining ---------------------------------------------------------------------------------


def _explanation(found: Explanation, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "metric": found.metric,
                "title": found.title,
                "description": found.description,
                "formula": found.formula,
                "caveats": list(found.caveats),
                "unit": found.unit.value,
                "currency": found.currency,
                "value": found.value,
                "numerator": found.numerator,
                "denominator": found.denominator,
                "steps": [
                    {
                        "label": step.label,
                        "name": step.name,
                        "operator": step.operator,
                        "left": step.left,
                        "left_label": step.left_label,
                        "right": step.right,
                        "right_label": step.right_label,
                        "result": step.result,
                    }
                    for step in found.steps
                ],
            }
        )
        return
    console = Console()
    console.print(f"[bold]{found.title}[/]: {found.description}")
    for step in found.steps:
        how = ""
        if step.operator:
            how = f"{step.left or '—'} {step.operator} {step.right or '—'} = "
        console.print(f"  {step.label}: {how}{step.result or '—'}", markup=False)


def _facts(found: Drill, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "metric": found.metric,
                "table": found.table,
                "total": found.total,
                "page": found.page,
                "size": found.size,
                "sums": dict(found.sums),
                "rows": [
                    {
                        "source": row.source,
                        "source_id": row.source_id,
                        "on": row.happened_on.isoformat() if row.happened_on else None,
                        "person": row.person,
                        "values": {name: str(value) for name, value in row.values.items()},
                        "contributions": dict(row.contributions),
                    }
                    for row in found.rows
                ],
            }
        )
        return
    table = Table(title=f"{found.total} rows of {found.table}", title_justify="left")
    for column in ("source", "key", "day", "person", *found.parts):
        table.add_column(column)
    for row in found.rows:
        added = [row.contributions.get(part) or "—" for part in found.parts]
        table.add_row(
            row.source, row.source_id, str(row.happened_on or "—"), row.person or "—", *added
        )
    Console().print(table)
    sums = ", ".join(f"{name} {value}" for name, value in found.sums.items())
    Console().print(f"Over all pages: {sums}", markup=False)
