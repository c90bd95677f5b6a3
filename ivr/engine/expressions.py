"""Expressions as data: parsed elsewhere with Jinja2's grammar, evaluated here by a short walk.

Rule: no calls, no loops, no attribute of a Python object; only names, items, constants, comparisons, and/or/not, + and -, and
the filters named here. An expression can therefore neither run long nor reach anything it was not given.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ivr.engine.codec import kind
from ivr.engine.secrets import Secret


class ExpressionError(Exception):
    """An expression met a value that it cannot work on; the message names both, never the value."""


@kind
@dataclass(frozen=True, slots=True)
class Constant:
    value: Any


@kind
@dataclass(frozen=True, slots=True)
class Name:
    name: str


@kind
@dataclass(frozen=True, slots=True)
class Item:
    """`of.key` and `of["key"]` alike; a list takes a whole number. What is missing is none."""

    of: "Expression"
    key: "Expression"


@kind
@dataclass(frozen=True, slots=True)
class Compare:
    left: "Expression"
    operator: str  # == != < <= > >= in not_in
    right: "Expression"


@kind
@dataclass(frozen=True, slots=True)
class Both:
    left: "Expression"
    right: "Expression"


@kind
@dataclass(frozen=True, slots=True)
class Either:
    left: "Expression"
    right: "Expression"


@kind
@dataclass(frozen=True, slots=True)
class Not:
    operand: "Expression"


@kind
@dataclass(frozen=True, slots=True)
class Sum:
    left: "Expression"
    operator: str  # + or -
    right: "Expression"


@kind
@dataclass(frozen=True, slots=True)
class Filter:
    """`of | name`: one of FILTERS."""

    of: "Expression"
    name: str


Expression = Constant | Name | Item | Compare | Both | Either | Not | Sum | Filter

MAX_TEXT = 10_000


def _length(value: Any) -> int:
    if isinstance(value, (str, tuple, list, Mapping)):
        return len(value)
    raise ExpressionError("length is for texts and lists")


def _first(value: Any) -> Any:
    if isinstance(value, (tuple, list)):
        return value[0] if value else None
    raise ExpressionError("first is for lists")


def _last(value: Any) -> Any:
    if isinstance(value, (tuple, list)):
        return value[-1] if value else None
    raise ExpressionError("last is for lists")


FILTERS: Mapping[str, Callable[[Any], Any]] = {"length": _length, "first": _first, "last": _last}


def truth(value: Any) -> bool:
    """Whether a condition holds: none, false, zero and what is empty do not."""
    return bool(value)


def evaluate(expression: Expression, names: Mapping[str, Any]) -> Any:
    """The value of an expression; raises ExpressionError. Depth is bounded where it is parsed."""
    match expression:
        case Constant(value):
            return value
        case Name(name):
            return names.get(name)
        case Item(of, key):
            return _item(evaluate(of, names), evaluate(key, names))
        case Filter(of, name):
            return FILTERS[name](evaluate(of, names))
        case Not(operand):
            return not truth(evaluate(operand, names))
        case Both(left, right):
            return evaluate(right, names) if truth(evaluate(left, names)) else False
        case Either(left, right):
            value = evaluate(left, names)
            return value if truth(value) else evaluate(right, names)
        case Compare(left, operator, right):
            return _compare(evaluate(left, names), operator, evaluate(right, names))
        case Sum(left, operator, right):
            return _sum(evaluate(left, names), operator, evaluate(right, names))


def _item(of: Any, key: Any) -> Any:
    if isinstance(of, Mapping):
        return of.get(key) if isinstance(key, str) else None
    if isinstance(of, (tuple, list)) and isinstance(key, int) and not isinstance(key, bool):
        return of[key] if -len(of) <= key < len(of) else None
    return None


def _compare(left: Any, operator: str, right: Any) -> bool:
    if isinstance(left, Secret) or isinstance(right, Secret):
        raise ExpressionError("a secret cannot be compared")
    if operator == "==":
        return bool(left == right)
    if operator == "!=":
        return bool(left != right)
    if operator in ("in", "not_in"):
        if not isinstance(right, (str, tuple, list, Mapping)) or (isinstance(right, str) and not isinstance(left, str)):
            raise ExpressionError("'in' looks in a list or a text")
        if isinstance(right, Mapping) and not isinstance(left, str):
            raise ExpressionError("what is looked for in a block is a name")
        return (left in right) == (operator == "in")
    return _order(left, operator, right)


def _order(left: Any, operator: str, right: Any) -> bool:
    if left is None or right is None:
        return False
    try:
        ordered = {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}
    except (TypeError, ArithmeticError):
        raise ExpressionError(f"{type(left).__name__} and {type(right).__name__} have no order") from None
    return bool(ordered[operator])


def _sum(left: Any, operator: str, right: Any) -> Any:
    try:
        return _added(left, right if operator == "+" else _negative(right))
    except (ArithmeticError, TypeError):
        raise ExpressionError(f"{operator!r} does not work on {type(left).__name__} and {type(right).__name__}") from None


def _negative(value: Any) -> Any:
    if isinstance(value, str):
        raise TypeError
    return -value


def _added(left: Any, right: Any) -> Any:
    """Numbers, a date and days, or two short texts; raises TypeError and ArithmeticError for all else."""
    if isinstance(left, bool) or isinstance(right, bool):
        raise TypeError
    if isinstance(left, dt.date) and isinstance(right, int):
        return left + dt.timedelta(days=right)
    if isinstance(left, (int, Decimal)) and isinstance(right, (int, Decimal)):
        return left + right
    if isinstance(left, str) and isinstance(right, str) and len(left) + len(right) <= MAX_TEXT:
        return left + right
    raise TypeError
