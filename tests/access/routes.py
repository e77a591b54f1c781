"""Every route of the product: pages from the URL configuration, operations from the API."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from django.urls import URLPattern, URLResolver, get_resolver

# Not ours: sign-in and second factors are allauth's, and behave the same for everybody.
LEFT_OUT = ("accounts/", "api/v1/openapi.json")


def _walk(patterns, prefix: str = "", names: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    for entry in patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            space = (entry.namespace,) if entry.namespace else ()
            yield from _walk(entry.url_patterns, path, names + space)
        elif isinstance(entry, URLPattern):
            yield ":".join((*names, entry.name or "")), path


@cache
def pages() -> dict[str, str]:
    """Page name → path with its parameters (``people/person/<path:key>/``)."""
    return {
        name: path
        for name, path in _walk(get_resolver().url_patterns)
        if not path.startswith((*LEFT_OUT, "api/"))
    }


@cache
def operations() -> dict[str, tuple[str, str]]:
    """``GET /people/{key}`` → (method, path below the API's root)."""
    from vetta.site.api import api

    found = {}
    for path, methods in api.get_openapi_schema()["paths"].items():
        short = path.removeprefix("/api/v1")
        for method in methods:
            found[f"{method.upper()} {short}"] = (method, path)
    return found


def filled(path: str, objects: dict[str, object]) -> str:
    """A page's path with its parameters replaced: ``<int:pk>`` asks for ``objects["pk"]``."""
    return re.sub(r"<(?:\w+:)?(\w+)>|\{(\w+)\}", lambda m: str(objects[m[1] or m[2]]), path)
