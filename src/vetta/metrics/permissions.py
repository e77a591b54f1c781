"""What can be done in this room."""

from django.utils.translation import gettext_lazy as _

from vetta.core.access import ANY, Role, register_permission
from vetta.core.audit import register_actions

VIEW = "metrics.view"
DEFINE = "metrics.define"

SELF, BELOW = "self", "below"


def declare() -> None:
    """Called once, when the program starts."""
    register_permission(
        VIEW,
        _("see KPIs"),
        {
            Role.REPRESENTATIVE: SELF,
            Role.MANAGER: (SELF, BELOW),
            Role.EXECUTIVE: ANY,
            Role.SALES_OPERATIONS: ANY,
            Role.FINANCE: ANY,
            Role.ADMINISTRATOR: ANY,
        },
    )
    register_permission(
        DEFINE,
        _("define KPIs and set targets"),
        {Role.SALES_OPERATIONS: ANY, Role.ADMINISTRATOR: ANY},
        writes=True,
    )
    register_actions(
        {
            "metrics.kpi_defined": _("KPI defined"),
            "metrics.kpi_deactivated": _("KPI taken out of use"),
            "metrics.target_set": _("Target set"),
            "metrics.targets_imported": _("Targets imported"),
            "metrics.targets_undone": _("Import of targets undone"),
        },
        view=VIEW,
    )
