"""What can be done in the house itself, and how its acts are named in the audit trail."""

from django.utils.translation import gettext_lazy as _

from vetta.core.access import ANY, Role, register_permission
from vetta.core.audit.registry import register_actions

ORGANISATION_VIEW = "core.organisation.view"
ORGANISATION_CHANGE = "core.organisation.change"
USERS_VIEW = "core.users.view"
USERS_MANAGE = "core.users.manage"
TOKENS_OWN = "core.tokens.own"
TOKENS_SERVICE = "core.tokens.service"
AUDIT_VIEW = "core.audit.view"
JOBS_OWN = "core.jobs.own"
JOBS_ALL = "core.jobs.all"

_ADMINISTRATOR = {Role.ADMINISTRATOR: ANY}
_EVERY_ROLE = dict.fromkeys(Role, ANY)


def declare() -> None:
    """Called once, when the program starts."""
    register_permission(ORGANISATION_VIEW, _("see the organisation's settings"), _EVERY_ROLE)
    register_permission(
        ORGANISATION_CHANGE,
        _("change the organisation's settings"),
        {Role.ADMINISTRATOR: ANY, Role.SALES_OPERATIONS: ANY},
        writes=True,
    )
    register_permission(USERS_VIEW, _("see users and their roles"), _ADMINISTRATOR)
    register_permission(
        USERS_MANAGE, _("invite users, grant and revoke roles"), _ADMINISTRATOR, writes=True
    )
    register_permission(TOKENS_OWN, _("make API tokens of one's own"), _EVERY_ROLE, writes=True)
    register_permission(
        TOKENS_SERVICE, _("make service accounts and their tokens"), _ADMINISTRATOR, writes=True
    )
    register_permission(AUDIT_VIEW, _("search and verify the audit trail"), _ADMINISTRATOR)
    register_permission(JOBS_OWN, _("see and steer one's own jobs"), _EVERY_ROLE, writes=True)
    register_permission(
        JOBS_ALL,
        _("see and steer everybody's jobs"),
        {Role.ADMINISTRATOR: ANY, Role.SALES_OPERATIONS: ANY},
        writes=True,
    )
    register_actions(
        {
            "core.organisation_changed": _("Organisation's settings changed"),
            "core.user_created": _("User created"),
            "core.user_changed": _("User changed"),
            "core.user_deactivated": _("User deactivated"),
            "core.user_reactivated": _("User reactivated"),
            "core.user_invited": _("User invited"),
            "core.invitation_accepted": _("Invitation accepted"),
            "core.invitation_withdrawn": _("Invitation withdrawn"),
            "core.role_granted": _("Role granted"),
            "core.role_revoked": _("Role revoked"),
            "core.token_made": _("API token made"),
            "core.token_revoked": _("API token revoked"),
            "core.signed_in": _("Signed in"),
            "core.sign_in_failed": _("Sign-in failed"),
            "core.person_erased": _("Person's values erased"),
            "core.job_cancelled": _("Job cancelled"),
            "core.job_retried": _("Job started again"),
        }
    )
