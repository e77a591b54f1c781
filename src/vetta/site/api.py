"""The JSON API, version 1: every room's router under one door. Assembly only."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from ninja import NinjaAPI

from vetta import __version__
from vetta.core.api import AUTHENTICATION, install, router

# Room and the prefix of its operations; core's carry their own.
ROOMS = (("intake", ""), ("facts", ""), ("people", ""), ("metrics", ""))

api = NinjaAPI(
    title="Vetta",
    version=__version__,
    description=(
        "Sales performance management. Sign in with a bearer token made under Settings. "
        "Money and ratios are decimal strings; errors are problem details (RFC 9457)."
    ),
    auth=AUTHENTICATION,
    docs_url=None,  # its page loads scripts from elsewhere; the reference is in the documents
    urls_namespace="api",
)
install(api)
api.add_router("", router)
for _room, _prefix in ROOMS:
    if find_spec(f"vetta.{_room}.api"):
        api.add_router(_prefix, import_module(f"vetta.{_room}.api").router)
