"""Functions of regular expressions, which DuckDB runs in linear time (RE2)."""

from __future__ import annotations

import re
import warnings

from vetta.engine.expressions.context import Context
from vetta.engine.expressions.functions.model import (
    BOOL,
    STRING,
    TEXT,
    WHOLE,
    Call,
    Function,
    as_long,
    as_text,
    int32,
    null_if_empty,
    takes,
    wrong_arguments,
)
from vetta.engine.expressions.functions.text import check_replacement
from vetta.engine.expressions.tree import (
    Typed,
    call,
)
from vetta.engine.schema.types import ColumnType

MAX_PATTERN = 200
# What Python's patterns know and RE2, which runs them, does not.
_NOT_IN_RE2 = re.compile(r"\(\?(?:[=!>(]|<[=!]|P=)|\\[1-9]|[*+?}]\+|\\Z|\{\d{4,}|\{\d*,\d{4,}")

_TEXT = takes("text", TEXT)
_PATTERN = takes("pattern", TEXT, written=True)


def pattern_matches(context: Context, made: Call) -> Typed:
    _check_pattern(context, made)
    arguments = [(as_text(value), STRING) for value in made.arguments]
    return Typed(call("regexp_matches", arguments, BOOL), ColumnType.BOOLEAN)


def extracted(context: Context, made: Call) -> Typed:
    groups = _check_pattern(context, made)
    group = made.whole(2, 0)
    if not 0 <= group <= groups:
        raise wrong_arguments(
            context,
            made,
            f"The pattern has no group {group}.",
            f"It has {groups}; groups are what stands in round brackets, 0 is the whole match.",
        )
    text, pattern = made.arguments[:2]
    arguments = [(as_text(text), STRING), (pattern.node, STRING), int32(group)]
    return as_long(null_if_empty(call("regexp_extract", arguments, STRING)), made)


def replaced_pattern(context: Context, made: Call) -> Typed:
    groups = _check_pattern(context, made)
    replacement, options = made.text(2), made.text(3) if len(made.arguments) > 3 else ""
    check_replacement(context, made, replacement)
    if not set(options) <= {"g", "i"}:
        raise wrong_arguments(
            context, made, f"{options!r} are no options.", "Write 'g', 'i' or 'gi'."
        )
    if any(int(number) > groups for number in re.findall(r"\\(\d)", replacement)):
        raise wrong_arguments(
            context,
            made,
            "The replacement names a group that the pattern does not have.",
            f"The pattern has {groups}; \\1 is the first.",
        )
    arguments = [(as_text(value), STRING) for value in made.arguments]
    # An empty match before every character puts in the replacement, which may repeat the groups.
    growth = made.arguments[0].growth * (1 + len(replacement))
    return Typed(call("regexp_replace", arguments, STRING), ColumnType.TEXT, growth=growth)


def _check_pattern(context: Context, made: Call) -> int:
    """How many groups the pattern has; refused where RE2 cannot run it."""
    pattern = made.text(1)
    if len(pattern) > MAX_PATTERN:
        raise _bad_pattern(context, made, f"A pattern has at most {MAX_PATTERN} characters.")
    if _NOT_IN_RE2.search(pattern):
        raise _bad_pattern(
            context, made, "Look-around, back-references and counts above 999 are not supported."
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return re.compile(pattern).groups
    except (re.error, OverflowError, RecursionError, Warning) as error:
        raise _bad_pattern(context, made, f"The pattern cannot be read: {error}.") from None


def _bad_pattern(context: Context, made: Call, message: str) -> Exception:
    hint = "Patterns are RE2's: . [a-z] \\d * + ? {2,3} | ( ) ^ $."
    return context.source.refuse("bad_pattern", message, hint, at=made.part)


TABLE = (
    Function(
        "REGEXP_MATCHES",
        (_TEXT, _PATTERN),
        "boolean",
        "Whether the pattern occurs anywhere.",
        ("REGEXP_MATCHES('A-17', '[0-9]+')", "true"),
        pattern_matches,
    ),
    Function(
        "REGEXP_EXTRACT",
        (_TEXT, _PATTERN, takes("group", WHOLE, written=True)),
        "text",
        "The first match, or one of its groups; NULL where there is none.",
        ("REGEXP_EXTRACT('order 17', '([0-9]+)', 1)", "17"),
        extracted,
        required=2,
    ),
    Function(
        "REGEXP_REPLACE",
        (
            _TEXT,
            _PATTERN,
            takes("replacement", TEXT, written=True),
            takes("options", TEXT, written=True),
        ),
        "text",
        "The first match replaced; all of them with the option ``'g'``; ``'i'`` ignores case.",
        ("REGEXP_REPLACE('a1b22', '[0-9]+', '#', 'g')", "a#b#"),
        replaced_pattern,
        required=3,
    ),
)
