"""The audit trail: who did what, when, to what; append-only and chained by hashes.

``record`` is called by services, last in their transaction. ``verify`` recomputes the chain.
Values of a person are sealed under that person's key; ``forget`` destroys the key, after which
nobody can read them, while the chain, which covers the sealed form, still holds.
"""

from vetta.core.audit.chain import Subject, Verification, record, verify
from vetta.core.audit.registry import (
    AuditClass,
    action_title,
    action_titles,
    register_actions,
    view_permission,
)
from vetta.core.audit.sealing import forget
from vetta.core.audit.search import Change, Entry, read, search

__all__ = [
    "AuditClass",
    "Change",
    "Entry",
    "Subject",
    "Verification",
    "action_title",
    "action_titles",
    "forget",
    "read",
    "record",
    "register_actions",
    "search",
    "verify",
    "view_permission",
]
