"""Who signs in as whom, who is limited to which unit, what former managers keep."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router, Status
from ninja.pagination import paginate

from vetta.core.access import NotVisible, require
from vetta.core.api import REFUSALS, Page
from vetta.core.models import User
from vetta.kernel.problem import Problem, ProblemError
from vetta.people import permissions, selectors, services
from vetta.people.models import UnitScope

from .shapes import LimitEnd, LimitIn, LimitOut, PolicyIn, SignInIn

router = Router()


@router.put(
    "/people/{path:key}/sign-in", response={204: None, **REFUSALS}, summary="Say who signs in"
)
def link_sign_in(request: HttpRequest, key: str, wanted: SignInIn) -> Status:
    """Say which user is this person; null: none."""
    if key not in selectors.structure().person_keys.values():
        raise NotVisible
    require(request.actor, permissions.ACCESS, person=key)
    user = None if wanted.email is None else _user(wanted.email)
    services.link_user(actor=request.actor, person=key, user=user)
    return Status(204, None)


@router.get(
    "/unit-limits", response={200: list[LimitOut], **REFUSALS}, summary="List limits to units"
)
@paginate(Page)
def list_limits(request: HttpRequest) -> list[dict[str, Any]]:
    """Users that reach the people of some business units alone, whatever their roles."""
    require(request.actor, permissions.ACCESS)
    scopes = UnitScope.objects.select_related("user", "business_unit")
    return [
        {
            "email": scope.user.email,
            "business_unit": scope.business_unit.key,
            "starts_on": scope.starts_on,
            "ends_on": scope.ends_on,
        }
        for scope in scopes.order_by("user__email", "starts_on", "pk")
    ]


@router.post("/unit-limits", response={204: None, **REFUSALS}, summary="Limit a user to a unit")
def add_limit(request: HttpRequest, wanted: LimitIn) -> Status:
    """From a day on, let a user reach this unit, and others that he or she is limited to."""
    require(request.actor, permissions.ACCESS)
    fields = wanted.dict()
    services.limit_to_unit(actor=request.actor, user=_user(fields.pop("email")), **fields)
    return Status(204, None)


@router.post("/unit-limits/end", response={204: None, **REFUSALS}, summary="End a limit")
def end_limit(request: HttpRequest, wanted: LimitEnd) -> Status:
    """End a user's limit to a unit; the past stays as it was."""
    require(request.actor, permissions.ACCESS)
    fields = wanted.dict()
    services.end_unit_limit(actor=request.actor, user=_user(fields.pop("email")), **fields)
    return Status(204, None)


@router.get("/people-policy", response={200: PolicyIn, **REFUSALS}, summary="The access policy")
def read_policy(request: HttpRequest) -> dict[str, bool]:
    """What former managers keep."""
    require(request.actor, permissions.ACCESS)
    return {"former_managers_keep": selectors.former_managers_keep()}


@router.put("/people-policy", response={204: None, **REFUSALS}, summary="Decide the access policy")
def decide_policy(request: HttpRequest, wanted: PolicyIn) -> Status:
    """Decide what former managers keep."""
    require(request.actor, permissions.ACCESS)
    services.decide_former_managers(actor=request.actor, keep=wanted.former_managers_keep)
    return Status(204, None)


def _user(email: str) -> User:
    found = User.objects.filter(email__iexact=email.strip()).first()
    if found is None:
        raise ProblemError(
            Problem(
                "people.unknown_user",
                _("No user has this address: invite him or her first."),
                column="email",
            )
        )
    return found
