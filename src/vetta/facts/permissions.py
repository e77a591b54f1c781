"""Who may see the state of the data, match owners, and erase facts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vetta.core.access import ANY, Role, register_permission
from vetta.core.audit import register_actions

QUALITY = "facts.quality"
MATCH = "facts.match"
ERASE = "facts.erase"


def register() -> None:
    """Declare the room's permissions and audit actions."""
    register_permission(
        QUALITY,
        _("see data quality and unmatched people"),
        {Role.SALES_OPERATIONS: ANY, Role.ADMINISTRATOR: ANY, Role.FINANCE: ANY},
    )
    register_permission(
        MATCH,
        _("match owners in the data to people"),
        {Role.SALES_OPERATIONS: ANY, Role.ADMINISTRATOR: ANY},
        writes=True,
    )
    register_permission(
        ERASE,
        _("erase facts about a person on request"),
        {Role.ADMINISTRATOR: ANY},
        writes=True,
    )
    register_actions(
        {
            "facts.owner_matched": _("Owner matched to a person"),
            "facts.owner_unmatched": _("Match of an owner removed"),
            "facts.person_erased": _("Facts about a person erased"),
        }
    )
