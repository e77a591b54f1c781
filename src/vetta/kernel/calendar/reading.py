"""Reads a calendar that a person or a program wrote: JSON, or YAML with its own dates."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from vetta.kernel.calendar.years import calendar_problem
from vetta.kernel.problem import ProblemError

if TYPE_CHECKING:
    from vetta.kernel.calendar.business import Calendar

_COMMON = {"kind", "time_zone", "week_start", "workdays", "holidays"}
_OWN = {
    "standard": {"start_month", "year_named_by"},
    "weeks": {"pattern", "year_starts", "extra_week_in", "year_named_by"},
    "listed": {"grain", "periods", "ends_on"},
}


def read_calendar(calendar: type[Calendar], data: Mapping[str, Any]) -> Calendar:
    """``Calendar.from_json``."""
    if not isinstance(data, Mapping):
        raise _wrong("a calendar", data, "Write keys such as kind, start_month and time_zone.")
    kind = data.get("kind", "standard")
    if kind not in _OWN:
        raise ProblemError(
            calendar_problem(
                "unknown_kind",
                f"{kind!r} is not a kind of calendar.",
                "Write one of: " + ", ".join(_OWN) + ".",
            )
        )
    _refuse_unknown(data, _COMMON | _OWN[kind])
    common = _common(data)
    if kind == "standard":
        return calendar.standard(
            _whole(data.get("start_month", 1), "start_month"),
            year_named_by=data.get("year_named_by", "end"),
            **common,
        )
    if kind == "weeks":
        return calendar.four_four_five(
            [_day(day, "year_starts") for day in _list(data, "year_starts")],
            str(data.get("pattern", "4-4-5")),
            extra_week_in=_whole(data.get("extra_week_in", 12), "extra_week_in"),
            year_named_by=data.get("year_named_by", "most"),
            **common,
        )
    return calendar.listed(
        [_listed(entry) for entry in _list(data, "periods")],
        _day(data.get("ends_on"), "ends_on"),
        grain=data.get("grain", "quarter"),
        **common,
    )


def _common(data: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "time_zone": data.get("time_zone", "UTC"),
        "week_start": _whole(data.get("week_start", 1), "week_start"),
        "workdays": frozenset(
            _whole(day, "workdays") for day in data.get("workdays", (1, 2, 3, 4, 5))
        ),
        "holidays": frozenset(_day(day, "holidays") for day in data.get("holidays", ())),
    }


def _listed(entry: Any) -> tuple[date, str]:
    if isinstance(entry, Mapping) and {"starts_on", "label"} == set(entry):
        return _day(entry["starts_on"], "periods"), str(entry["label"])
    if isinstance(entry, list | tuple) and len(entry) == 2:
        return _day(entry[0], "periods"), str(entry[1])
    raise _wrong("periods", entry, "Write {starts_on: 2013-08-30, label: 2013-Q3}.")


def _refuse_unknown(data: Mapping[str, Any], known: set[str]) -> None:
    for key in data:
        if key not in known:
            near = get_close_matches(str(key), known, n=1)
            hint = f"Did you mean {near[0]}?" if near else f"Known: {', '.join(sorted(known))}."
            raise ProblemError(calendar_problem("unknown_key", f"A calendar has no {key!r}.", hint))


def _list(data: Mapping[str, Any], key: str) -> list[Any]:
    value = data.get(key)
    if not isinstance(value, list | tuple):
        raise _wrong(key, value, f"Write {key} as a list.")
    return list(value)


def _whole(value: Any, key: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise _wrong(key, value, "Write a whole number.")
    return value


def _day(value: Any, key: str) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise _wrong(key, value, "Write a day as 2013-08-30.") from None


def _wrong(key: str, value: Any, hint: str) -> ProblemError:
    return ProblemError(calendar_problem("bad_value", f"{key}: {value!r} cannot be read.", hint))
