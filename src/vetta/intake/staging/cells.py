"""One cell of text as one typed value, in DuckDB SQL; NULL where it cannot be read.

A cell reaches these functions trimmed, with NULL for empty.
"""

from __future__ import annotations

from dataclasses import dataclass

from vetta.engine.schema.physical import DECIMAL_SHAPES, DUCKDB_TYPES, literal
from vetta.engine.schema.types import ColumnType
from vetta.kernel.problem import Problem, ProblemError

TRUE_WORDS = ("true", "t", "yes", "y", "1", "si", "sì", "s", "vero", "v", "x", "on")
FALSE_WORDS = ("false", "f", "no", "n", "0", "falso", "off")
FIRST_DATE, END_DATE = "1900-01-01", "2101-01-01"
OFFSET = r"[ T]\d{1,2}:.*([zZ]|[+-]\d{2}(:?\d{2})?)$"
LOOKS_LIKE_A_DATE = r"^\d{1,4}[-/. ]\d{1,2}[-/. ]\d{1,4}"
TWO_WAYS = r"^\d{1,2}[-/.]\d{1,2}[-/.](\d{2}|\d{4})( .*)?$"
DECIMAL_COMMA = r"^[+-]?\d{1,3}(\.?\d{3})*,\d+$|^[+-]?\d+,\d+$"

_TOKENS = (
    ("yyyy", "%Y"),
    ("yy", "%y"),
    ("mmmm", "%B"),
    ("mmm", "%b"),
    ("mm", "%m"),
    ("dd", "%d"),
    ("hh", "%H"),
    ("ss", "%S"),
    ("d", "%-d"),
    ("m", "%-m"),
)


@dataclass(frozen=True, slots=True)
class Manner:
    """How the cells of a column are written."""

    decimal: str = "."
    thousands: str = ""
    formats: tuple[str, ...] = ()
    time_zone: str = "UTC"


def strptime_format(text: str) -> str:
    """``dd/mm/yyyy hh:mi`` or ``%d/%m/%Y %H:%M`` as a strptime format.

    Raises:
        ProblemError: ``intake.date_format`` where nothing in it stands for a part of a date.
    """
    if "%" in text:
        return text
    left, result = text.lower(), ""
    while left:
        if left.startswith("mi"):
            result, left = result + "%M", left[2:]
            continue
        # After hours, mm are minutes: hh:mm is what people write.
        if left.startswith("mm") and result.endswith("%H:"):
            result, left = result + "%M", left[2:]
            continue
        for token, code in _TOKENS:
            if left.startswith(token):
                result, left = result + code, left[len(token) :]
                break
        else:
            result, left = result + left[0], left[1:]
    if "%" not in result:
        raise ProblemError(
            Problem(
                "intake.date_format",
                f"{text!r} is no date format.",
                "Write it like dd/mm/yyyy, or like %d/%m/%Y.",
            )
        )
    return result


def trimmed(cell: str, *, odd: bool = True) -> str:
    """SQL of ``cell`` without white space around it, NULL where nothing is left.

    Cells that need no trimming, nearly all, are told apart by their first and last byte.

    Args:
        odd: whether there may be tabs and no-break spaces.
    """
    spaces = "' ' || chr(9) || chr(10) || chr(13) || chr(160)"
    padded = f"{cell} < '!' OR suffix({cell}, ' ')"
    if odd:
        ends = " OR ".join(f"suffix({cell}, chr({code}))" for code in (9, 10, 13, 160))
        padded += f" OR prefix({cell}, chr(160)) OR {ends}"
    return f"(CASE WHEN {padded} THEN nullif(trim({cell}, {spaces}), '') ELSE {cell} END)"


def typed(kind: ColumnType, cell: str, manner: Manner) -> str:
    """SQL of the value of ``cell`` (SQL of a text)."""
    if kind is ColumnType.TEXT:
        return cell
    if kind is ColumnType.BOOLEAN:
        return _boolean(cell)
    if kind is ColumnType.DATE:
        return _date(cell, manner)
    if kind is ColumnType.TIMESTAMP:
        return _timestamp(cell, manner)
    number = plain_number(cell, manner)
    if kind is ColumnType.INTEGER:
        wide = f"TRY_CAST({number} AS DECIMAL(38,10))"
        return f"CASE WHEN {wide} = trunc({wide}) THEN TRY_CAST({wide} AS BIGINT) END"
    return f"TRY_CAST({number} AS {DUCKDB_TYPES[kind]})"


