"""The functions that an expression may call; the reference is written from this table."""

from vetta.engine.expressions.functions.calls import FUNCTIONS, call_function
from vetta.engine.expressions.functions.days import days_between
from vetta.engine.expressions.functions.model import Function, Parameter

__all__ = ["FUNCTIONS", "Function", "Parameter", "call_function", "days_between"]
