"""Repair: by reason, where all rows with a value follow, and by cell."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from vetta.core.access import allows, require
from vetta.engine.schema import Column, ColumnType
from vetta.intake import selectors, services
from vetta.intake.contracts import BatchView, ReasonView, RefusedRowView
from vetta.intake.pages import words
from vetta.intake.permissions import IMPORT
from vetta.kernel.money import CURRENCIES
from vetta.kernel.problem import ProblemError
from vetta.ui import formatting, tables
from vetta.ui.tables import Kind, Table

PAGE = 25
NUMERIC = frozenset(
    {
        ColumnType.MONEY,
        ColumnType.NUMBER,
        ColumnType.INTEGER,
        ColumnType.RATIO,
        ColumnType.FX_RATE,
    }
)
MANY = 5_000  # distinct values that one click repairs
_NUMBER = re.compile(r"[+-]?[0-9][0-9.,' ]*")
MAX_CELLS = 6  # columns beside the refused one that help to recognise a row


def context(request: HttpRequest, batch: BatchView) -> dict[str, Any]:
    """What the page of a batch shows of its quarantine."""
    reasons = selectors.reasons(batch.id, actor=request.actor)
    chosen = request.GET.get("reason", "")
    picked = next((reason for reason in reasons if key_of(reason) == chosen), None)
    page = max(1, int(request.GET["page"])) if request.GET.get("page", "").isdecimal() else 1
    narrowing = (
        {"table": picked.table, "column": picked.column, "code": picked.code} if picked else {}
    )
    rows = selectors.refused_rows(
        batch.id, actor=request.actor, limit=PAGE + 1, offset=(page - 1) * PAGE, **narrowing
    )
    schemas = selectors.importable_tables()
    return {
        "reasons": [_reason(reason, schemas) for reason in reasons],
        "reason_title": _title(len(reasons), batch.quarantined_open),
        "picked": chosen if picked else "",
        "rows": [row_context(row, schemas) for row in rows[:PAGE]],
        "page": page,
        "first": (page - 1) * PAGE + 1,
        "last": (page - 1) * PAGE + len(rows[:PAGE]),
        "refused_count": picked.rows if picked else batch.quarantined_open,
        "has_next": len(rows) > PAGE,
        "show_file": len(batch.files) > 1 or len({row.file for row in rows}) > 1,
        "can_edit": allows(request.actor, IMPORT),
    }


def key_of(reason: ReasonView) -> str:
    return f"{reason.table}.{reason.column}.{reason.code}"


def _title(reasons: int, rows: int) -> str:
    counted = ngettext("%(n)s reason", "%(n)s reasons", reasons) % {"n": reasons}
    return _("Quarantine: %(reasons)s, %(rows)s") % {
        "reasons": counted,
        "rows": words.rows_text(rows),
    }


def _column(schemas: Any, table: str, name: str) -> Column | None:
    schema = schemas.get(table)
    return next((c for c in schema if c.name == name), None) if schema else None


def without_sign(value: str) -> str:
    """A number without the currency sign or code around it; empty where none is left."""
    bare = re.sub(r"[^0-9.,'+\-−\s]", "", value).replace("−", "-").strip(" \t\xa0")
    return bare if _NUMBER.fullmatch(bare) else ""


def suggested(column: Column | None, value: str) -> str:
    """What a refused value probably means; the value itself where nothing is near."""
    if column is None or not value:
        return value
    if column.type in NUMERIC:
        return without_sign(value) or value
    choices = column.choices or (tuple(CURRENCIES) if column.name.endswith("currency") else ())
    by_case = {choice.casefold(): choice for choice in choices}
    near = get_close_matches(value.casefold(), by_case, n=1, cutoff=0.5)
    return by_case[near[0]] if near else value


def _reason(reason: ReasonView, schemas: Any) -> dict[str, Any]:
    column = _column(schemas, reason.table, reason.column)
    signs = column is not None and column.type in NUMERIC
    return {
        "key": key_of(reason),
        "view": reason,
        "table": words.table_title(schemas, reason.table),
        "column": words.column_title(schemas, reason.table, reason.column),
        "rows": words.rows_text(reason.rows),
        "choices": column.choices if column else (),
        "values": [
            {
                "value": value,
                "suggested": suggested(column, value),
                "count": count,
                "rows": words.rows_text(count),
            }
            for value, count in reason.values
        ],
        "can_strip": signs
        and any(value and without_sign(value) not in ("", value) for value, _n in reason.values),
    }


def row_context(row: RefusedRowView, schemas: Any) -> dict[str, Any]:
    """A refused row: the cells that are wrong as fields, some others to recognise it by."""
    bad = []
    for reason in row.reasons:
        bad.append(
            {
                "column": reason.column,
                "title": words.column_title(schemas, row.table, reason.column),
                "value": row.fixes.get(reason.column, reason.value),
                "message": reason.message,
                "hint": reason.hint,
                "is_fixed": reason.column in row.fixes,
            }
        )
    beside = [(name, value) for name, value in row.cells.items() if value][:MAX_CELLS]
    return {
        "view": row,
        "bad": bad,
        "beside": beside,
        "table": words.table_title(schemas, row.table),
    }


@require_POST
@login_required
def repair_reason(request: HttpRequest, batch_id: str) -> HttpResponse:
    """Give every cell with one reason and value the same new value."""
    data = request.POST
    try:
        count = services.repair_cells(
            batch_id,
            table=data.get("table", ""),
            column=data.get("column", ""),
            code=data.get("code", ""),
            value=data.get("value", ""),
            replacement=data.get("replacement", "").strip(),
            actor=request.actor,
        )
    except ProblemError as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request,
            ngettext(
                "%(n)s row now has “%(value)s”. Send it again to let it land.",
                "%(n)s rows now have “%(value)s”. Send them again to let them land.",
                count,
            )
            % {"n": formatting.number(count), "value": data.get("replacement", "").strip()},
        )
    return HttpResponseRedirect(reverse("intake:batch", args=[batch_id]))


@require_POST
@login_required
def remove_signs(request: HttpRequest, batch_id: str) -> HttpResponse:
    """Take currency signs off every number that was refused for one reason."""
    require(request.actor, IMPORT)
    key = request.POST.get("reason", "")
    every = selectors.reasons(batch_id, actor=request.actor, values=MANY)
    reason = next((one for one in every if key_of(one) == key), None)
    count = 0
    for value, _rows in reason.values if reason else ():
        bare = without_sign(value)
        if reason and bare and bare != value:
            count += services.repair_cells(
                batch_id,
                table=reason.table,
                column=reason.column,
                code=reason.code,
                value=value,
                replacement=bare,
                actor=request.actor,
            )
    messages.success(
        request,
        ngettext(
            "The sign is off in %(n)s row. Send it again to let it land.",
            "The sign is off in %(n)s rows. Send them again to let them land.",
            count,
        )
        % {"n": formatting.number(count)},
    )
    return HttpResponseRedirect(reverse("intake:batch", args=[batch_id]))


@require_POST
@login_required
def repair_row(request: HttpRequest, batch_id: str, row_id: int) -> HttpResponse:
    """Note the values that were typed into a row's cells; answers with the row."""
    prefix = f"fix-{row_id}-"  # the fields of all rows stand in one form
    fixes = {
        name.removeprefix(prefix): value.strip()
        for name, value in request.POST.items()
        if name.startswith(prefix)
    }
    before = selectors.refused_row(row_id, actor=request.actor)
    refused = {reason.column: reason.value for reason in before.reasons}
    changed = {
        column: value
        for column, value in fixes.items()
        if column in before.fixes or value != refused.get(column, "")
    }
    problem = None
    try:
        services.repair_row(row_id, {**before.fixes, **changed}, actor=request.actor)
    except ProblemError as error:
        problem = error.problems[0]
    row = selectors.refused_row(row_id, actor=request.actor)
    if not request.htmx:
        if problem is not None:
            messages.error(request, problem.message)
        return HttpResponseRedirect(reverse("intake:batch", args=[batch_id]))
    shown = row_context(row, selectors.importable_tables())
    return render(
        request,
        "intake/refused_row.html",
        {
            "row": shown,
            "batch_id": batch_id,
            "can_edit": True,
            "problem": problem,
        },
    )


