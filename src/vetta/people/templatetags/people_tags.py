"""What the templates of people write: ``{% load people_tags %}``."""

from __future__ import annotations

from decimal import Decimal

from django import template

from vetta.people.models import WHOLE
from vetta.people.pages.lists import status_of
from vetta.ui import formatting

register = template.Library()


@register.filter
def share(millionths: int) -> str:
    """A share as a percentage of the page's language."""
    percent = Decimal(millionths) / WHOLE
    return formatting.percent(percent, 0 if millionths % (WHOLE // 100) == 0 else 2)


@register.simple_tag
def employment_status(status: str) -> str:
    """The tag of an employment's status."""
    return status_of(status)
