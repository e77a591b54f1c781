"""Users and their roles: creating, inviting, granting, revoking, deactivating."""

from vetta.core.users.invitations import accept, find_invitation, invite, withdraw
from vetta.core.users.selectors import (
    Effect,
    GrantView,
    UserView,
    administrators,
    effect_of,
    find_user,
    get_user,
    user_list,
)
from vetta.core.users.services import (
    change_user,
    check_password,
    create_service_account,
    create_user,
    deactivate,
    erase_person,
    grant_role,
    one_time_password,
    reactivate,
    revoke_role,
    set_password,
)

__all__ = [
    "Effect",
    "GrantView",
    "UserView",
    "accept",
    "administrators",
    "change_user",
    "check_password",
    "create_service_account",
    "create_user",
    "deactivate",
    "effect_of",
    "erase_person",
    "find_invitation",
    "find_user",
    "get_user",
    "grant_role",
    "invite",
    "one_time_password",
    "reactivate",
    "revoke_role",
    "set_password",
    "user_list",
    "withdraw",
]
