"""Numbers, money and dates as people read them, in the language of the page.

Every function takes exact values (``Decimal``, ``int``, ``date``) and returns text. Missing is an
em dash. Rounding here is for reading only: the exact value stays in tables and exports.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from fractions import Fraction

from django.utils import timezone
from django.utils.dateformat import format as date_format
from django.utils.translation import get_language, gettext, ngettext, pgettext

MISSING = "—"
MINUS = "−"
_SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£"}
_PLACES = {"JPY": 0, "KRW": 0, "CLP": 0, "ISK": 0, "VND": 0, "BHD": 3, "KWD": 3, "TND": 3}
Value = Decimal | int | str | Fraction | float | None


@dataclass(frozen=True)
class Style:
    """How one language writes numbers."""

    decimal: str
    group: str
    symbol_after: bool
    percent: str
    points: str
    thousand: str
    million: str
    billion: str


_STYLES = {
    "en": Style(".", ",", False, "%", " pts", "k", "M", "B"),
    "it": Style(",", ".", True, "%", " p.p.", " k", " Mln ", " Mld "),
}


def style() -> Style:
    """The number style of the page's language; English where the language has none."""
    return _STYLES.get((get_language() or "en")[:2], _STYLES["en"])


def exact(value: Value) -> Decimal | None:
    """The value as a Decimal, or None where it is missing or no number."""
    if value is None or value == "":
        return None
    if isinstance(value, Fraction):
        return Decimal(value.numerator) / Decimal(value.denominator)
    try:
        number = value if isinstance(value, Decimal) else Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _write(number: Decimal, places: int, *, plus: bool = False) -> str:
    """A number with the language's separators; zero never carries a sign."""
    shape = style()
    rounded = number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    whole, _, part = f"{abs(rounded):,.{places}f}".partition(".")
    text = whole.replace(",", shape.group) + (shape.decimal + part if part else "")
    if rounded < 0:
        return MINUS + text
    return "+" + text if plus and rounded > 0 else text


def number(value: Value, places: int | None = None, *, plus: bool = False) -> str:
    """A plain number; without ``places`` as many digits as it has, at most two."""
    amount = exact(value)
    if amount is None:
        return MISSING
    if places is None:
        exponent = amount.normalize().as_tuple().exponent
        places = min(2, max(0, -exponent if isinstance(exponent, int) else 0))
    return _write(amount, places, plus=plus)


def _with_currency(text: str, currency: str, unit: str, home: str | None) -> str:
    """Put sign, symbol and unit in the language's order; foreign money keeps its ISO code."""
    symbol = _SYMBOLS.get(currency) if home in (None, "", currency) else None
    sign = text[0] if text[:1] in (MINUS, "+") else ""
    digits = text[len(sign) :]
    shape = style()
    if not shape.symbol_after:
        return f"{sign}{symbol}{digits}{unit}" if symbol else f"{currency} {sign}{digits}{unit}"
    if unit.endswith(" "):  # 3,94 Mln €
        return f"{sign}{digits}{unit}{symbol or currency}"
    gap = "" if unit and symbol else " "  # 214,8 k€, but 214,8 k SEK and 2.094,00 €
    return f"{sign}{digits}{unit}{gap}{symbol or currency}"


def money(
    value: Value, currency: str | None, *, home: str | None = None, plus: bool = False
) -> str:
    """Money to the cent (or to the currency's own smallest unit)."""
    amount = exact(value)
    if amount is None:
        return MISSING
    if not currency:
        return _write(amount, 2, plus=plus)
    text = _write(amount, _PLACES.get(currency, 2), plus=plus)
    return _with_currency(text, currency, "", home)


def short_money(
    value: Value, currency: str | None, *, home: str | None = None, plus: bool = False
) -> str:
    """Money for dashboards, such as €214.8k and €3.94M; the full value belongs on hover."""
    amount = exact(value)
    if amount is None:
        return MISSING
    size, shape = abs(amount), style()
    for limit, places, unit in (
        (Decimal("999500000"), 2, shape.billion),
        (Decimal("999950"), 2, shape.million),
        (Decimal("1000"), 1, shape.thousand),
    ):
        if size >= limit:
            divisor = {shape.billion: 9, shape.million: 6, shape.thousand: 3}[unit]
            text = _write(amount.scaleb(-divisor), places, plus=plus)
            return _with_currency(text, currency, unit, home) if currency else text + unit.rstrip()
    text = _write(amount, 0, plus=plus)
    return _with_currency(text, currency, "", home) if currency else text


def percent(value: Value, places: int = 1) -> str:
    """A fraction as a percentage: 0.716 is 71.6%."""
    amount = exact(value)
    return MISSING if amount is None else _write(amount * 100, places) + style().percent