@require_GET
@login_required
def refused(request: HttpRequest, batch_id: str) -> HttpResponseBase:
    """All refused rows with their reasons, as a list and as files to send to whoever made them."""
    found = selectors.batch(batch_id, actor=request.actor)
    rows = selectors.refused_row_rows(batch_id, actor=request.actor, state=None)
    rows = rows.prefetch_related("reasons")
    return REFUSED.respond(request, rows, "intake/refused.html", {"batch": found})


def _why(row: Any) -> str:
    return "; ".join(f"{cell.column}: {cell.message or cell.code}" for cell in row.reasons.all())


def _cells(row: Any) -> str:
    return "; ".join(f"{name}={value or ''}" for name, value in row.cells.items())


REFUSED = Table(
    key="intake.refused",
    title=gettext_lazy("Refused rows"),
    columns=(
        tables.Column("row", gettext_lazy("Row"), Kind.NUMBER, lead=True, places=0),
        tables.Column("file", gettext_lazy("File"), search=("file",)),
        tables.Column("table", gettext_lazy("Table"), search=("table",)),
        tables.Column("key", gettext_lazy("Key"), search=("key",)),
        tables.Column("why", gettext_lazy("Reasons"), value=_why, sort=None, nowrap=False),
        tables.Column("cells", gettext_lazy("Cells"), value=_cells, sort=None, nowrap=False),
        tables.Column("state", gettext_lazy("State"), value=lambda row: row.get_state_display()),
    ),
    order="row",
)
