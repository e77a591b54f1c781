"""Define a KPI: a form, a check of its expressions, a preview on the facts of now."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from vetta.core import clock
from vetta.core.access import require
from vetta.core.selectors import calendar
from vetta.kernel.calendar import Grain
from vetta.kernel.problem import ProblemError
from vetta.metrics import selectors, services
from vetta.metrics.contracts import Definition, Question
from vetta.metrics.forms import DefinitionForm
from vetta.metrics.pages import asked as asking
from vetta.metrics.pages import drawing
from vetta.metrics.permissions import DEFINE

PREVIEWED = 12  # months


@login_required
def define(request: HttpRequest) -> HttpResponse:
    """A new KPI, or a new version of one's own."""
    require(request.actor, DEFINE)
    if request.method == "POST":
        form = DefinitionForm(request.POST)
        if form.is_valid():
            try:
                made = services.define(content=form.content(), actor=request.actor)
            except ProblemError as error:
                _tell(form, error)
            else:
                messages.success(
                    request,
                    _("“%(title)s” is defined, version %(version)s.")
                    % {"title": made.title.en, "version": made.version},
                )
                return redirect("metrics:definition", made.name)
        return render(request, "metrics/define.html", {"form": form}, status=422)
    return render(request, "metrics/define.html", {"form": DefinitionForm(initial=_start(request))})


def _tell(form: DefinitionForm, error: ProblemError) -> None:
    """Each problem beside its field, where it has one."""
    for problem in error.problems:
        field = (problem.column or "").split(".")[-1]
        text = f"{problem.message} {problem.hint}".strip()
        form.add_error(field if field in form.fields else None, text)


def _start(request: HttpRequest) -> dict[str, Any]:
    """The fields of the version that is to be changed."""
    name = request.GET.get("name", "")
    known = selectors.catalogue()
    if name not in known or not selectors.entry(name).is_own:
        return {}
    one: Definition = known[name]
    measure = one.measure
    followed = measure.followed_by if measure else None
    return {
        "title_en": one.title.en,
        "title_it": one.title.it,
        "name": one.name,
        "description_en": one.description.en,
        "description_it": one.description.it,
        "owner": one.owner,
        "unit": one.unit.value,
        "direction": one.direction.value,
        "kind": one.kind.value,
        "table": measure.table if measure else "",
        "aggregate": measure.aggregate if measure else "",
        "value": (measure.value or "") if measure else "",
        "where": (measure.where or "") if measure else "",
        "date": measure.date if measure else "",
        "followed_column": (followed.column or "") if followed else "",
        "within_days": followed.within_days if followed else None,
        "numerator": one.numerator or "",
        "denominator": one.denominator or "",
        "expression": one.expression or "",
        "of": one.of or "",
        "grain_to_date": one.grain_to_date or "",
        "caveat": one.caveats[0].en if one.caveats else "",
    }


@require_POST
@login_required
def preview(request: HttpRequest) -> HttpResponse:
    """What the KPI of the form would say now, or what is wrong with it; nothing is kept."""
    require(request.actor, DEFINE)
    form = DefinitionForm(request.POST)
    if not form.is_valid():
        return render(request, "metrics/preview.html", {"form": form})
    try:
        candidate = services.checked_definition({**form.content(), "version": 1})
    except ProblemError as error:
        return render(request, "metrics/preview.html", {"form": form, "problems": error.problems})
    whole = selectors.preview(candidate, Question(candidate.name), actor=request.actor)
    latest = selectors.preview(
        candidate, Question(candidate.name, grain=Grain.MONTH), actor=request.actor
    )
    return render(request, "metrics/preview.html", _preview(form, candidate, whole, latest))


def _preview(
    form: DefinitionForm, candidate: Definition, whole: Any, latest: Any
) -> dict[str, Any]:
    context: dict[str, Any] = {"form": form, "problems": whole.problems or latest.problems}
    if whole.answer is not None and whole.answer.rows:
        context["value"] = drawing.written(whole.answer, whole.answer.rows[0].value)
    if latest.answer is not None:
        today = calendar().period(Grain.MONTH, clock.today()).ends_on
        rows = [
            row
            for row in latest.answer.rows
            if row.value is not None and row.period_starts_on and row.period_starts_on < today
        ][-PREVIEWED:]
        context["months"] = [
            {"period": row.period, "value": drawing.written(latest.answer, row.value)}
            for row in rows
        ]
        context["values"] = [row.value for row in rows]
    context["formula"] = candidate.formula
    context["span"] = asking.span_text(None, None)
    return context


@require_POST
@login_required
def deactivate(request: HttpRequest, name: str) -> HttpResponse:
    """Take a KPI of one's own out of use; its versions stay."""
    try:
        services.deactivate(name=name, actor=request.actor)
    except ProblemError as error:
        problem = error.problems[0]
        messages.error(request, f"{problem.message} {problem.hint}")
        return redirect("metrics:definition", name)
    messages.success(request, _("The KPI is out of use. Its versions are kept."))
    return redirect("metrics:catalogue")