def points(value: Value, places: int = 1) -> str:
    """The difference of two fractions in percentage points: 0.14 is +14.0 pts."""
    amount = exact(value)
    return MISSING if amount is None else _write(amount * 100, places, plus=True) + style().points


def multiple(value: Value, places: int = 1) -> str:
    """A ratio as a multiple, such as 2.6×."""
    amount = exact(value)
    return MISSING if amount is None else _write(amount, places) + "×"


def days(value: Value, places: int = 0) -> str:
    """A duration in days."""
    amount = exact(value)
    if amount is None:
        return MISSING
    text = _write(amount, places)
    return ngettext("%(n)s day", "%(n)s days", 1 if text == "1" else 2) % {"n": text}


def interval(low: str, high: str) -> str:
    """Two written figures as an interval."""
    return pgettext("interval", "%(low)s to %(high)s") % {"low": low, "high": high}


def day(value: date | None) -> str:
    """A date such as 23 Nov 2026."""
    if value is None:
        return MISSING
    if isinstance(value, datetime):
        value = _local(value).date()
    if (get_language() or "en").startswith("it"):
        return f"{value.day} {_MONTHS_IT[value.month - 1]} {value.year}"
    return f"{value.day} {_MONTHS_EN[value.month - 1]} {value.year}"


_MONTHS_EN = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_MONTHS_IT = ["gen", "feb", "mar", "apr", "mag", "giu", "lug", "ago", "set", "ott", "nov", "dic"]


def _local(value: datetime) -> datetime:
    return timezone.localtime(value) if timezone.is_aware(value) else value


def moment(value: datetime | None) -> str:
    """A date with its time, such as 24 Nov 2026 06:00, in the time zone of the page."""
    if value is None:
        return MISSING
    local = _local(value)
    return f"{day(local)} {date_format(local, 'H:i')}"


def relative(value: datetime | date | None, now: datetime | None = None) -> str:
    """A distance such as "6 days ago"; for places where the distance is the point."""
    if value is None:
        return MISSING
    now = now or timezone.now()
    if not isinstance(value, datetime):
        return _relative_days((_local(now).date() - value).days)
    passed = now - value
    if passed < timedelta(0):
        return moment(value)
    if passed < timedelta(minutes=1):
        return gettext("just now")
    if passed < timedelta(hours=1):
        n = int(passed.total_seconds() // 60)
        return ngettext("%(n)s minute ago", "%(n)s minutes ago", n) % {"n": n}
    if passed < timedelta(days=1):
        n = int(passed.total_seconds() // 3600)
        return ngettext("%(n)s hour ago", "%(n)s hours ago", n) % {"n": n}
    return _relative_days(passed.days)


def _relative_days(n: int) -> str:
    if n == 0:
        return gettext("today")
    if n < 0:
        return ngettext("in %(n)s day", "in %(n)s days", -n) % {"n": number(-n)}
    return ngettext("%(n)s day ago", "%(n)s days ago", n) % {"n": number(n)}


def remaining(seconds: float | None) -> str:
    """Time left in words that do not pretend to know the second."""
    if seconds is None:
        return ""
    if seconds < 8:
        return gettext("a few seconds left")
    if seconds < 90:
        n = max(10, round(seconds / 10) * 10)
        return gettext("about %(n)s seconds left") % {"n": n}
    n = round(seconds / 60)
    return ngettext("about %(n)s minute left", "about %(n)s minutes left", n) % {"n": n}


def size(count: int | None) -> str:
    """A file's size, such as 96 kB."""
    if count is None:
        return MISSING
    if count < 1000:
        return f"{number(count)} B"
    for limit, unit in ((1_000_000, "kB"), (1_000_000_000, "MB"), (10**18, "GB")):
        if count < limit:
            value = Decimal(count) / (limit // 1000)
            return f"{number(value, 0 if value >= 100 else 1)} {unit}"
    return MISSING


def measure(
    value: Value, unit: str, currency: str | None = None, *, home: str | None = None
) -> str:
    """A KPI's value by its unit: ``ratio``, ``money``, ``days``, ``count`` or another number."""
    if unit in ("ratio", "percent", "share"):
        return percent(value)
    if unit in ("money", "currency", "amount"):
        return money(value, currency, home=home)
    if unit in ("days", "day"):
        return days(value, 1)
    if unit in ("count", "items"):
        return number(value, 0) if exact(value) == (exact(value) or 0) // 1 else number(value, 2)
    if unit == "multiple":
        return multiple(value, 2)
    return number(value, 2)
