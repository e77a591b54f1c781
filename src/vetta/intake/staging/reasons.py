"""What each reason for refusing a cell says to a person, and what to do about it."""

from __future__ import annotations

from vetta.kernel.problem import Problem

REASONS: dict[str, tuple[str, str]] = {
    "intake.required": ("{column} must be filled and is empty.", "Fill the cell in the source."),
    "intake.key_empty": (
        "The row has no key: {column} is empty.",
        "Fill the cell in the source; without a key the row cannot be recognised again.",
    ),
    "intake.not_a_number": ("{value!r} in {column} is no number.", "Correct the cell."),
    "intake.decimal_comma": (
        "{value!r} in {column} is written with a decimal comma or a thousands sign.",
        "Say how numbers are written, in the mapping: decimal: ',' or thousands: ','.",
    ),
    "intake.not_finite": (
        "{value!r} in {column} is no finite number.",
        "Leave the cell empty where there is no value.",
    ),
    "intake.not_an_integer": (
        "{value!r} in {column} is no whole number that can be stored.",
        "Correct the cell, or map it to a column that takes decimals.",
    ),
    "intake.number_too_large": (
        "{value!r} in {column} has more digits than can be stored.",
        "Correct the cell; money may have fourteen digits before the decimal point.",
    ),
    "intake.not_a_date": (
        "{value!r} in {column} is no date that can be read.",
        "Write it as 2024-03-01, or say how dates are written: date_format: dd/mm/yyyy.",
    ),
    "intake.ambiguous_date": (
        "{value!r} in {column} can be read in more than one way.",
        "Say how dates are written, in the mapping: date_format: dd/mm/yyyy or mm/dd/yyyy.",
    ),
    "intake.date_out_of_range": (
        "{value!r} in {column} lies outside of the years 1900 to 2100.",
        "Correct the year.",
    ),
    "intake.not_a_boolean": (
        "{value!r} in {column} is neither yes nor no.",
        "Use true or false, or map the values: values: {{Won: 'true', Lost: 'false'}}.",
    ),
    "intake.unknown_value": (
        "{value!r} is not among the values of {column}.",
        "Add it to values: in the mapping, or correct the cell.",
    ),
    "intake.below_minimum": (
        "{value!r} in {column} is below the least value allowed.",
        "Correct the cell; a share of 20 % is written 0.2.",
    ),
    "intake.above_maximum": (
        "{value!r} in {column} is above the greatest value allowed.",
        "Correct the cell; a share of 20 % is written 0.2.",
    ),
    "intake.unknown_currency": (
        "{value!r} in {column} is no ISO 4217 currency.",
        "Use a code such as EUR or USD; replace: in the mapping turns other spellings into it.",
    ),
    "intake.cell_too_long": (
        "The cell of {column} is longer than one million bytes.",
        "Shorten it, or leave the column out of the mapping.",
    ),
    "intake.broken_text": (
        "{value!r} in {column} holds bytes that are no text.",
        "Save the file as UTF-8, or name its encoding in the mapping.",
    ),
    "intake.duplicate_key": (
        "The key {value!r} stands in an earlier row too; that one was taken.",
        "Keep one row per key, or add a column to key: in the mapping.",
    ),
}


def refusal(
    code: str, file: str | None, row: int | None, column: str, value: str | None
) -> Problem:
    """The problem of one refused cell."""
    message, hint = REASONS[code]
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
