"""Reading facts: what is published, whose the rows are, how sound they are."""

from vetta.facts.selectors.matching import owner_matches, suggested_people, unmatched_owners
from vetta.facts.selectors.published import (
    connection_at,
    current_snapshot,
    past_snapshot,
    store,
)
from vetta.facts.selectors.quality import quality_report

__all__ = [
    "connection_at",
    "current_snapshot",
    "owner_matches",
    "past_snapshot",
    "quality_report",
    "store",
    "suggested_people",
    "unmatched_owners",
]
