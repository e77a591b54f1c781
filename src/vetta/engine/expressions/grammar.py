"""Text to SQLGlot's tree, with the limits that keep hostile input harmless.

A dialect of our own: every function call is parsed as a plain name with arguments, so that the
whitelist alone decides what a name means, and no special syntax slips in with a new SQLGlot.
"""

from __future__ import annotations

import unicodedata
from typing import ClassVar

from sqlglot import exp, parser, tokens
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import ParseError, TokenError
from sqlglot.tokenizer_core import TokenType

from vetta.engine.expressions.problems import Source

MAX_LENGTH = 10_000  # characters
MAX_TOKENS = 3_000
MAX_DEPTH = 50  # levels of nesting
MAX_NODES = 3_000

_BIDIRECTIONAL = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_OPENING = {TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.L_BRACE, TokenType.CASE}
_CLOSING = {TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.R_BRACE, TokenType.END}
_PREFIXES = {TokenType.NOT, TokenType.DASH, TokenType.PLUS, TokenType.TILDE}


class Grammar(Dialect):
    """Standard quotes, ``CAST``, ``CASE``, and functions by name; nothing else is special."""

    class Tokenizer(tokens.Tokenizer):
        IDENTIFIERS: ClassVar[list[str | tuple[str, str]]] = ['"']
        QUOTES: ClassVar[list[str | tuple[str, str]]] = ["'"]
        STRING_ESCAPES: ClassVar[list[str]] = ["'"]

    class Parser(parser.Parser):
        FUNCTIONS = {}
        FUNCTION_PARSERS = {
            name: parser.Parser.FUNCTION_PARSERS[name] for name in ("CAST", "TRY_CAST")
        }
        NO_PAREN_FUNCTIONS = {}
        NO_PAREN_FUNCTION_PARSERS = {"CASE": parser.Parser.NO_PAREN_FUNCTION_PARSERS["CASE"]}


_grammar = Grammar()


def grammar_limits() -> tuple[int, int, int]:
    """At most so many characters, tokens and levels of nesting."""
    return MAX_LENGTH, MAX_TOKENS, MAX_DEPTH


def read(source: Source) -> exp.Expr:
    """The one expression in ``source``.

    Raises:
        ProblemError: ``expression.*`` where the text is empty, too large, or no expression.
    """
    _check_characters(source)
    _check_tokens(source)
    try:
        trees = _grammar.parse(source.text)
    except ParseError as error:
        raise _unreadable(source, error) from None
    except (RecursionError, TokenError, ValueError):
        raise source.refuse(
            "syntax", "The expression cannot be read.", "Write it simpler, or in parts."
        ) from None
    if len(trees) != 1 or trees[0] is None:
        raise _no_statement(source)
    _check_size(source, trees[0])
    return trees[0]


def _check_characters(source: Source) -> None:
    if not source.text.strip():
        raise source.refuse(
            "empty", "The expression is empty.", "Write a condition such as region = 'East'."
        )
    if len(source.text) > MAX_LENGTH:
        raise source.refuse(
            "too_long",
            f"The expression has {len(source.text):,} characters; at most {MAX_LENGTH:,} are read.",
            "Shorten it; long lists of values belong in a column of their own.",
        )
    for offset, character in enumerate(source.text):
        control = unicodedata.category(character) in {"Cc", "Cs"} and character not in "\t\n\r"
        if control or character in _BIDIRECTIONAL:
            raise source.refuse(
                "invisible_character",
                f"The invisible character U+{ord(character):04X} is not allowed.",
                "Delete it; it may have come with a copy from another program.",
                at=offset,
            )


def _check_tokens(source: Source) -> None:
    try:
        found = list(_grammar.tokenize(source.text))
    except TokenError:
        raise source.refuse(
            "syntax",
            "A quote is opened and never closed.",
            "Text stands in single quotes; a quote inside is written twice: 'it''s'.",
        ) from None
    if not found:
        raise _comment(source, 0)
    if len(found) > MAX_TOKENS:
        raise source.refuse(
            "too_many_parts",
            f"The expression has {len(found):,} words and signs; at most {MAX_TOKENS:,} are read.",
            "Shorten it.",
        )
    depth = prefixes = 0
    for token in found:
        if token.comments:
            raise _comment(source, token.end + 1)
        if token.token_type is TokenType.SEMICOLON:
            raise source.refuse(
                "not_allowed",
                "One expression is read, not several statements.",
                "Delete the semicolon.",
                at=token.start,
            )
        depth += (token.token_type in _OPENING) - (token.token_type in _CLOSING)
        prefixes = prefixes + 1 if token.token_type in _PREFIXES else 0
        if max(depth, prefixes) > MAX_DEPTH:
            raise _too_deep(source, token.start)


def _check_size(source: Source, tree: exp.Expr) -> None:
    """Depth without recursion; chains of AND, OR and || count as one level."""
    waiting = [(tree, 1)]
    count = 0
    while waiting:
        node, depth = waiting.pop()
        count += 1
        if count > MAX_NODES:
            raise source.refuse(
                "too_many_parts",
                f"The expression has more than {MAX_NODES:,} parts.",
                "Shorten it.",
            )
        if depth > MAX_DEPTH:
            raise _too_deep(source, node)
        for child in node.iter_expressions():
            flat = isinstance(node, exp.And | exp.Or | exp.DPipe) and type(child) is type(node)
            # A name wraps an identifier, a call its arguments: parentheses alone add no level.
            waiting.append((child, depth if flat or isinstance(node, exp.Paren) else depth + 1))


def _comment(source: Source, at: int) -> Exception:
    return source.refuse(
        "comment",
        "Comments are not part of an expression.",
        "Delete it; a minus before a negative number is written - -1 or -(-1).",
        at=at,
    )


def _too_deep(source: Source, at: exp.Expr | int) -> Exception:
    return source.refuse(
        "too_deep",
        f"The expression is nested more than {MAX_DEPTH} levels deep.",
        "Write it with fewer brackets, or in parts.",
        at=at,
    )


def _no_statement(source: Source) -> Exception:
    return source.refuse(
        "not_allowed",
        "One expression is read, not a statement.",
        "Write a value or a condition over columns, such as amount > 1000.",
        at=0,
    )


def _unreadable(source: Source, error: ParseError) -> Exception:
    details = error.errors[0] if error.errors else {}
    line, end = details.get("line"), details.get("col")
    highlight = str(details.get("highlight") or "")
    hint = "Compare brackets, commas and quotes; text stands in single quotes: 'East'."
    if not isinstance(line, int) or not isinstance(end, int):
        return source.refuse("syntax", "The expression cannot be read.", hint)
    lines = source.text.split("\n")
    offset = sum(len(text) + 1 for text in lines[: line - 1]) + max(0, end - len(highlight))
    near = f" near {highlight!r}" if highlight.strip() else " at its end"
    return source.refuse("syntax", f"The expression cannot be read{near}.", hint, at=offset)
