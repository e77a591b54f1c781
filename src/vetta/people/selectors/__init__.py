"""Reads of the organisation: as of a business date, and as known at a moment."""

from .chart import Chart, chart, team_keys_within, teams_on
from .day import Day, on_day
from .history import kind_title, percent, person_history
from .intervals import manager_chain, person_intervals
from .matching import person_emails, person_identities
from .people import (
    PersonDetail,
    below_keys,
    people_on,
    person_detail,
    person_on,
)
from .relations import former_managers_keep, own_key
from .structure import Structure, revision, structure

__all__ = [
    "Chart",
    "Day",
    "PersonDetail",
    "Structure",
    "below_keys",
    "chart",
    "former_managers_keep",
    "kind_title",
    "manager_chain",
    "on_day",
    "own_key",
    "people_on",
    "percent",
    "person_detail",
    "person_emails",
    "person_history",
    "person_identities",
    "person_intervals",
    "person_on",
    "revision",
    "structure",
    "team_keys_within",
    "teams_on",
]
