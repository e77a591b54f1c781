"""Sign-in as this house wants it: nobody signs up uninvited, and the trail knows who came."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from vetta.core import audit
from vetta.core.users.selectors import find_user
from vetta.core.users.services import person_of, record_password_changed


class AccountAdapter(DefaultAccountAdapter):
    """allauth's door with our rules."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: people come by invitation."""
        return False

    @transaction.atomic
    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        user.must_change_password = False
        super().set_password(user, password)
        record_password_changed(user=user, actor=user)

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        audit.record(
            "core.signed_in", actor=user, subject=audit.Subject.of(user), person=person_of(user)
        )
        return super().post_login(request, user, **kwargs)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Note failures for users that exist; who types a wrong address leaves nothing."""
        user = find_user(str(credentials.get("email", "")))
        if user is not None:
            audit.record(
                "core.sign_in_failed",
                actor=None,
                subject=audit.Subject.of(user),
                changes={"address": (None, self.get_client_ip(request))},
                person=person_of(user),
            )
