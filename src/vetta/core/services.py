"""Setting the organisation up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from vetta.core import audit, clock
from vetta.core.access import Actor, require
from vetta.core.models import Organisation
from vetta.core.permissions import ORGANISATION_CHANGE
from vetta.core.selectors import forget_organisation, organisation
from vetta.kernel.calendar import Calendar
from vetta.kernel.currencies import CURRENCIES
from vetta.kernel.problem import Problem, ProblemError

_FIELDS = ("name", "currency", "time_zone", "calendar", "minimum_group_size")
_SMALLEST_GROUP = 3  # answers of fewer people name their authors


@transaction.atomic
def change_organisation(*, actor: Actor, **wanted: Any) -> Organisation:
    """Change the organisation's settings; whoever does so has set it up.

    Args:
        wanted: any of ``name``, ``currency`` (ISO 4217), ``time_zone`` (IANA), ``calendar``
            (as ``Calendar.from_json`` reads it; empty for calendar months from January),
            ``minimum_group_size`` (at least 3).

    Raises:
        NotAllowed: the actor may not.
        ProblemError: what is wrong; nothing is changed then. ``column`` names the field.
    """
    require(actor, ORGANISATION_CHANGE)
    unknown = set(wanted) - set(_FIELDS)
    if unknown:
        raise TypeError(f"The organisation has no {', '.join(sorted(unknown))}.")
    before = organisation()
    after = {name: wanted.get(name, getattr(before, name)) for name in _FIELDS}
    _check(after)
    changes = {name: (getattr(before, name), after[name]) for name in _FIELDS}
    after["configured_at"] = before.configured_at or clock.now()
    kept, _made = Organisation.objects.update_or_create(pk=1, defaults=after)
    forget_organisation()
    if any(was != becomes for was, becomes in changes.values()):
        audit.record(
            "core.organisation_changed",
            actor=actor,
            subject=audit.Subject("core.organisation", "1", kept.name),
            changes=changes,
        )
    return kept


def _check(wanted: Mapping[str, Any]) -> None:
    problems = []
    if not wanted["name"].strip():
        problems.append(_problem("name", _("The organisation needs a name."), _("Write its name.")))
    if wanted["currency"] not in CURRENCIES:
        problems.append(
            _problem(
                "currency",
                _("{code} is not a currency.").format(code=wanted["currency"]),
                _("Write its ISO 4217 code, such as EUR."),
            )
        )
    if wanted["minimum_group_size"] < _SMALLEST_GROUP:
        problems.append(
            _problem(
                "minimum_group_size",
                _("A group of fewer than three would name its members."),
                _("Choose 3 or more."),
            )
        )
    try:
        Calendar.from_json({**wanted["calendar"], "time_zone": wanted["time_zone"]})
    except ProblemError as error:
        is_zone = error.problems[0].code == "calendar.unknown_time_zone"
        first = error.problems[0]
        problems.append(
            _problem("time_zone" if is_zone else "calendar", first.message, first.hint, first.code)
        )
    if problems:
        raise ProblemError(*problems)


def _problem(field: str, message: str, hint: str, code: str = "core.bad_organisation") -> Problem:
    return Problem(code=code, message=message, hint=hint, column=field)
