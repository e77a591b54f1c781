"""States: always an icon, a word and a colour together."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from vetta.ui import icons


class Status(StrEnum):
    """How a thing stands; each has its icon and its colour."""

    GOOD = "good"
    WATCH = "watch"
    BAD = "bad"
    NONE = "none"
    ACCENT = "acc"


_ICONS = {
    Status.GOOD: "circle-check",
    Status.WATCH: "alert-triangle",
    Status.BAD: "alert-octagon",
    Status.NONE: "minus",
    Status.ACCENT: "loader-2",
}


def status_tag(status: Status, word: Any, icon: str = "") -> SafeString:
    """The tag of a state, with a word that says it."""
    return format_html(
        '<span class="tag {}">{}{}</span>',
        status.value,
        icons.inline(icon or _ICONS[status]),
        word,
    )