def plain_number(cell: str, manner: Manner) -> str:
    """SQL of the cell with a decimal point and nothing between thousands."""
    if manner.decimal == "." and not manner.thousands:
        return cell
    mark = manner.thousands or ("." if manner.decimal == "," else "")
    mark_class = r"\." if mark == "." else ("[  ]" if mark == " " else mark)
    sign = r"\." if manner.decimal == "." else manner.decimal
    grouped = rf"^[+-]?\d{{1,3}}({mark_class}\d{{3}})+({sign}\d+)?$"
    plain = rf"^[+-]?(\d+({sign}\d*)?|{sign}\d+)$"
    bare = f"replace({cell}, {literal(mark)}, '')"
    if mark == " ":
        bare = f"replace({bare}, '\u00a0', '')"
    pointed = f"replace({cell}, {literal(manner.decimal)}, '.')"
    bare_pointed = f"replace({bare}, {literal(manner.decimal)}, '.')"
    return (
        f"CASE WHEN regexp_matches({cell}, {literal(plain)}) THEN {pointed} "
        f"WHEN regexp_matches({cell}, {literal(grouped)}) THEN {bare_pointed} END"
    )


def _boolean(cell: str) -> str:
    yes = ", ".join(literal(word) for word in TRUE_WORDS)
    no = ", ".join(literal(word) for word in FALSE_WORDS)
    return (
        f"CASE WHEN lower({cell}) IN ({yes}) THEN true WHEN lower({cell}) IN ({no}) THEN false END"
    )


def _formats(manner: Manner) -> str:
    return "[" + ", ".join(literal(text) for text in manner.formats) + "]"


def _date(cell: str, manner: Manner) -> str:
    if manner.formats:
        return f"CAST(TRY_STRPTIME({cell}, {_formats(manner)}) AS DATE)"
    # A moment with an offset becomes the day that it is in the organisation's zone.
    plain = f"TRY_CAST({_digits_first(cell)} AS DATE)"
    moment = f"TRY_CAST({cell} AS TIMESTAMP WITH TIME ZONE)"
    return (
        f"CASE WHEN length({cell}) > 16 AND regexp_matches({cell}, {literal(OFFSET)}) "
        f"THEN CAST({moment} AT TIME ZONE {literal(manner.time_zone)} AS DATE) ELSE {plain} END"
    )


def _digits_first(cell: str) -> str:
    # DuckDB reads the word epoch as a date.
    return f"nullif({cell}, 'epoch')"


def _timestamp(cell: str, manner: Manner) -> str:
    zone = literal(manner.time_zone)
    if manner.formats:
        local = f"TRY_STRPTIME({cell}, {_formats(manner)})"
        if any("%z" in text for text in manner.formats):
            return f"CAST({local} AS TIMESTAMP WITH TIME ZONE)"
        return f"({local} AT TIME ZONE {zone})"
    moment = f"TRY_CAST({_digits_first(cell)} AS TIMESTAMP WITH TIME ZONE)"
    if manner.time_zone == "UTC":
        return moment
    return (
        f"CASE WHEN regexp_matches({cell}, {literal(OFFSET)}) THEN {moment} "
        f"ELSE TRY_CAST({_digits_first(cell)} AS TIMESTAMP) AT TIME ZONE {zone} END"
    )


def reason(kind: ColumnType, cell: str, manner: Manner) -> str:
    """SQL of the code that says why ``cell`` cannot be read as ``kind``."""
    if kind is ColumnType.BOOLEAN:
        return "'intake.not_a_boolean'"
    if kind in (ColumnType.DATE, ColumnType.TIMESTAMP):
        if manner.formats:
            return "'intake.not_a_date'"
        return (
            f"CASE WHEN regexp_matches({cell}, {literal(TWO_WAYS)}) THEN 'intake.ambiguous_date' "
            f"ELSE 'intake.not_a_date' END"
        )
    number = plain_number(cell, manner)
    words = "'nan', 'inf', '+inf', '-inf', 'infinity', '+infinity', '-infinity'"
    last = "intake.not_an_integer" if kind is ColumnType.INTEGER else "intake.number_too_large"
    return (
        f"CASE WHEN lower({cell}) IN ({words}) THEN 'intake.not_finite' "
        f"WHEN TRY_CAST({number} AS DOUBLE) IS NULL THEN "
        f"CASE WHEN regexp_matches({cell}, {literal(DECIMAL_COMMA)}) THEN 'intake.decimal_comma' "
        f"ELSE 'intake.not_a_number' END ELSE '{last}' END"
    )


def rounded(kind: ColumnType, cell: str, value: str, manner: Manner) -> str | None:
    """SQL that is true where ``value`` was rounded to fit; None for types that never are."""
    if kind not in DECIMAL_SHAPES:
        return None
    scale = DECIMAL_SHAPES[kind][1]
    sign = literal(manner.decimal)
    exact = f"TRY_CAST({plain_number(cell, manner)} AS DECIMAL(38,18))"
    return (
        f"(strpos({cell}, {sign}) > 0 AND strlen({cell}) - strpos({cell}, {sign}) > {scale} "
        f"AND {exact} <> CAST({value} AS DECIMAL(38,18)))"
    )
