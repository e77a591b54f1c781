"""CSV and XLSX of a list: exact values, formulas in cells neutralised, written as they are read."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.http import FileResponse, StreamingHttpResponse
from django.utils import timezone, translation

from vetta.ui.tables.columns import Column, Kind

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def neutral(text: str) -> str:
    """Text that no spreadsheet takes for a formula: a quote before the signs that begin one."""
    return "'" + text if text.startswith(_STARTS_FORMULA) else text


def _csv_cell(value: Any) -> str:
    """Exact and language-free: decimals with a point, dates and UTC moments in ISO 8601."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, int | float):
        return str(value)
    return neutral(str(value))


class _Echo:
    def write(self, text: str) -> str:
        return text


def header(columns: Sequence[Column]) -> list[str]:
    """Titles; a money column is followed by one for its currency."""
    titles: list[str] = []
    for column in columns:
        titles.append(str(column.title))
        if column.kind == Kind.MONEY:
            titles.append(translation.gettext("%(title)s, currency") % {"title": column.title})
    return titles


def values(columns: Sequence[Column], row: Any) -> list[Any]:
    """The plain values of a row, in the order of ``header``."""
    cells: list[Any] = []
    for column in columns:
        value = column.plain(row)
        cells.append(value)
        if column.kind == Kind.MONEY:
            cells.append(None if value is None else column.currency_of(row))
    return cells


def csv_lines(columns: Sequence[Column], rows: Iterable[Any]) -> Iterator[str]:
    """The file line by line, beginning with the mark by which Excel knows UTF-8."""
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow([neutral(title) for title in header(columns)])
    for row in rows:
        yield writer.writerow([_csv_cell(value) for value in values(columns, row)])


def as_csv(name: str, columns: Sequence[Column], rows: Iterable[Any]) -> StreamingHttpResponse:
    """The list as CSV, streamed."""
    language = translation.get_language()

    def lines() -> Iterator[str]:
        # The stream is read after the request's language has been put back.
        with translation.override(language):
            yield from csv_lines(columns, rows)

    return StreamingHttpResponse(
        lines(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )


def _write_xlsx_cell(sheet: Any, at: tuple[int, int], value: Any, formats: dict[str, Any]) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(*at, value)
    elif isinstance(value, datetime):
        local = timezone.make_naive(value) if timezone.is_aware(value) else value
        sheet.write_datetime(*at, local, formats["moment"])
    elif isinstance(value, date):
        sheet.write_datetime(*at, datetime(value.year, value.month, value.day), formats["day"])  # noqa: DTZ001
    elif isinstance(value, int | Decimal):
        # A spreadsheet keeps 15 digits; longer figures stay exact as text.
        digits = len(Decimal(value).normalize().as_tuple().digits)
        if digits <= 15:
            sheet.write_number(*at, float(value))
        else:
            sheet.write_string(*at, format(value, "f"))
    elif isinstance(value, float):
        sheet.write_number(*at, value)
    else:
        sheet.write_string(*at, str(value)[:32_000])


def as_xlsx(name: str, columns: Sequence[Column], rows: Iterable[Any]) -> FileResponse:
    """The list as an Excel file, written row by row to a temporary file."""
    import xlsxwriter  # large, and few processes ever write one

    file = tempfile.TemporaryFile(suffix=".xlsx")  # noqa: SIM115 - closed by the response
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "remove_timezone": True,
    }
    with xlsxwriter.Workbook(file, options) as book:
        formats = {
            "head": book.add_format({"bold": True}),
            "day": book.add_format({"num_format": "yyyy-mm-dd"}),
            "moment": book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
        }
        sheet = book.add_worksheet()
        for place, title in enumerate(header(columns)):
            sheet.write_string(0, place, title, formats["head"])
        sheet.freeze_panes(1, 0)
        for line, row in enumerate(rows, start=1):
            for place, value in enumerate(values(columns, row)):
                _write_xlsx_cell(sheet, (line, place), value, formats)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"{name}.xlsx", content_type=XLSX)
