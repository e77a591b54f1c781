"""Icons: vendored SVG files, drawn from a sprite in whole pages and inline in partials."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

FOLDER = Path(__file__).parent / "static" / "ui" / "vendor" / "icons"
_SHAPE = re.compile(r"<(?:path|circle|rect|line|polyline)\b[^>]*/>")


@cache
def shapes(name: str) -> str:
    """The drawing inside an icon's ``svg`` element.

    Raises:
        LookupError: where no such icon is vendored.
    """
    path = FOLDER / f"{name}.svg"
    if not re.fullmatch(r"[a-z0-9-]+", name) or not path.exists():
        raise LookupError(f"no icon {name!r}: add it from @tabler/icons to {FOLDER.name}/")
    drawn = _SHAPE.findall(path.read_text(encoding="utf-8"))
    return "".join(shape for shape in drawn if 'd="M0 0h24v24H0z"' not in shape)


def inline(name: str, classes: str = "") -> SafeString:
    """An icon that stands on its own; for partials and for cells made in Python."""
    return format_html(
        '<svg class="i {}" viewBox="0 0 24 24" aria-hidden="true">{}</svg>',
        classes,
        mark_safe(shapes(name)),  # noqa: S308 - a vendored file
    )


def reference(name: str, classes: str = "") -> SafeString:
    """An icon that points into the page's sprite."""
    return format_html(
        '<svg class="i {}" aria-hidden="true"><use href="#i-{}"/></svg>', classes, name
    )


def sprite(names: list[str]) -> SafeString:
    """The symbols of the icons that a page used, hidden at its end."""
    symbols = "".join(
        f'<symbol id="i-{name}" viewBox="0 0 24 24">{shapes(name)}</symbol>' for name in names
    )
    return mark_safe(  # noqa: S308 - vendored files
        f'<svg width="0" height="0" class="position-absolute" aria-hidden="true">{symbols}</svg>'
    )
