"""Forms of the room. They read dates and names; what may be is decided by the services."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from vetta.kernel.problem import ProblemError

from .contracts import Move, PersonRow
from .models import WHOLE, AttributeType


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self, **options: Any) -> None:
        super().__init__(format="%Y-%m-%d", **options)


def day_field(label: Any, *, required: bool = True) -> forms.DateField:
    return forms.DateField(label=label, required=required, widget=DateInput)


class PersonField(forms.CharField):
    """A person by name or key, with suggestions; cleans to the key ('' for nobody)."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=420, widget=forms.TextInput(attrs={"autocomplete": "off"}))
        for name, value in options.items():
            setattr(self, name, value)
        self.rows: list[PersonRow] = []

    def offer(self, rows: Iterable[PersonRow], list_id: str) -> None:
        self.rows = list(rows)
        self.widget.attrs["list"] = list_id

    @staticmethod
    def label_of(row: PersonRow) -> str:
        return row.name if row.name == row.id else f"{row.name} ({row.id})"

    def clean(self, value: Any) -> str:
        text = super().clean(value).strip()
        if not text:
            return ""
        folded = text.casefold()
        exact = [row for row in self.rows if text in (row.id, self.label_of(row))]
        found = exact or [row for row in self.rows if row.name.casefold() == folded]
        if len(found) == 1:
            return found[0].id
        if found:
            raise forms.ValidationError(
                _("Several people have this name: choose one with the key in brackets.")
            )
        raise forms.ValidationError(_("Nobody has this name: choose from the list."))


class AsOfForm(forms.Form):
    """As of which date, and as known when; both may be empty."""

    on = day_field(gettext_lazy("As of"), required=False)
    known_at = forms.DateTimeField(
        label=gettext_lazy("As known at"),
        required=False,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )


class Suggesting(forms.Form):
    """A form whose text fields suggest what is there already."""

    #: field to the id of its list of suggestions
    suggested = {"title": "titles", "team": "teams", "business_unit": "units"}

    def suggest(self, people: Iterable[PersonRow] = ()) -> None:
        for name, list_id in self.suggested.items():
            if name in self.fields:
                self.fields[name].widget.attrs |= {"list": list_id, "autocomplete": "off"}
        if "manager" in self.fields:
            self.fields["manager"].offer(people, "people")

    def take(self, error: ProblemError, fields: dict[str, str]) -> None:
        """Show what a service refused beside the field it is about, else above the form."""
        for problem in error.problems:
            text = f"{problem.message} {problem.hint}".strip()
            name = fields.get(problem.code) or fields.get(problem.column or "")
            self.add_error(name if name in self.fields else None, text)


def _text(label: Any, *, required: bool = False, length: int = 200) -> forms.CharField:
    return forms.CharField(label=label, required=required, max_length=length)


class PersonForm(Suggesting):
    """A person who comes."""

    name = _text(gettext_lazy("Name"), required=True)
    email = forms.EmailField(label=gettext_lazy("E-mail"), required=False)
    country = _text(gettext_lazy("Country"), length=100)
    hired_on = day_field(gettext_lazy("First day"), required=False)
    title = _text(gettext_lazy("Title"))
    team = _text(gettext_lazy("Team"))
    business_unit = _text(gettext_lazy("Business unit"))
    manager = PersonField(label=gettext_lazy("Reports to"), required=False)
    position = forms.ChoiceField(label=gettext_lazy("Position"), required=False)
    key = _text(gettext_lazy("Key"))

    def offer_positions(self, vacant: Iterable[tuple[str, str]]) -> None:
        self.fields["position"].choices = [
            ("", _("A new position of his or her own")),
            *vacant,
        ]


class ChangeForm(Suggesting):
    """Name, e-mail and country."""

    name = _text(gettext_lazy("Name"), required=True)
    email = forms.EmailField(label=gettext_lazy("E-mail"), required=False)
    country = _text(gettext_lazy("Country"), length=100)
    starts_on = day_field(gettext_lazy("From"), required=False)


