"""How the pages of this room say kinds, units, owners and freshness."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from vetta.core import clock
from vetta.core.roles import Role
from vetta.engine.schema import FACT_TABLES
from vetta.intake import selectors as intake
from vetta.metrics.contracts import CatalogueEntry, Direction, Kind, Unit
from vetta.ui import formatting

KINDS: Mapping[str, Any] = {
    Kind.SIMPLE: gettext_lazy("Simple"),
    Kind.RATIO: gettext_lazy("Ratio"),
    Kind.CUMULATIVE: gettext_lazy("Cumulative"),
    Kind.CONVERSION: gettext_lazy("Conversion"),
    Kind.DERIVED: gettext_lazy("Derived"),
}
UNITS: Mapping[str, Any] = {
    Unit.MONEY: gettext_lazy("Money"),
    Unit.RATIO: gettext_lazy("Percent"),
    Unit.COUNT: gettext_lazy("Count"),
    Unit.DAYS: gettext_lazy("Days"),
    Unit.HOURS: gettext_lazy("Hours"),
    Unit.MONTHS: gettext_lazy("Months"),
    Unit.SCORE: gettext_lazy("Score"),
    Unit.NUMBER: gettext_lazy("Number"),
}
DIRECTIONS: Mapping[str, Any] = {
    Direction.UP: gettext_lazy("Up"),
    Direction.DOWN: gettext_lazy("Down"),
    Direction.NEUTRAL: gettext_lazy("Neither; it depends"),
}
CATEGORIES: Mapping[str, Any] = {
    "deals": gettext_lazy("Deals"),
    "pipeline": gettext_lazy("Pipeline"),
    "revenue": gettext_lazy("Revenue"),
    "leads": gettext_lazy("Leads"),
    "activity": gettext_lazy("Activity"),
    "customers": gettext_lazy("Customers"),
    "costs": gettext_lazy("Costs"),
    "targets": gettext_lazy("Targets"),
    "own": gettext_lazy("Defined here"),
}
STALE_DAYS = 3


OWNERS: Mapping[str, Any] = {
    **{role.value: role.label for role in Role},
    "marketing": gettext_lazy("Marketing"),
    "customer_success": gettext_lazy("Customer success"),
}


def owner(name: str) -> str:
    """Who answers for a KPI: a role in words, or the name that was given."""
    return str(OWNERS.get(name, name))


def category(name: str) -> str:
    return str(CATEGORIES.get(name, name.replace("_", " ").capitalize()))


def table_title(name: str) -> str:
    """A fact table's title in the page's language."""
    if name in FACT_TABLES:
        return _(FACT_TABLES[name].title)
    return {
        "targets": _("Targets"),
        "joiners": _("People who joined"),
        "kpis": _("Other KPIs"),
    }.get(name, name)


def facts_of(entry: CatalogueEntry) -> dict[str, Any]:
    """A definition's facts in words, for its list."""
    return {
        "direction": DIRECTIONS[entry.direction],
        "unit": UNITS[entry.unit],
        "kind": KINDS[entry.kind],
        "sources": ", ".join(table_title(name) for name in entry.sources),
        "owner": owner(entry.owner),
        "caveats": entry.caveats,
    }


@dataclass(frozen=True)
class Freshness:
    """How old the facts are that a page shows."""

    text: str
    stale: bool


def freshness() -> Freshness | None:
    """When the published facts were loaded; None before the first import. One query."""
    published = intake.last_published()
    if published is None:
        return None
    age = (clock.now() - published).days
    text = _("Facts loaded %(moment)s") % {"moment": formatting.moment(published)}
    if age >= STALE_DAYS:
        text += f", {formatting.relative(published)}"
    return Freshness(text, age >= STALE_DAYS)
