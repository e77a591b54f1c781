"""Reads of the organisation: as of a business date, and as known at a moment."""

from .intervals import manager_chain, person_intervals
from .matching import person_emails, person_identities
from .structure import Structure, revision, structure

__all__ = [
    "Structure",
    "manager_chain",
    "person_emails",
    "person_identities",
    "person_intervals",
    "revision",
    "structure",
]
