"""Sealing: values of a person are encrypted under a key of that person's own.

The keys lie in the workspace, themselves wrapped under a key derived from the installation's
secret, so that a copy of the database alone opens nothing. Destroying a person's key makes all
that was sealed under it unreadable, at once and everywhere (backups of the database hold the key
until they expire; see the guide).
"""

from __future__ import annotations

import base64
import json
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import transaction

from vetta.core import clock
from vetta.core.models import PersonKey

Json = str | int | bool | None | list["Json"] | dict[str, "Json"]


@lru_cache(maxsize=4)
def _wrapping(secrets: tuple[str, ...]) -> MultiFernet:
    derived = (
        HKDF(algorithm=SHA256(), length=32, salt=None, info=b"vetta person keys").derive(
            secret.encode()
        )
        for secret in secrets
    )
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in derived])


def _wrapper() -> MultiFernet:
    return _wrapping((settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))


def _opened(key: PersonKey) -> Fernet | None:
    if not key.wrapped:
        return None
    try:
        return Fernet(_wrapper().decrypt(key.wrapped.encode()))
    except InvalidToken:  # the secret was changed without keeping the old one as a fallback
        return None


def seal(person: str, value: Json) -> str | None:
    """Seal a value under a person's key, making the key on first use; None after erasure."""
    fresh = _wrapper().encrypt(Fernet.generate_key()).decode()
    key, _made = PersonKey.objects.get_or_create(person=person, defaults={"wrapped": fresh})
    fernet = _opened(key)
    return fernet.encrypt(json.dumps(value).encode()).decode() if fernet else None


def unseal(person: str, sealed: str, keys: dict[str, PersonKey]) -> tuple[bool, Json]:
    """Open a sealed value: ``(True, value)``, or ``(False, None)`` where its key is gone.

    Args:
        keys: the keys already read, by person; see ``keys_of``.
    """
    fernet = _opened(keys[person]) if person in keys else None
    if fernet is None:
        return False, None
    try:
        return True, json.loads(fernet.decrypt(sealed.encode()))
    except InvalidToken:
        return False, None


def keys_of(persons: set[str]) -> dict[str, PersonKey]:
    """The keys of these persons, in one query."""
    if not persons:
        return {}
    return {key.person: key for key in PersonKey.objects.filter(person__in=persons)}


@transaction.atomic
def forget(person: str) -> bool:
    """Destroy a person's key, so that what was sealed under it can never be read again.

    Returns whether there was a key. A key never made is made destroyed, so that nothing about
    this person is sealed under a new one later: from now on the trail keeps facts only.
    """
    existed = PersonKey.objects.filter(person=person, destroyed_at__isnull=True).exists()
    PersonKey.objects.update_or_create(
        person=person, defaults={"wrapped": "", "destroyed_at": clock.now()}
    )
    return existed