class MoveForm(Suggesting):
    """Another seat, title, team, unit or manager from a day on."""

    KEEP, NEW, VACANT = "keep", "new", "vacant"

    starts_on = day_field(gettext_lazy("From"))
    ends_on = day_field(gettext_lazy("Until, not included"), required=False)
    seat = forms.ChoiceField(
        label=gettext_lazy("Position"),
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
        choices=(
            (KEEP, gettext_lazy("Keeps the position")),
            (NEW, gettext_lazy("Takes a new position")),
            (VACANT, gettext_lazy("Takes a vacant position, with its title, team and manager")),
        ),
    )
    position = forms.ChoiceField(label=gettext_lazy("Vacant position"), required=False)
    title = _text(gettext_lazy("Title"))
    team = _text(gettext_lazy("Team"))
    business_unit = _text(gettext_lazy("Business unit"))
    manager = PersonField(label=gettext_lazy("Reports to"), required=False)
    share = forms.DecimalField(
        label=gettext_lazy("Share of the position, in percent"),
        min_value=Decimal("0.0001"),
        max_value=100,
        decimal_places=4,
        required=False,
    )
    over_later = forms.BooleanField(
        label=gettext_lazy("Also write over later changes that are known already"), required=False
    )

    def offer_positions(self, vacant: Iterable[tuple[str, str]]) -> None:
        self.fields["position"].choices = [("", "—"), *vacant]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("seat") == self.VACANT and not data.get("position"):
            self.add_error("position", _("Choose the vacant position."))
        return data

    def move(self, row: PersonRow) -> Move:
        """What was asked for; what is as it was before is left out."""
        data = self.cleaned_data
        share = int(data["share"] / 100 * WHOLE) if data.get("share") else None
        common = {
            "person": row.id,
            "starts_on": data["starts_on"],
            "ends_on": data["ends_on"],
            "share": share,
            "over_later": data["over_later"],
        }
        if data["seat"] == self.VACANT:
            return Move(position=data["position"], **common)
        is_new = data["seat"] == self.NEW
        now = {
            "title": row.title or "",
            "team": row.team.id if row.team else "",
            "business_unit": row.business_unit.id if row.business_unit else "",
            "manager": row.manager.id if row.manager else "",
        }
        if row.team and data["team"] == row.team.name:
            data["team"] = row.team.id
        if row.business_unit and data["business_unit"] == row.business_unit.name:
            data["business_unit"] = row.business_unit.id
        asked = {
            name: data[name] if is_new or data[name] != before else None
            for name, before in now.items()
        }
        return Move(new_position=is_new, **asked, **common)


class DayForm(Suggesting):
    """One day."""

    on = day_field(gettext_lazy("Day"))


class LeaveForm(Suggesting):
    """A time away."""

    starts_on = day_field(gettext_lazy("First day away"))
    ends_on = day_field(gettext_lazy("First day back"), required=False)


class RehireForm(PersonForm):
    """Somebody who comes back."""

    starts_on = day_field(gettext_lazy("First day"))
    field_order = ["starts_on"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in ("name", "email", "country", "hired_on", "key"):
            del self.fields[name]


class AttributeForm(Suggesting):
    """The value of an attribute from a day on."""

    attribute = forms.ChoiceField(label=gettext_lazy("Attribute"))
    value = forms.CharField(label=gettext_lazy("Value"), required=False, max_length=2000)
    starts_on = day_field(gettext_lazy("From"), required=False)
    ends_on = day_field(gettext_lazy("Until, not included"), required=False)


class AttributeKindForm(Suggesting):
    """An attribute that the organisation keeps."""

    key = forms.SlugField(label=gettext_lazy("Key"), max_length=100)
    title = _text(gettext_lazy("Title"), required=True)
    type = forms.ChoiceField(label=gettext_lazy("Type"), choices=AttributeType.choices)


class PositionForm(Suggesting):
    """A vacant position."""

    title = _text(gettext_lazy("Title"), required=True)
    team = _text(gettext_lazy("Team"))
    business_unit = _text(gettext_lazy("Business unit"))
    manager = PersonField(label=gettext_lazy("Reports to"), required=False)
    starts_on = day_field(gettext_lazy("From"), required=False)
    key = _text(gettext_lazy("Key"))


class TeamForm(Suggesting):
    """A team."""

    name = _text(gettext_lazy("Name"), required=True)
    parent = forms.ChoiceField(label=gettext_lazy("Within"), required=False)
    region = _text(gettext_lazy("Region"))
    starts_on = day_field(gettext_lazy("From"), required=False)

    def offer_teams(self, teams: Iterable[tuple[str, str]]) -> None:
        self.fields["parent"].choices = [("", _("No other team")), *teams]


class SignInForm(Suggesting):
    """Who signs in as a person."""

    email = forms.EmailField(label=gettext_lazy("E-mail of the user"), required=False)


class ScopeForm(Suggesting):
    """A user's limit to one business unit."""

    email = forms.EmailField(label=gettext_lazy("E-mail of the user"))
    business_unit = forms.ChoiceField(label=gettext_lazy("Business unit"))
    starts_on = day_field(gettext_lazy("From"))
    ends_on = day_field(gettext_lazy("Until, not included"), required=False)


class PolicyForm(Suggesting):
    """What former managers keep."""

    keep = forms.BooleanField(
        label=gettext_lazy("Former managers keep access to the periods in which they managed"),
        required=False,
    )


class EraseForm(Suggesting):
    """The key, typed again, of who is to be erased."""

    confirm = _text(gettext_lazy("Type the person's key"), required=True)

    def __init__(self, *args: Any, key: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.key = key

    def clean_confirm(self) -> str:
        if self.cleaned_data["confirm"].strip() != self.key:
            raise forms.ValidationError(_("The key is “%(key)s”.") % {"key": self.key})
        return self.key
