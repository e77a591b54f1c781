"""Template tags of every page: ``{% load vetta %}``."""

from __future__ import annotations

from typing import Any

from django import template
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from vetta.core.selectors import organisation
from vetta.ui import entrance, formatting, icons, micro
from vetta.ui.navigation import menu
from vetta.ui.status import Status, status_tag

register = template.Library()


@register.simple_tag(takes_context=True)
def sprite_begin(context: template.Context) -> str:
    """From here on icons go into the page's sprite. Used by the two base templates only."""
    request = context.get("request")
    if request is not None:
        request.vetta_icons = {}
    return ""


@register.simple_tag(takes_context=True)
def sprite_end(context: template.Context) -> SafeString:
    """The sprite of the icons that the page used."""
    request = context.get("request")
    names = list(getattr(request, "vetta_icons", {}))
    return icons.sprite(names)


@register.simple_tag(takes_context=True)
def icon(context: template.Context, name: str, classes: str = "") -> SafeString:
    """``{% icon "download" "i-s" %}``: a decorative icon; the words beside it name the thing."""
    used = getattr(context.get("request"), "vetta_icons", None)
    if used is None:
        return icons.inline(name, classes)
    icons.shapes(name)
    used[name] = True
    return icons.reference(name, classes)


@register.simple_tag
def inline_icon(name: str, classes: str = "") -> SafeString:
    """An icon that carries its drawing, for places that a partial may replace alone."""
    return icons.inline(name, classes)


@register.simple_tag(takes_context=True)
def navigation(context: template.Context) -> list[Any]:
    """The rooms and pages that this person may open: ``{% navigation as rooms %}``."""
    request = context.get("request")
    return menu(request) if isinstance(request, HttpRequest) else []


@register.simple_tag(takes_context=True)
def role_names(context: template.Context) -> str:
    """The roles of the person of this request, in words."""
    actor = getattr(context.get("request"), "actor", None)
    return ", ".join(str(role.label) for role in sorted(getattr(actor, "roles", ())))


def home_currency() -> str:
    """The organisation's currency, whose amounts carry a symbol instead of their ISO code."""
    return organisation().currency


@register.simple_tag
def num(text: Any, explain: str = "", tip: str = "", classes: str = "") -> SafeString:
    """A figure that is a door.

    Args:
        text: the written figure.
        explain: the address whose answer fills the drawer; without it the figure stays plain.
        tip: definition, period, filter and freshness, shown on hover and focus.
    """
    if not explain:
        return format_html('<span class="{}">{}</span>', classes, text)
    return format_html(
        '<button type="button" class="num {}" hx-get="{}" hx-target="#explain-body" '
        'data-explain aria-haspopup="dialog" data-tip="{}">{}</button>',
        classes,
        explain,
        tip,
        text,
    )


@register.simple_tag
def status(level: str, word: Any) -> SafeString:
    """``{% status "good" _("Finished") %}``: icon, word and colour together."""
    return status_tag(Status(level), word)


@register.filter
def figure(value: Any, places: int | None = None) -> str:
    return formatting.number(value, places)


@register.simple_tag
def money(value: Any, currency: str | None) -> str:
    """Money to the cent; foreign money keeps its ISO code."""
    return formatting.money(value, currency, home=home_currency())


@register.simple_tag
def short_money(value: Any, currency: str | None) -> SafeString:
    """Money for dashboards, its full value on hover."""
    home = home_currency()
    return format_html(
        '<span title="{}">{}</span>',
        formatting.money(value, currency, home=home),
        formatting.short_money(value, currency, home=home),
    )


@register.filter
def percent(value: Any, places: int = 1) -> str:
    return formatting.percent(value, places)


@register.filter
def points(value: Any) -> str:
    return formatting.points(value)


@register.filter
def days(value: Any) -> str:
    return formatting.days(value)


@register.filter
def day(value: Any) -> str:
    return formatting.day(value)


@register.filter
def moment(value: Any) -> str:
    return formatting.moment(value)


@register.filter
def relative(value: Any) -> SafeString:
    """A distance in time, with the date on hover."""
    if value is None:
        return format_html("{}", formatting.MISSING)
    written = formatting.moment(value) if hasattr(value, "hour") else formatting.day(value)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        value.isoformat(),
        written,
        formatting.relative(value),
    )


@register.filter
def filesize(value: Any) -> str:
    return formatting.size(value)


@register.filter
def remaining(value: Any) -> str:
    return formatting.remaining(value)


