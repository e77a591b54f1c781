"""The organisation's settings that a mapping may bring to an installation that has none."""

from __future__ import annotations

from collections.abc import Mapping as Values
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from vetta.core import audit, clock
from vetta.core.access import Actor
from vetta.core.models import Organisation
from vetta.core.selectors import forget_organisation, organisation
from vetta.intake.mapping import Mapping
from vetta.kernel.calendar import Calendar
from vetta.kernel.money import CURRENCIES
from vetta.kernel.problem import Problem, ProblemError, Severity


def planned_time_zone(mapping: Mapping) -> str:
    """The time zone in which the mapping's rows are read."""
    current = organisation()
    wanted = mapping.organisation
    if current.configured_at is None and wanted is not None and wanted.time_zone:
        return wanted.time_zone
    return current.time_zone


def check_organisation(mapping: Mapping) -> list[Problem]:
    """What is wrong with the settings that the mapping brings."""
    wanted = mapping.organisation
    if wanted is None:
        return []
    problems = []
    if wanted.currency is not None and wanted.currency not in CURRENCIES:
        problems.append(
            Problem(
                "intake.unknown_currency",
                _("{value} is no ISO 4217 currency.").format(value=wanted.currency),
                _("Use a code such as EUR or USD."),
                column="organisation.currency",
            )
        )
    try:
        ZoneInfo(wanted.time_zone or "UTC")
    except (KeyError, ValueError, OSError):
        problems.append(
            Problem(
                "intake.unknown_time_zone",
                _("There is no time zone {value}.").format(value=wanted.time_zone),
                _("Use a name such as Europe/Rome or UTC."),
                column="organisation.time_zone",
            )
        )
    if wanted.calendar is not None:
        try:
            Calendar.from_json(wanted.calendar)
        except ProblemError as error:
            problems += error.problems
    return problems


def apply_organisation(mapping: Mapping, *, actor: Actor) -> list[Problem]:
    """Set the organisation up where nobody has; else say where the mapping differs."""
    wanted = _wanted(mapping)
    if not wanted:
        return []
    current = organisation()
    if current.configured_at is not None:
        return _differences(current, wanted)
    before = {name: getattr(current, name) for name in wanted}
    Organisation.objects.update_or_create(pk=1, defaults={**wanted, "configured_at": clock.now()})
    forget_organisation()
    audit.record(
        "intake.organisation_set_up",
        actor=actor,
        subject=audit.Subject("core.organisation", "1", str(wanted.get("name", current.name))),
        changes={name: (before[name], value) for name, value in wanted.items()},
    )
    return []


def _wanted(mapping: Mapping) -> dict[str, Any]:
    if mapping.organisation is None:
        return {}
    return mapping.organisation.model_dump(exclude_none=True)


def _differences(current: Organisation, wanted: Values[str, Any]) -> list[Problem]:
    different = [name for name, value in wanted.items() if not _same(current, name, value)]
    if not different:
        return []
    return [
        Problem(
            "intake.organisation_kept",
            _("The organisation is set up already; the mapping's {names} was not taken.").format(
                names=", ".join(different)
            ),
            _("Change it in the settings, if it should be so."),
            Severity.NOTICE,
        )
    ]


def _same(current: Organisation, name: str, value: Any) -> bool:
    if name == "calendar":
        if not current.calendar:
            return False
        zone = {"time_zone": current.time_zone}
        return Calendar.from_json({**current.calendar, **zone}) == Calendar.from_json(
            {**value, **zone}
        )
    return bool(getattr(current, name) == value)
