"""Micro charts in tables: SVG made on the server with attributes and classes only."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from vetta.ui.formatting import Value, exact


def _share(value: Value, top: Value) -> float:
    """Where a value lies between 0 and ``top``, as 0..100, never outside."""
    amount, limit = exact(value), exact(top)
    if amount is None or not limit:
        return 0.0
    return float(max(Decimal(0), min(Decimal(1), amount / limit)) * 100)


def bar(
    value: Value, label: str, *, top: Value = 1, mark: Value = None, bad: bool = False
) -> SafeString:
    """A bar from 0 to ``top`` with an optional mark, such as today's pace."""
    return format_html(
        '<svg class="mc mc-w" viewBox="0 0 100 8" preserveAspectRatio="none" role="img" '
        'aria-label="{}"><rect class="f-track" width="100" height="8"/>'
        '<rect class="{}" y="1.5" width="{}" height="5"/>{}</svg>',
        label,
        "f-bad" if bad else "f-bar",
        f"{_share(value, top):.1f}",
        ""
        if exact(mark) is None
        else format_html(
            '<rect class="f-ink" x="{}" y="-1" width=".7" height="10"/>',
            f"{_share(mark, top):.1f}",
        ),
    )


def spark(values: Sequence[Value], label: str, *, bad: bool = False) -> SafeString:
    """A line of up to some forty values; gaps where a value is missing."""
    numbers = [exact(value) for value in values]
    known = [number for number in numbers if number is not None]
    if not known:
        return format_html('<span class="muted">{}</span>', "—")
    low, high = min(known), max(known)
    spread = float(high - low) or 1.0
    step = 76 / max(1, len(numbers) - 1)
    points = [
        (2 + index * step, 20 - float(number - low) / spread * 16)
        for index, number in enumerate(numbers)
        if number is not None
    ]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    end_x, end_y = points[-1]
    return format_html(
        '<svg class="mc" width="84" height="24" role="img" aria-label="{}">'
        '<polyline class="l {}" points="{}"/><circle class="{}" cx="{}" cy="{}" r="2.5"/></svg>',
        label,
        "s-bad" if bad else "s-bar",
        path,
        "f-bad" if bad else "f-bar",
        f"{end_x:.1f}",
        f"{end_y:.1f}",
    )


def interval(
    value: Value,
    low: Value,
    high: Value,
    label: str,
    *,
    top: Value = 1,
    base: Value = None,
    bad: bool = False,
) -> SafeString:
    """A value with its interval on a line from 0 to ``top``, and the baseline as a dashed mark."""

    def at(number: Value) -> str:
        return f"{2 + _share(number, top) * 1.46:.1f}"

    baseline = (
        ""
        if exact(base) is None
        else format_html(
            '<line class="l s-ink" stroke-dasharray="2 2" x1="{0}" x2="{0}" y1="0" y2="15"/>',
            at(base),
        )
    )
    return format_html(
        '<svg class="mc" width="150" height="16" role="img" aria-label="{}">'
        '<line class="l s-ctx" x1="2" x2="148" y1="14.5" y2="14.5" opacity=".35"/>{}'
        '<line class="l {}" x1="{}" x2="{}" y1="8" y2="8" stroke-linecap="round"/>'
        '<circle class="{}" cx="{}" cy="8" r="3.5"/></svg>',
        label,
        baseline,
        "s-bad" if bad else "s-bar",
        at(low),
        at(high),
        "f-bad" if bad else "f-bar",
        at(value),
    )


def columns(values: Sequence[Value], label: str) -> SafeString:
    """Small upright bars from zero, such as rows per month."""
    numbers = [exact(value) or Decimal(0) for value in values]
    top = max([*numbers, Decimal(1)])
    width = 100 / max(1, len(numbers))
    bars = format_html_join(
        "",
        '<rect class="f-bar" x="{}" y="{}" width="{}" height="{}"/>',
        (
            (
                f"{index * width:.2f}",
                f"{24 - float(number / top) * 24:.2f}",
                f"{width * 0.72:.2f}",
                f"{float(number / top) * 24:.2f}",
            )
            for index, number in enumerate(numbers)
        ),
    )
    return format_html(
        '<svg class="mc" width="120" height="24" viewBox="0 0 100 24" '
        'preserveAspectRatio="none" role="img" aria-label="{}">{}</svg>',
        label,
        bars,
    )