@register.filter
def initials(value: Any) -> str:
    """Up to two letters for an avatar."""
    words = [word for word in str(value).replace("@", " ").split() if word]
    return "".join(
        word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)
    ).upper()


@register.simple_tag
def bar_chart(
    value: Any, label: str, top: Any = 1, mark: Any = None, bad: bool = False
) -> SafeString:
    return micro.bar(value, label, top=top, mark=mark, bad=bad)


@register.simple_tag
def spark_chart(values: Any, label: str, bad: bool = False) -> SafeString:
    return micro.spark(values, label, bad=bad)


@register.simple_tag
def interval_chart(
    value: Any, low: Any, high: Any, label: str, top: Any = 1, base: Any = None, bad: bool = False
) -> SafeString:
    return micro.interval(value, low, high, label, top=top, base=base, bad=bad)


@register.inclusion_tag("ui/empty.html", takes_context=True)
def empty(
    context: template.Context,
    title: Any,
    text: Any = "",
    example: Any = "",
    action: Any = "",
    url: str = "",
    second: Any = "",
    second_url: str = "",
) -> dict[str, Any]:
    """An empty page that teaches: what this is for, one button to start, one example."""
    return {
        "request": context.get("request"),
        "title": title,
        "text": text,
        "example": example,
        "action": action,
        "url": url,
        "second": second,
        "second_url": second_url,
    }


@register.inclusion_tag("ui/problems.html", takes_context=True)
def problems(context: template.Context, items: Any, title: Any = "") -> dict[str, Any]:
    """Kernel problems as a note: what, where, what to do."""
    return {"request": context.get("request"), "items": list(items or []), "title": title}


@register.inclusion_tag("ui/field.html", takes_context=True)
def field(context: template.Context, bound: Any, hint: Any = "") -> dict[str, Any]:
    """A form field: label, input, what is wrong beside it, hint. Input is kept on an error."""
    return {"request": context.get("request"), "field": bound, "hint": hint or bound.help_text}


@register.inclusion_tag("ui/form_errors.html", takes_context=True)
def form_errors(context: template.Context, form: Any) -> dict[str, Any]:
    """The summary above a form with errors, with links to the fields."""
    count = sum(len(errors) for errors in form.errors.values()) if form.is_bound else 0
    return {"request": context.get("request"), "form": form, "count": count}


@register.inclusion_tag("ui/job.html", takes_context=True)
def job_progress(context: template.Context, work: Any) -> dict[str, Any]:
    """Long work: steps, rows done of all, time left, Cancel. ``work`` is a ``ui.progress.Work``."""
    return {
        "request": context.get("request"),
        "work": work,
        "csrf_token": context.get("csrf_token"),
    }


@register.filter
def with_class(bound: Any, classes: str) -> SafeString:
    """Render a form field with more classes and, on an error, its accessible description."""
    described = [f"{bound.auto_id}-e"] if bound.errors else []
    if bound.help_text:
        described.append(f"{bound.auto_id}-h")
    attributes = {"class": classes + (" is-invalid" if bound.errors else "")}
    if described:
        attributes["aria-describedby"] = " ".join(described)
    if bound.errors:
        attributes["aria-invalid"] = "true"
    return bound.as_widget(attrs=attributes)


@register.simple_tag
def yes_no(value: Any) -> str:
    return _("yes") if value else _("no")


@register.simple_tag(takes_context=True)
def table(context: template.Context, bound: Any) -> SafeString:
    """``{% table table %}``: a list of the list kit, with its bar and footer."""
    return render_to_string(
        "ui/table/region.html",
        {"table": bound, "user": context.get("user")},
        request=context.get("request"),
    )


@register.simple_tag
def hidden_state(bound: Any, name: str) -> SafeString:
    """The state that a list's date filter must carry along."""
    return format_html_join(
        "",
        '<input type="hidden" name="{}" value="{}">',
        bound.hidden_for_chip(name),
    )


@register.simple_tag(takes_context=True)
def sign_in_panels(context: template.Context) -> SafeString:
    """What the assembly puts below the sign-in form."""
    request = context.get("request")
    panels = entrance.sign_in_panels(request) if isinstance(request, HttpRequest) else []
    return format_html_join("", "{}", ((panel,) for panel in panels))


@register.simple_tag(takes_context=True)
def chart(context: template.Context, value: Any, classes: str = "") -> SafeString:
    """``{% chart chart "c8" %}``: a chart of the chart kit as a card, with its table."""
    return render_to_string(
        "ui/chart.html", {"chart": value, "classes": classes}, request=context.get("request")
    )
