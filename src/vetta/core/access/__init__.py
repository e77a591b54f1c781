"""The one access policy: role × relationship × date. Everything else asks here.

A room declares what can be done in it (``register_permission``) and, where it knows how people
stand to one another, relationships (``register_relationship``). Nothing is allowed that no room
has granted.
"""

from vetta.core.access.actor import Actor, actor_for, system_actor
from vetta.core.access.policy import (
    EVERYONE,
    Everyone,
    NotAllowed,
    NotVisible,
    allows,
    reach,
    require,
    within,
)
from vetta.core.access.registry import (
    ANY,
    Permission,
    permission,
    permissions,
    register_limit,
    register_permission,
    register_relationship,
    relationship_title,
    relationships,
    scopes,
)
from vetta.core.roles import Role

__all__ = [
    "ANY",
    "EVERYONE",
    "Actor",
    "Everyone",
    "NotAllowed",
    "NotVisible",
    "Permission",
    "Role",
    "actor_for",
    "allows",
    "permission",
    "permissions",
    "reach",
    "register_limit",
    "register_permission",
    "register_relationship",
    "relationship_title",
    "relationships",
    "require",
    "scopes",
    "system_actor",
    "within",
]
