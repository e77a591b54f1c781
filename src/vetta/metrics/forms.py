"""The form that defines a KPI of one's own."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from vetta.engine.schema import FACT_TABLES
from vetta.metrics import selectors
from vetta.metrics.contracts import Direction, Kind, Unit
from vetta.metrics.pages import words

AGGREGATES = (
    ("count", _("Count the rows")),
    ("sum", _("Add up a value")),
    ("count_distinct", _("Count different values")),
)
TO_DATE = (
    ("", _("From the beginning")),
    ("month", _("Month to date")),
    ("quarter", _("Quarter to date")),
    ("year", _("Year to date")),
)


KIND_FIELDS = (
    "table",
    "aggregate",
    "value",
    "date",
    "followed_column",
    "numerator",
    "denominator",
    "expression",
    "of",
    "grain_to_date",
)


class DefinitionForm(forms.Form):
    """One KPI as plain fields; the engine judges what they say."""

    title_en = forms.CharField(label=_("Title, English"), max_length=80)
    title_it = forms.CharField(label=_("Title, Italian"), max_length=80, required=False)
    name = forms.RegexField(
        r"^[a-z][a-z0-9_]{1,62}$",
        label=_("Name for programs"),
        help_text=_("Small letters, digits and _; it never changes."),
        error_messages={"invalid": _("Use small letters, digits and _, such as large_deals.")},
    )
    description_en = forms.CharField(label=_("What it says, English"), max_length=400)
    description_it = forms.CharField(
        label=_("What it says, Italian"), max_length=400, required=False
    )
    owner = forms.CharField(label=_("Who answers for it"), max_length=100)
    unit = forms.ChoiceField(label=_("Unit"), choices=tuple(words.UNITS.items()))
    direction = forms.ChoiceField(label=_("Good is"), choices=tuple(words.DIRECTIONS.items()))
    kind = forms.ChoiceField(label=_("Kind"), choices=tuple(words.KINDS.items()))
    table = forms.ChoiceField(label=_("Facts"), required=False)
    aggregate = forms.ChoiceField(label=_("What is done"), choices=AGGREGATES, required=False)
    value = forms.CharField(
        label=_("Value"),
        max_length=500,
        required=False,
        help_text=_("An expression, such as net_amount − cost or quantity."),
    )
    where = forms.CharField(
        label=_("Only rows where"),
        max_length=1000,
        required=False,
        help_text=_("For example: event = 'booked' AND net_amount > 1000"),
    )
    date = forms.CharField(
        label=_("Dated by the column"),
        max_length=60,
        required=False,
        help_text=_("Such as closed_on for deals or event_on for order lines."),
    )
    followed_column = forms.CharField(
        label=_("Followed by the day in column"),
        max_length=60,
        required=False,
        help_text=_("A conversion counts rows that reached this day, such as converted_at."),
    )
    within_days = forms.IntegerField(
        label=_("Within so many days"), min_value=0, max_value=3650, required=False
    )
    numerator = forms.ChoiceField(label=_("Above the line"), required=False)
    denominator = forms.ChoiceField(label=_("Below the line"), required=False)
    expression = forms.CharField(
        label=_("Expression"),
        max_length=1000,
        required=False,
        help_text=_("+ − × ÷ and brackets over names of KPIs, such as bookings / order_count"),
    )
    of = forms.ChoiceField(label=_("Accumulates"), required=False)
    grain_to_date = forms.ChoiceField(label=_("Since"), choices=TO_DATE, required=False)
    caveat = forms.CharField(
        label=_("What to know before trusting it"),
        max_length=400,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kpis = [("", "—"), *self._kpis()]
        for name in ("numerator", "denominator", "of"):
            self.fields[name].choices = kpis
        self.fields["table"].choices = [(name, words.table_title(name)) for name in FACT_TABLES]
        self.fields["owner"].initial = words.owner("sales_operations")
        # Which of these are needed depends on the kind: none is called optional.
        for name in KIND_FIELDS:
            self.fields[name].quiet = True

    @staticmethod
    def _kpis() -> list[tuple[str, str]]:
        from django.utils.translation import get_language

        language = get_language() or "en"
        return sorted(
            (
                (one.name, f"{one.title.in_language(language)} ({one.name})")
                for one in selectors.catalogue().values()
            ),
            key=lambda pair: pair[1],
        )

    def content(self) -> dict[str, Any]:
        """The definition as the plain values that ``metrics.services`` checks."""
        data = self.cleaned_data
        kind = Kind(data["kind"])
        content: dict[str, Any] = {
            "name": data["name"],
            "kind": kind.value,
            "title": {"en": data["title_en"], "it": data["title_it"] or data["title_en"]},
            "description": {
                "en": data["description_en"],
                "it": data["description_it"] or data["description_en"],
            },
            "owner": data["owner"],
            "unit": Unit(data["unit"]).value,
            "direction": Direction(data["direction"]).value,
        }
        if data["caveat"]:
            content["caveats"] = [{"en": data["caveat"], "it": data["caveat"]}]
        content |= self._made(kind)
        content["formula"] = self._formula(kind)
        return content

    def _made(self, kind: Kind) -> dict[str, Any]:
        data = self.cleaned_data
        match kind:
            case Kind.RATIO:
                return {"numerator": data["numerator"], "denominator": data["denominator"]}
            case Kind.DERIVED:
                return {"expression": _typed(data["expression"])}
            case Kind.CUMULATIVE:
                found = {"of": data["of"]}
                return found | (
                    {"grain_to_date": data["grain_to_date"]} if data["grain_to_date"] else {}
                )
        measure: dict[str, Any] = {
            "table": data["table"],
            "aggregate": data["aggregate"] or "count",
            "date": data["date"],
        }
        if data["value"] and measure["aggregate"] != "count":
            measure["value"] = _typed(data["value"])
        if data["where"]:
            measure["where"] = data["where"]
        if kind is Kind.CONVERSION:
            measure["aggregate"] = "count"
            measure.pop("value", None)
            followed: dict[str, Any] = {"column": data["followed_column"] or None}
            if data["within_days"] is not None:
                followed["within_days"] = data["within_days"]
            measure["followed_by"] = followed
        return {"measure": measure}

    def _formula(self, kind: Kind) -> str:
        """What is computed, in symbols, made of the fields."""
        data = self.cleaned_data
        match kind:
            case Kind.RATIO:
                return f"{data['numerator']} ÷ {data['denominator']}"
            case Kind.DERIVED:
                return data["expression"] or "—"
            case Kind.CUMULATIVE:
                since = data["grain_to_date"]
                return f"{data['of']}, {since} to date" if since else f"{data['of']}, accumulated"
        what = {"sum": f"sum of {data['value']}", "count_distinct": f"different {data['value']}"}
        made = what.get(data["aggregate"], "count") + f" of {data['table']}"
        if data["where"]:
            made += f" where {data['where']}"
        if kind is Kind.CONVERSION:
            made += f" that reached {data['followed_column']}"
        return made


def _typed(text: str) -> str:
    """Signs that people copy from a page, as the engine writes them."""
    return text.replace("−", "-").replace("×", "*").replace("÷", "/").strip()
