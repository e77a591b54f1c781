"""What can be done at the import door."""

from vetta.intake.services.erasing import erase_facts
from vetta.intake.services.journal import recover
from vetta.intake.services.mappings import keep_mapping
from vetta.intake.services.repairing import (
    drop_rows,
    repair_cells,
    repair_row,
    resend_quarantine,
)
from vetta.intake.services.running import run_import
from vetta.intake.services.suggesting import suggest_mapping
from vetta.intake.services.undoing import undo_batch

__all__ = [
    "drop_rows",
    "erase_facts",
    "keep_mapping",
    "recover",
    "repair_cells",
    "repair_row",
    "resend_quarantine",
    "run_import",
    "suggest_mapping",
    "undo_batch",
]
