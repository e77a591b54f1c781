"""The expression language of filters, mappings and definitions: a small, safe part of SQL.

``parse(text, scope)`` gives an ``Expression`` or raises ``ProblemError``; nothing that a person
wrote ever reaches a database as text. SQLGlot parses, the whitelist of ``checker`` and
``functions`` types, and the checked tree is rendered for DuckDB or Ibis.
"""

from vetta.engine.expressions.expression import Expression, parse
from vetta.engine.expressions.functions import FUNCTIONS, Function
from vetta.engine.expressions.grammar import grammar_limits
from vetta.engine.expressions.scope import Scope

__all__ = ["FUNCTIONS", "Expression", "Function", "Scope", "grammar_limits", "parse"]
