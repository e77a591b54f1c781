"""What can be done in this room, and how people stand to one another."""

from django.utils.translation import gettext_lazy as _

from vetta.core.access import (
    ANY,
    Role,
    register_limit,
    register_permission,
    register_relationship,
)
from vetta.core.audit import register_actions

from .selectors import relations

VIEW = "people.view"
RECORD = "people.record"
EDIT = "people.edit"
ACCESS = "people.access"
ERASE = "people.erase"

SELF, BELOW, ABOVE, TEAM = "self", "below", "above", "team"


def declare() -> None:
    """Called once, when the program starts."""
    register_relationship(SELF, relations.self_of)
    register_relationship(BELOW, relations.below)
    register_relationship(ABOVE, relations.above)
    register_relationship(TEAM, relations.team)
    register_limit("business unit", relations.unit_limit)
    everybody = dict.fromkeys(
        (
            Role.EXECUTIVE,
            Role.SALES_OPERATIONS,
            Role.FINANCE,
            Role.ENABLEMENT,
            Role.ADMINISTRATOR,
        ),
        ANY,
    )
    register_permission(
        VIEW,
        _("see people and their place in the organisation"),
        {
            **everybody,
            Role.REPRESENTATIVE: (SELF, ABOVE, TEAM),
            Role.MANAGER: (SELF, ABOVE, TEAM, BELOW),
        },
    )
    register_permission(
        RECORD,
        _("see a person's attributes and history"),
        {
            Role.EXECUTIVE: ANY,
            Role.SALES_OPERATIONS: ANY,
            Role.FINANCE: ANY,
            Role.ADMINISTRATOR: ANY,
            Role.REPRESENTATIVE: SELF,
            Role.MANAGER: (SELF, BELOW),
        },
    )
    register_permission(
        EDIT,
        _("change people, positions and teams"),
        {Role.SALES_OPERATIONS: ANY, Role.ADMINISTRATOR: ANY},
        writes=True,
    )
    register_permission(
        ACCESS,
        _("say who signs in as whom, and limit users to business units"),
        {Role.ADMINISTRATOR: ANY},
        writes=True,
    )
    register_permission(ERASE, _("erase a person"), {Role.ADMINISTRATOR: ANY}, writes=True)
    register_actions(
        {
            "people.person_created": _("Person added"),
            "people.person_changed": _("Person changed"),
            "people.person_moved": _("Person moved"),
            "people.person_left": _("Leaving noted"),
            "people.person_rehired": _("Person taken back"),
            "people.person_erased": _("Person erased"),
            "people.leave_noted": _("Leave noted"),
            "people.leave_ended": _("Return from leave noted"),
            "people.position_created": _("Position added"),
            "people.position_changed": _("Position changed"),
            "people.position_closed": _("Position closed"),
            "people.assigned": _("Position filled"),
            "people.unassigned": _("Position vacated"),
            "people.line_changed": _("Reporting line changed"),
            "people.team_created": _("Team added"),
            "people.team_changed": _("Team changed"),
            "people.team_closed": _("Team closed"),
            "people.title_renamed": _("Title renamed"),
            "people.business_unit_saved": _("Business unit saved"),
            "people.attribute_defined": _("Attribute defined"),
            "people.attribute_set": _("Attribute set"),
            "people.user_linked": _("Sign-in of a person changed"),
            "people.unit_scope_added": _("User limited to a business unit"),
            "people.unit_scope_ended": _("Limit to a business unit ended"),
            "people.access_policy_changed": _("Access of former managers decided"),
            "people.rows_imported": _("Rows of people imported"),
            "people.import_undone": _("Import of people undone"),
        },
        view=RECORD,
    )
