"""The whitelist: SQLGlot's tree to a typed tree. What is not listed here is refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from sqlglot import exp

from vetta.engine.expressions import numbers
from vetta.engine.expressions.casting import cast_value, type_named, words_of
from vetta.engine.expressions.functions import call_function
from vetta.engine.expressions.hints import hint_for_types, two_types
from vetta.engine.expressions.problems import Source
from vetta.engine.expressions.refusals import refuse_part
from vetta.engine.expressions.scope import Scope, in_expression
from vetta.engine.expressions.tree import (
    BetweenNode,
    CaseNode,
    CompareNode,
    InNode,
    IsNullNode,
    LikeNode,
    LiteralNode,
    LogicNode,
    Node,
    NotNode,
    Typed,
    call,
    column,
    decimal,
    literal,
)
from vetta.engine.expressions.unify import aligned, coerce_text, common_type
from vetta.engine.schema.physical import IBIS_TYPES
from vetta.engine.schema.types import ColumnType

BOOLEAN = ColumnType.BOOLEAN
_BOOL = IBIS_TYPES[BOOLEAN]
MAX_DIGITS = 28
MAX_FRACTION = 10
MAX_PATTERN = 200
MAX_GROWTH = 1000
_INT64 = 2**63

_COMPARISONS: dict[type[exp.Expr], str] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
}


def check(tree: exp.Expr, scope: Scope, source: Source, expects: ColumnType | None) -> Typed:
    """The typed tree of what SQLGlot read.

    Raises:
        ProblemError: ``expression.*``.
    """
    typed = Checker(scope, source).check(tree)
    if expects is None or typed.type is None or typed.type is expects:
        return typed
    if expects is ColumnType.NUMBER and typed.is_number:
        return typed
    hint = (
        "Write a condition, such as amount > 1000 AND region = 'East'."
        if expects is BOOLEAN
        else f"Write a value of that type, or CAST(… AS {expects.value.upper()})."
    )
    raise source.refuse(
        "wrong_type",
        f"This needs {words_of(expects)}, but the expression gives {words_of(typed.type)}.",
        hint,
        at=0,
    )


class Checker:
    """Checks one expression; ``source`` knows where each part stands."""

    def __init__(self, scope: Scope, source: Source) -> None:
        self.scope = scope
        self.source = source

    def check(self, part: exp.Expr) -> Typed:
        rule = _RULES.get(type(part))
        if rule is None:
            raise refuse_part(self.source, part)
        typed = rule(self, part)
        if typed.growth > MAX_GROWTH:
            raise self.source.refuse(
                "too_large",
                "The text could grow to more than a thousand times its length.",
                "Replace by shorter texts, or in fewer steps.",
                at=part,
            )
        return typed

    # --- leaves ---------------------------------------------------------------------------------

    def paren(self, part: exp.Paren) -> Typed:
        return self.check(part.this)

    def column(self, part: exp.Column) -> Typed:
        if part.args.get("db") or not isinstance(part.this, exp.Identifier):
            raise refuse_part(self.source, part)
        name, table = part.name, part.table or None
        found = self.scope.find(name, table)
        if found is None:
            written = name if table is None else f"{table}.{name}"
            raise self.source.refuse(
                "unknown_column",
                f"There is no column {in_expression(written)}.",
                self._hint_for_name(written, quoted=bool(part.this.args.get("quoted"))),
                at=part,
            )
        return column(*found)

    def _hint_for_name(self, written: str, *, quoted: bool) -> str:
        hint = self.scope.suggestion(written)
        return f"{hint} Text stands in single quotes: '{written}'." if quoted else hint

    def literal(self, part: exp.Literal) -> Typed:
        if part.is_string:
            return literal(part.this, ColumnType.TEXT)
        return self._number(part)

    def _number(self, part: exp.Literal) -> Typed:
        whole, _, fraction = part.this.partition(".")
        if not (whole + fraction).isascii() or not (whole + fraction).isdecimal():
            raise self.source.refuse(
                "bad_number",
                f"{part.this!r} is not read as a number.",
                "Write digits with at most one point, such as 100000 or 0.0725.",
                at=part,
            )
        if len(fraction) > MAX_FRACTION or len(whole + fraction) > MAX_DIGITS:
            raise self.source.refuse(
                "bad_number",
                f"The number {part.this[:40]} has too many digits.",
                f"At most {MAX_FRACTION} after the point and {MAX_DIGITS} together.",
                at=part,
            )
        if fraction:
            number = Decimal(part.this)
            node = LiteralNode(number, decimal(len(fraction)))
            return Typed(node, ColumnType.NUMBER, len(fraction))
        if int(whole) >= _INT64:
            return Typed(LiteralNode(int(whole), decimal(0)), ColumnType.NUMBER)
        return literal(int(whole), ColumnType.INTEGER)

    def boolean(self, part: exp.Boolean) -> Typed:
        return literal(bool(part.this), BOOLEAN)

    def null(self, part: exp.Null) -> Typed:
        return Typed(LiteralNode(None, IBIS_TYPES[ColumnType.TEXT]), None)

    # --- logic ----------------------------------------------------------------------------------

    def logic(self, part: exp.Expr) -> Typed:
        word = "AND" if isinstance(part, exp.And) else "OR"
        operands = [self._condition(operand, word) for operand in _chain(part)]
        return Typed(LogicNode(word, tuple(operands)), BOOLEAN)

    def negation(self, part: exp.Not) -> Typed:
        return Typed(NotNode(self._condition(part.this, "NOT")), BOOLEAN)

    def _condition(self, part: exp.Expr, word: str) -> Node:
        typed = self.check(part)
        if typed.type is None:
            return LiteralNode(None, _BOOL)
        if typed.type is not BOOLEAN:
            raise self.source.refuse(
                "wrong_type",
                f"{word} needs a condition, not {words_of(typed.type)}.",
                "Compare the value with something, such as amount > 0.",
                at=part,
            )
        return typed.node

    def comparison(self, part: exp.Expr) -> Typed:
        word = _COMPARISONS[type(part)]
        left, right = part.args["this"], part.args["expression"]
        values = self.alike([self.check(left), self.check(right)], word, part)
        (a, b), _, _ = aligned(values)
        return Typed(CompareNode(word, a, b), BOOLEAN)

    def between(self, part: exp.Between) -> Typed:
        if part.args.get("symmetric"):
            raise refuse_part(self.source, part)
        parts = [part.this, part.args["low"], part.args["high"]]
        values = self.alike([self.check(each) for each in parts], "BETWEEN", part)
        (value, low, high), _, _ = aligned(values)
        return self._negated(part, BetweenNode(value, low, high))

    def membership(self, part: exp.In) -> Typed:
        if not part.expressions or any(
            part.args.get(key) for key in ("query", "unnest", "field", "is_global")
        ):
            raise refuse_part(self.source, part.args.get("query") or part)
        operand = self.check(part.this)
        choices = [self.check(choice) for choice in part.expressions]
        values = self.alike([operand, *choices], "IN", part)
        (value, *others), _, _ = aligned(values)
        return self._negated(part, InNode(value, tuple(others)))

    def like(self, part: exp.Expr) -> Typed:
        operand, pattern = self.check(part.args["this"]), part.args["expression"]
        if operand.type not in (ColumnType.TEXT, None):
            raise self.source.refuse(
                "wrong_type",
                f"LIKE looks at text, not at {words_of(operand.type)}.",
                "Use =, <, > or BETWEEN for other types.",
                at=part,
            )
        if not (isinstance(pattern, exp.Literal) and pattern.is_string):
            raise self.source.refuse(
                "wrong_type",
                "The pattern of LIKE must be written out.",
                "Write it in single quotes, such as LIKE 'North%'.",
                at=part,
            )
        if len(pattern.this) > MAX_PATTERN:
            raise self.source.refuse(
                "bad_pattern",
                f"A pattern has at most {MAX_PATTERN} characters.",
                "Shorten it.",
                at=pattern,
            )
        node = LikeNode(operand.node, pattern.this, isinstance(part, exp.ILike))
        return self._negated(part, node)

    def _negated(self, part: exp.Expr, node: Node) -> Typed:
        return Typed(NotNode(node) if part.args.get("negate") else node, BOOLEAN)

    def is_(self, part: exp.Is) -> Typed:
        wanted = part.expression
        operand = self.check(part.this)
        if isinstance(wanted, exp.Null):
            return Typed(IsNullNode(operand.node), BOOLEAN)
        if isinstance(wanted, exp.Boolean) and operand.type in (BOOLEAN, None):
            truth = operand.node if wanted.this else NotNode(operand.node)
            false = LiteralNode(False, _BOOL)
            return Typed(call("coalesce", [(truth, _BOOL), (false, _BOOL)], _BOOL), BOOLEAN)
        raise self.source.refuse(
            "not_allowed",
            "IS is followed by NULL, NOT NULL, TRUE or FALSE.",
            "Compare other values with = and <>.",
            at=part,
        )

    def case(self, part: exp.Case) -> Typed:
        conditions: list[Node] = []
        results: list[Typed] = []
        for branch in part.args["ifs"]:
            test = branch.this
            if part.this is not None:
                test = exp.EQ(this=part.this, expression=test)
            conditions.append(self._condition(test, "WHEN"))
            results.append(self.check(branch.args["true"]))
        default = part.args.get("default")
        results.append(self.check(default) if default is not None else self.null(exp.Null()))
        return self.choice(conditions, results, part)

    def choice(self, conditions: Sequence[Node], results: Sequence[Typed], part: exp.Expr) -> Typed:
        """CASE over results that take one type; the last one is for ELSE."""
        values = self.alike(results, "CASE", part)
        (*nodes, default), physical, scale = aligned(values)
        node = CaseNode(tuple(conditions), tuple(nodes), default, physical)
        growth = max(value.growth for value in values)
        return Typed(node, common_type(values), scale, growth)

    def alike(self, values: Sequence[Typed], word: str, part: exp.Expr) -> list[Typed]:
        """The values, text literals beside dates read as dates; refused where types differ."""
        values = coerce_text(values)
        if common_type(values) is not None or all(value.type is None for value in values):
            return values
        first, other = two_types(values)
        raise self.source.refuse(
            "wrong_type",
            f"{word} has {words_of(first)} and {words_of(other)}, which do not go together.",
            hint_for_types(first, other),
            at=part,
        )

    # --- text, casts, functions -----------------------------------------------------------------

    def concatenation(self, part: exp.DPipe) -> Typed:
        values = [self.check(each) for each in _chain(part)]
        for value in values:
            if value.type not in (ColumnType.TEXT, None):
                raise self.source.refuse(
                    "wrong_type",
                    f"|| joins texts, not {words_of(value.type)}.",
                    "Write CAST(… AS TEXT) around it.",
                    at=part,
                )
        text = IBIS_TYPES[ColumnType.TEXT]
        node = call("||", [(value.node, text) for value in values], text)
        return Typed(node, ColumnType.TEXT, growth=sum(value.growth for value in values))

    def cast(self, part: exp.Expr) -> Typed:
        lenient = isinstance(part, exp.TryCast)
        target = type_named(self.source, part.args["to"], part)
        return cast_value(self, self.check(part.args["this"]), target, part, lenient=lenient)

    def function(self, part: exp.Anonymous) -> Typed:
        return call_function(self, part)


def _chain(part: exp.Expr) -> list[exp.Expr]:
    """The operands of ``a AND b AND c``, left to right, without recursion."""
    operands: list[exp.Expr] = []
    rest: exp.Expr = part
    while type(rest) is type(part):
        operands.append(rest.args["expression"])
        rest = rest.args["this"]
    operands.append(rest)
    return operands[::-1]


_RULES: dict[type[exp.Expr], Callable[..., Typed]] = {
    exp.Paren: Checker.paren,
    exp.Column: Checker.column,
    exp.Literal: Checker.literal,
    exp.Boolean: Checker.boolean,
    exp.Null: Checker.null,
    exp.And: Checker.logic,
    exp.Or: Checker.logic,
    exp.Not: Checker.negation,
    **dict.fromkeys(_COMPARISONS, Checker.comparison),
    exp.Between: Checker.between,
    exp.In: Checker.membership,
    exp.Like: Checker.like,
    exp.ILike: Checker.like,
    exp.Is: Checker.is_,
    exp.Case: Checker.case,
    exp.Add: numbers.total,
    exp.Sub: numbers.total,
    exp.Mul: numbers.product,
    exp.Div: numbers.quotient,
    exp.Mod: numbers.remainder,
    exp.Neg: numbers.minus,
    exp.DPipe: Checker.concatenation,
    exp.Cast: Checker.cast,
    exp.TryCast: Checker.cast,
    exp.Anonymous: Checker.function,
}
