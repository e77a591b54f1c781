"""The forms of the settings. They read what was typed; the services decide."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from vetta.core import clock
from vetta.core.access import Role, scopes
from vetta.kernel.currencies import CURRENCIES
from vetta.kernel.problem import ProblemError


def add_problems(form: forms.Form, error: ProblemError) -> None:
    """Put a service's refusal beside the fields it names, the rest above the form."""
    for problem in error.problems:
        field = problem.column if problem.column in form.fields else None
        form.add_error(field, f"{problem.message} {problem.hint}".strip())


def _zones() -> list[tuple[str, str]]:
    return [(name, name.replace("_", " ")) for name in sorted(available_timezones())]


def _currencies() -> list[tuple[str, str]]:
    return [(code, code) for code in sorted(CURRENCIES)]


class DayInput(forms.DateInput):
    """The browser's own date field."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class ProfileForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)
    time_zone = forms.ChoiceField(label=gettext_lazy("Time zone"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].choices = [("", _("The organisation's")), *_zones()]


class RolesField(forms.TypedMultipleChoiceField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label=gettext_lazy("Roles"),
            choices=Role.choices,
            coerce=Role,
            widget=forms.CheckboxSelectMultiple,
            **kwargs,
        )


class InviteForm(forms.Form):
    email = forms.EmailField(label=gettext_lazy("E-mail address"))
    name = forms.CharField(label=gettext_lazy("Name"), max_length=200, required=False)
    roles = RolesField(required=False)
    send = forms.BooleanField(
        label=gettext_lazy("Send the link by e-mail"),
        required=False,
        help_text=gettext_lazy("Otherwise you pass it on yourself; it is shown once."),
    )


class GrantForm(forms.Form):
    role = forms.TypedChoiceField(
        label=gettext_lazy("Role"), choices=Role.choices, coerce=Role, empty_value=None
    )
    starts_on = forms.DateField(label=gettext_lazy("From"), widget=DayInput(), required=False)
    ends_on = forms.DateField(
        label=gettext_lazy("Until, not included"),
        widget=DayInput(),
        required=False,
        help_text=gettext_lazy("Leave empty for as long as nobody revokes it."),
    )


class InvitationForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Your name"), max_length=200)
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)
    password = forms.CharField(
        label=gettext_lazy("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy("At least ten characters; four random words are easy to remember."),
    )


EXPIRIES = [
    ("30", gettext_lazy("in 30 days")),
    ("90", gettext_lazy("in 90 days")),
    ("365", gettext_lazy("in a year")),
    ("", gettext_lazy("never")),
]


class TokenForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=100,
        help_text=gettext_lazy("The program that will use it, so that you know it again."),
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("What it may reach"),
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy(
            "Never more than the roles allow. To write in a room is also to read in it."
        ),
    )
    expires = forms.ChoiceField(
        label=gettext_lazy("It expires"), choices=EXPIRIES, initial="90", required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scopes"].choices = [(scope, scope) for scope in scopes()]

    def expires_at(self) -> datetime | None:
        days = self.cleaned_data["expires"]
        return clock.now() + timedelta(days=int(days)) if days else None


class ServiceTokenForm(TokenForm):
    account = forms.CharField(
        label=gettext_lazy("Service account"),
        max_length=200,
        help_text=gettext_lazy("A program that acts on its own, such as “Nightly import”."),
    )
    roles = RolesField()
    field_order = ("account", "roles", "name", "scopes", "expires")


KINDS = [
    ("standard", gettext_lazy("Civil months, the year starting in a month of choice")),
    ("weeks", gettext_lazy("Weeks: 4-4-5 and its kin")),
    ("listed", gettext_lazy("A list of periods")),
]
PATTERNS = [(text, text) for text in ("4-4-5", "4-5-4", "5-4-4")]
YEAR_NAMES = [
    ("end", gettext_lazy("the calendar year in which it ends")),
    ("start", gettext_lazy("the calendar year in which it starts")),
    ("most", gettext_lazy("the calendar year that holds most of it")),
]
GRAINS = [("quarter", gettext_lazy("quarters")), ("month", gettext_lazy("months"))]
MONTHS = [(number, date(2000, number, 1)) for number in range(1, 13)]


class OrganisationForm(forms.Form):
    """The organisation with its fiscal calendar; ``calendar`` turns the fields into its JSON."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    currency = forms.ChoiceField(
        label=gettext_lazy("Currency"),
        help_text=gettext_lazy("Sums over several currencies are shown in it."),
    )
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        help_text=gettext_lazy("It decides on which day a moment falls."),
    )
    minimum_group_size = forms.IntegerField(
        label=gettext_lazy("Smallest group shown"),
        min_value=3,
        max_value=100,
        help_text=gettext_lazy("Answers of fewer people are never shown as a group."),
    )
    kind = forms.ChoiceField(label=gettext_lazy("Fiscal calendar"), choices=KINDS)
    start_month = forms.TypedChoiceField(
        label=gettext_lazy("First month of the year"), coerce=int, required=False
    )
    year_named_by = forms.ChoiceField(
        label=gettext_lazy("A fiscal year is named by"), choices=YEAR_NAMES, required=False
    )
    pattern = forms.ChoiceField(
        label=gettext_lazy("Weeks of a quarter's months"), choices=PATTERNS, required=False
    )
    year_starts = forms.CharField(
        label=gettext_lazy("First days of the years"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "One day a line, 52 or 53 weeks apart; the last ends the last year."
        ),
    )
    listed = forms.ChoiceField(
        label=gettext_lazy("The periods are"), choices=GRAINS, required=False
    )
    periods = forms.CharField(
        label=gettext_lazy("Periods"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("First day and label, one a line: 2013-08-30 2013-Q3"),
    )
    ends_on = forms.DateField(
        label=gettext_lazy("First day after the last period"), widget=DayInput(), required=False
    )
    holidays = forms.CharField(
        label=gettext_lazy("Holidays"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("One day a line, such as 2026-12-25."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["currency"].choices = _currencies()
        self.fields["time_zone"].choices = _zones()
        self.fields["start_month"].choices = [
            (number, date_format(day, "F")) for number, day in MONTHS
        ]

    @staticmethod
    def initial_of(kept: Any) -> dict[str, Any]:
        """The fields of an organisation as it stands."""
        calendar = kept.calendar
        kind = calendar.get("kind", "standard")
        return {
            "name": kept.name,
            "currency": kept.currency,
            "time_zone": kept.time_zone,
            "minimum_group_size": kept.minimum_group_size,
            "kind": kind,
            "start_month": calendar.get("start_month", 1),
            "year_named_by": calendar.get("year_named_by", "most" if kind == "weeks" else "end"),
            "pattern": calendar.get("pattern", "4-4-5"),
            "year_starts": "\n".join(calendar.get("year_starts", [])),
            "listed": calendar.get("grain", "quarter"),
            "periods": "\n".join(_line(entry) for entry in calendar.get("periods", [])),
            "ends_on": calendar.get("ends_on"),
            "holidays": "\n".join(calendar.get("holidays", [])),
        }

    def calendar(self, kept: dict[str, Any]) -> dict[str, Any]:
        """The calendar's JSON form; what the page does not show stays as it was."""
        data = self.cleaned_data
        common = {name: kept[name] for name in ("week_start", "workdays") if name in kept}
        if data["holidays"].split():
            common["holidays"] = data["holidays"].split()
        if data["kind"] == "standard":
            month, named = data["start_month"] or 1, data["year_named_by"] or "end"
            own = {"kind": "standard", "start_month": month, "year_named_by": named}
        elif data["kind"] == "weeks":
            own = {
                "kind": "weeks",
                "pattern": data["pattern"] or "4-4-5",
                "year_starts": data["year_starts"].split(),
                "year_named_by": data["year_named_by"] or "most",
            }
            if kept.get("kind") == "weeks" and "extra_week_in" in kept:
                own["extra_week_in"] = kept["extra_week_in"]
        else:
            lines = [line.split(None, 1) for line in data["periods"].splitlines() if line.strip()]
            own = {
                "kind": "listed",
                "grain": data["listed"] or "quarter",
                "periods": [[line[0], line[-1].strip()] for line in lines],
                "ends_on": data["ends_on"].isoformat() if data["ends_on"] else None,
            }
        return {**own, **common}


def _line(entry: Any) -> str:
    pair = (entry["starts_on"], entry["label"]) if isinstance(entry, dict) else entry
    return " ".join(str(part) for part in pair)
