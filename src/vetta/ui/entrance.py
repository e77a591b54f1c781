"""What may stand below the sign-in form: panels that the program's assembly registers."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest

Panel = Callable[[HttpRequest], str]
_panels: dict[str, Panel] = {}


def register_sign_in_panel(key: str, panel: Panel) -> None:
    """Show what ``panel(request)`` returns (safe HTML, empty for nothing) below the form.

    The demo company registers its one-click sign-in here.
    """
    _panels[key] = panel


def sign_in_panels(request: HttpRequest) -> list[str]:
    """The panels for this request."""
    return [html for panel in _panels.values() if (html := panel(request))]
