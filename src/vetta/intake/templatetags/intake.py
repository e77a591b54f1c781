"""Template filters of the import pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

register = template.Library()


@register.filter
def of(values: Mapping[str, Any], key: str) -> Any:
    """``{{ columns|of:table }}``: the value of a key, empty where there is none."""
    return values.get(key, ())
