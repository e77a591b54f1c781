"""Reads of the organisation: as of a business date, and as known at a moment."""

from .intervals import manager_chain, person_intervals
from .structure import Structure, revision, structure

__all__ = ["Structure", "manager_chain", "person_intervals", "revision", "structure"]
