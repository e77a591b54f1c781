"""Mapping files: what a company's export means in the contract's words."""

from vetta.intake.mapping.document import (
    Balance,
    ColumnMapping,
    FileMapping,
    Join,
    Mapping,
    OrganisationMapping,
    TableMapping,
    json_schema,
)
from vetta.intake.mapping.reading import dump_mapping, read_mapping

__all__ = [
    "Balance",
    "ColumnMapping",
    "FileMapping",
    "Join",
    "Mapping",
    "OrganisationMapping",
    "TableMapping",
    "dump_mapping",
    "json_schema",
    "read_mapping",
]
