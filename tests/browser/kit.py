"""Pages that show the kits alone, for tests of behaviour that no single room owns."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.template import engines
from django.urls import include, path

from vetta.site.urls import urlpatterns as real
from vetta.ui import micro
from vetta.ui.charts import Band, Chart, Series
from vetta.ui.navigation import register_page, register_room
from vetta.ui.progress import Work
from vetta.ui.status import Status, status_tag
from vetta.ui.tables import Column, Filter, Kind, Table

TABLE = Table(
    key="kit.deals",
    title="Deals",
    columns=(
        Column("name", "Deal", lead=True, search=("name",), link=lambda row: f"/kit/{row['id']}/"),
        Column("owner", "Owner", search=("owner",), note=lambda row: "Stockholm"),
        Column("amount", "Amount", Kind.MONEY),
        Column(
            "progress",
            "Progress",
            Kind.PERCENT,
            cell=lambda row: micro.bar(row["progress"], f"{row['progress']:.0%}", mark="0.5"),
        ),
        Column(
            "stage",
            "Stage",
            cell=lambda row: status_tag(
                Status.GOOD if row["stage"] == "won" else Status.BAD, row["stage"].title()
            ),
        ),
        Column("closed", "Closed", Kind.DATE, shown=False),
    ),
    filters=(
        Filter("stage", "Stage", choices=(("won", "Won"), ("lost", "Lost"))),
        Filter("closed", "Closed", dates=True),
    ),
    order="name",
    page_size=10,
)
ROWS = [
    {
        "id": number,
        "name": f"Deal {number:02}",
        "owner": "Bea Lindqvist" if number % 2 else "Cy Okafor",
        "amount": Decimal(number) * Decimal("1234.56"),
        "currency": "EUR",
        "progress": Decimal(number) / 40,
        "stage": "won" if number % 3 else "lost",
        "closed": date(2026, 1 + number % 12, 3),
    }
    for number in range(1, 39)
]
MONTHS = ["Jan 26", "Feb", "Mar", "Apr", "May", "Jun"]
LINES = Chart(
    key="lines",
    title="North fell from 34% to 23%; the others held",
    subtitle="Win rate, percent, by month; band is the 95% interval",
    labels=MONTHS,
    label_title="Month",
    unit="ratio",
    series=(
        Series("North", ["0.34", "0.33", "0.34", "0.29", "0.26", "0.23"], subject=True),
        Series("South", ["0.34", "0.35", "0.34", "0.34", None, "0.34"]),
        Series("West", ["0.35", "0.35", "0.36", "0.36", "0.36", "0.37"]),
    ),
    band=Band(["0.24"] * 6, ["0.44", "0.43", "0.44", "0.38", "0.35", "0.32"]),
    target=("0.33", "Goal 33%"),
    events=(("Apr", "New price list, 1 Apr"),),
)
RANK = Chart(
    key="rank",
    title="Bea booked most",
    subtitle="Bookings, euro, this quarter",
    labels=["Bea Lindqvist", "Fenna Visser", "Cy Okafor"],
    label_title="Person",
    kind="rank",
    unit="money",
    currency="EUR",
    series=(Series("Bookings", ["214800", "179200", "101400"]),),
)
PAGE = """{% extends "ui/page.html" %}{% load vetta %}
{% block title %}Kit{% endblock %}{% block heading %}Kit{% endblock %}
{% block crumb %}Kit{% endblock %}
{% block lead %}<p class="lede">Everything once.</p>{% endblock %}
{% block actions %}<a class="btn" href="/kit/">{% icon "download" "i-s" %}Export</a>{% endblock %}
{% block content %}{% table table %}<div class="grid">{% chart lines "c7" %}{% chart rank "c5" %}
<section class="card c6" aria-label="Figures"><div class="cb">
<p>Booked {% num "€214.8k" "/kit/explain/" "Bookings of the quarter" %}</p>
{% job_progress work %}</div></section>
<section class="card c6" aria-label="Empty">
{% empty title="Nothing yet" text="What for." example="One." action="Begin" url="/kit/" %}
</section></div>{% endblock %}"""


@login_required
def kit(request):
    work = Work(
        title="Importing",
        state="running",
        step=2,
        steps=3,
        step_title="Loading",
        done=30,
        total=90,
        unit="rows",
    )
    bound = TABLE.bind(request, ROWS)
    special = bound.special()
    if special is not None:
        return special
    template = engines["django"].from_string(PAGE)
    context = {"table": bound, "lines": LINES, "rank": RANK, "work": work, "user": request.user}
    return HttpResponse(template.render(context, request))


@login_required
def row(request, pk):
    return HttpResponse(f"<title>Deal</title><h1>Deal {pk}</h1>")


@login_required
def explain(request):
    return HttpResponse(
        '<div data-title="Booked: €214.8k"><ol class="calc">'
        '<li><span>Orders</span><span class="v">9</span></li></ol></div>'
    )


kit_patterns = [
    path("", kit, name="kit"),
    path("<int:pk>/", row, name="row"),
    path("explain/", explain, name="explain"),
]
urlpatterns = [path("kit/", include((kit_patterns, "kit"))), *real]


def register() -> None:
    """Put the kit page into the menu, as a room does at start."""
    register_room("kit", "Kit", "stack-2", 999, "x")
    register_page("kit", "Kit", "kit:kit", None, 1)
