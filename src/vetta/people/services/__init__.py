"""Writes: by hand, one action a function. Each is one transaction with its audit entry.

Everything takes effect from a business date and is known from the moment of writing; what was
believed before stays readable. Doors ask the access policy before they call.
"""

from .access import decide_former_managers, end_unit_limit, limit_to_unit, link_user
from .attributes import define_attribute, set_attribute
from .erasure import erase_person, register_eraser
from .persons import (
    change_person,
    create_person,
    end_employment,
    end_leave,
    move_person,
    rehire,
    start_leave,
)
from .placing import preview_move
from .positions import (
    assign,
    change_position,
    close_position,
    create_position,
    end_relationship,
    set_manager,
    unassign,
)
from .teams import (
    change_team,
    close_team,
    create_team,
    rename_title,
    save_business_unit,
)

__all__ = [
    "assign",
    "change_person",
    "change_position",
    "change_team",
    "close_position",
    "close_team",
    "create_person",
    "create_position",
    "create_team",
    "decide_former_managers",
    "define_attribute",
    "end_employment",
    "end_leave",
    "end_relationship",
    "end_unit_limit",
    "erase_person",
    "limit_to_unit",
    "link_user",
    "move_person",
    "preview_move",
    "register_eraser",
    "rehire",
    "rename_title",
    "save_business_unit",
    "set_attribute",
    "set_manager",
    "start_leave",
    "unassign",
]
