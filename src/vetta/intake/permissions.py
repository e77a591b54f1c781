"""Who may bring data in, see batches, and take them back."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vetta.core.access import ANY, Role, register_permission
from vetta.core.audit import register_actions

VIEW = "intake.view"
IMPORT = "intake.import"
UNDO = "intake.undo"


def register() -> None:
    """Declare the room's permissions and audit actions."""
    register_permission(
        VIEW,
        _("see imports, refused rows and data quality"),
        {Role.SALES_OPERATIONS: ANY, Role.ADMINISTRATOR: ANY, Role.FINANCE: ANY},
    )
    register_permission(
        IMPORT,
        _("import files and repair refused rows"),
        {Role.SALES_OPERATIONS: ANY, Role.ADMINISTRATOR: ANY},
        writes=True,
    )
    register_permission(
        UNDO,
        _("undo an import"),
        {Role.SALES_OPERATIONS: ANY, Role.ADMINISTRATOR: ANY},
        writes=True,
    )
    register_actions(
        {
            "intake.imported": _("Data imported"),
            "intake.import_refused": _("Import refused: nothing landed"),
            "intake.undone": _("Import undone"),
            "intake.rows_repaired": _("Refused rows repaired"),
            "intake.rows_dropped": _("Refused rows dropped"),
            "intake.mapping_kept": _("Mapping kept"),
            "intake.organisation_set_up": _("Organisation set up by a mapping"),
            "intake.erased": _("Facts erased on request"),
        }
    )
