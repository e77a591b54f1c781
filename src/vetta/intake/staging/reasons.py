"""What each reason for refusing a cell says to a person, and what to do about it."""

from __future__ import annotations

from django.utils.translation import gettext as in_their_language
from django.utils.translation import gettext_noop

from vetta.kernel.problem import Problem

REASONS: dict[str, tuple[str, str]] = {
    "intake.required": (
        gettext_noop("{column} must be filled and is empty."),
        gettext_noop("Fill the cell in the source."),
    ),
    "intake.key_empty": (
        gettext_noop("The row has no key: {column} is empty."),
        gettext_noop(
            "Fill the cell in the source; without a key the row cannot be recognised again."
        ),
    ),
    "intake.not_a_number": (
        gettext_noop("{value!r} in {column} is no number."),
        gettext_noop("Correct the cell."),
    ),
    "intake.decimal_comma": (
        gettext_noop("{value!r} in {column} is written with a decimal comma or a thousands sign."),
        gettext_noop(
            "Say how numbers are written, in the mapping: decimal: ',' or thousands: ','."
        ),
    ),
    "intake.not_finite": (
        gettext_noop("{value!r} in {column} is no finite number."),
        gettext_noop("Leave the cell empty where there is no value."),
    ),
    "intake.not_an_integer": (
        gettext_noop("{value!r} in {column} is no whole number that can be stored."),
        gettext_noop("Correct the cell, or map it to a column that takes decimals."),
    ),
    "intake.number_too_large": (
        gettext_noop("{value!r} in {column} has more digits than can be stored."),
        gettext_noop("Correct the cell; money may have fourteen digits before the decimal point."),
    ),
    "intake.not_a_date": (
        gettext_noop("{value!r} in {column} is no date that can be read."),
        gettext_noop(
            "Write it as 2024-03-01, or say how dates are written: date_format: dd/mm/yyyy."
        ),
    ),
    "intake.ambiguous_date": (
        gettext_noop("{value!r} in {column} can be read in more than one way."),
        gettext_noop(
            "Say how dates are written, in the mapping: date_format: dd/mm/yyyy or mm/dd/yyyy."
        ),
    ),
    "intake.date_out_of_range": (
        gettext_noop("{value!r} in {column} lies outside of the years 1900 to 2100."),
        gettext_noop("Correct the year."),
    ),
    "intake.not_a_boolean": (
        gettext_noop("{value!r} in {column} is neither yes nor no."),
        gettext_noop(
            "Use true or false, or map the values: values: {{Won: 'true', Lost: 'false'}}."
        ),
    ),
    "intake.unknown_value": (
        gettext_noop("{value!r} is not among the values of {column}."),
        gettext_noop("Add it to values: in the mapping, or correct the cell."),
    ),
    "intake.below_minimum": (
        gettext_noop("{value!r} in {column} is below the least value allowed."),
        gettext_noop("Correct the cell; a share of 20 % is written 0.2."),
    ),
    "intake.above_maximum": (
        gettext_noop("{value!r} in {column} is above the greatest value allowed."),
        gettext_noop("Correct the cell; a share of 20 % is written 0.2."),
    ),
    "intake.unknown_currency": (
        gettext_noop("{value!r} in {column} is no ISO 4217 currency."),
        gettext_noop(
            "Use a code such as EUR or USD; replace: in the mapping turns other spellings into it."
        ),
    ),
    "intake.cell_too_long": (
        gettext_noop("The cell of {column} is longer than one million bytes."),
        gettext_noop("Shorten it, or leave the column out of the mapping."),
    ),
    "intake.broken_text": (
        gettext_noop("{value!r} in {column} holds bytes that are no text."),
        gettext_noop("Save the file as UTF-8, or name its encoding in the mapping."),
    ),
    "intake.duplicate_key": (
        gettext_noop("The key {value!r} stands in an earlier row too; that one was taken."),
        gettext_noop("Keep one row per key, or add a column to key: in the mapping."),
    ),
}


def refusal(
    code: str, file: str | None, row: int | None, column: str, value: str | None
) -> Problem:
    """The problem of one refused cell."""
    message, hint = (in_their_language(text) for text in REASONS[code])
    shown = (value or "")[:200]
    return Problem(
        code,
        message.format(column=column, value=shown),
        hint.format(column=column, value=shown),
        file=file,
        row=row,
        column=column,
        details={"value": shown},
    )
