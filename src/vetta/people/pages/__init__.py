"""The pages: list, chart, person, positions, teams, access."""

from .chart import branch, chart
from .editing import (
    add_person,
    change_person,
    effect,
    erase_person,
    link_sign_in,
    move_person,
    set_attribute,
)
from .leaving import end_employment, leave, rehire, return_from_leave
from .lists import people, positions, teams
from .organisation import (
    access,
    add_attribute,
    add_position,
    add_scope,
    add_team,
    change_team,
    end_scope,
)
from .person import person

__all__ = [
    "access",
    "add_attribute",
    "add_person",
    "add_position",
    "add_scope",
    "add_team",
    "branch",
    "change_person",
    "change_team",
    "chart",
    "effect",
    "end_employment",
    "end_scope",
    "erase_person",
    "leave",
    "link_sign_in",
    "move_person",
    "people",
    "person",
    "positions",
    "rehire",
    "return_from_leave",
    "set_attribute",
    "teams",
]
