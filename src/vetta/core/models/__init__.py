"""What the house itself keeps: users and roles, the organisation, audit, jobs, files, tokens."""

from vetta.core.models.audit import AuditEntry, PersonKey
from vetta.core.models.files import StoredFile
from vetta.core.models.jobs import Job, JobState, MaintenanceRun
from vetta.core.models.organisation import Organisation
from vetta.core.models.tokens import ApiToken, IdempotencyKey
from vetta.core.models.users import Invitation, RoleGrant, User, UserManager

__all__ = [
    "ApiToken",
    "AuditEntry",
    "IdempotencyKey",
    "Invitation",
    "Job",
    "JobState",
    "MaintenanceRun",
    "Organisation",
    "PersonKey",
    "RoleGrant",
    "StoredFile",
    "User",
    "UserManager",
]
