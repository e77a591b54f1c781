"""Finding a function, checking its arguments, building the call."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from types import MappingProxyType

from sqlglot import exp

from vetta.engine.expressions.casting import words_of
from vetta.engine.expressions.context import Context
from vetta.engine.expressions.dates import moved_date
from vetta.engine.expressions.functions import choices, days, numbers, patterns, text
from vetta.engine.expressions.functions.model import Call, Function
from vetta.engine.expressions.tree import Typed

FUNCTIONS: Mapping[str, Function] = MappingProxyType(
    {
        function.name: function
        for table in (text, patterns, numbers, choices, days)
        for function in table.TABLE
    }
)

_OTHER_NAMES = {
    "SUBSTR": "SUBSTRING",
    "LEN": "LENGTH",
    "CHAR_LENGTH": "LENGTH",
    "CEILING": "CEIL",
    "IFNULL": "COALESCE",
    "NVL": "COALESCE",
    "IIF": "IF",
    "INSTR": "CONTAINS",
    "REGEXP_LIKE": "REGEXP_MATCHES",
    "STRPTIME": "PARSE_DATE",
    "TO_DATE": "PARSE_DATE",
    "DATEADD": "DATE_ADD",
    "DATEDIFF": "DAYS_BETWEEN",
    "DATE_DIFF": "DAYS_BETWEEN",
    "DAYOFWEEK": "WEEKDAY",
}
_AGGREGATES = frozenset(
    [
        "SUM",
        "COUNT",
        "AVG",
        "MEAN",
        "MIN",
        "MAX",
        "MEDIAN",
        "STDDEV",
        "VARIANCE",
        "FIRST",
        "LAST",
        "ANY_VALUE",
        "LIST",
        "ARRAY_AGG",
        "STRING_AGG",
        "GROUP_CONCAT",
        "MODE",
        "QUANTILE",
        "ROW_NUMBER",
        "RANK",
        "LAG",
        "LEAD",
    ]
)


def call_function(context: Context, part: exp.Anonymous) -> Typed:
    """Check a call against the table and build it."""
    name = part.name.upper()
    function = FUNCTIONS.get(name)
    allowed = context.scope.functions
    if function is None or (allowed is not None and name not in allowed):
        raise _unknown(context, part, name)
    if name in ("DATE_ADD", "DATE_SUB"):
        _check_count(context, function, part)
        day, interval = part.expressions
        return moved_date(context, context.check(day), interval, part, backwards=name == "DATE_SUB")
    _check_count(context, function, part)
    arguments = [context.check(argument) for argument in part.expressions]
    for index, argument in enumerate(arguments):
        _check_argument(context, function, index, argument, part.expressions[index])
    return function.build(context, Call(name, arguments, part))


def _unknown(context: Context, part: exp.Anonymous, name: str) -> Exception:
    if name in _AGGREGATES:
        return context.source.refuse(
            "not_allowed",
            f"{name} is an aggregate; an expression looks at one row at a time.",
            "For the smallest or largest of several values in a row use LEAST or GREATEST."
            if name in ("MIN", "MAX")
            else "Aggregation is what a metric's definition says.",
            at=part,
        )
    known = sorted(FUNCTIONS if context.scope.functions is None else context.scope.functions)
    near = [_OTHER_NAMES[name]] if name in _OTHER_NAMES else get_close_matches(name, known, n=1)
    hint = f"Did you mean {near[0]}?" if near else "Functions: " + ", ".join(known) + "."
    return context.source.refuse(
        "unknown_function", f"There is no function {name[:60]}.", hint, at=part
    )


def _check_count(context: Context, function: Function, part: exp.Anonymous) -> None:
    most = len(function.parameters)
    least = most if function.required is None else function.required
    given = len(part.expressions)
    if given < least or (given > most and not function.repeats):
        raise context.source.refuse(
            "wrong_arguments",
            f"{function.name} cannot take {given} arguments.",
            f"Write {function.signature}, for example {function.example[0]}.",
            at=part,
        )


def _check_argument(
    context: Context,
    function: Function,
    index: int,
    argument: Typed,
    part: exp.Expr,
) -> None:
    parameter = function.parameters[min(index, len(function.parameters) - 1)]
    if argument.type is not None and argument.type not in parameter.accepts:
        wanted = " or ".join(sorted({words_of(type_) for type_ in parameter.accepts}))
        raise context.source.refuse(
            "wrong_type",
            f"{function.name} needs {wanted} as argument {index + 1} ({parameter.name}), "
            f"not {words_of(argument.type)}.",
            f"For example {function.example[0]}.",
            at=part,
        )
    known = argument.literal
    if parameter.written and (known is None or known.value is None):
        raise context.source.refuse(
            "wrong_arguments",
            f"The {parameter.name} of {function.name} must be written out.",
            f"For example {function.example[0]}.",
            at=part,
        )
