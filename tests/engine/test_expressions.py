"""Expressions reach only what they are given, and stop."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from ivr.engine.expressions import (
    Both,
    Compare,
    Constant,
    Either,
    Expression,
    ExpressionError,
    Filter,
    Item,
    Name,
    Not,
    Sum,
    evaluate,
)
from ivr.engine.secrets import Secret

NAMES: dict[str, Any] = {
    "payment": {"amount": Decimal("987.65"), "items": (1, 2)},
    "code": Secret("s1", "digits", 6),
    "day": dt.date(2026, 2, 28),
    "identifier": "00000000014",
}


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        (Item(Name("payment"), Constant("amount")), Decimal("987.65")),
        (Item(Item(Name("payment"), Constant("items")), Constant(-1)), 2),
        (Item(Item(Name("payment"), Constant("items")), Constant(9)), None),
        (Item(Name("day"), Constant("year")), None),
        (Item(Name("identifier"), Constant("upper")), None),
        (Item(Name("nobody"), Constant("name")), None),
        (Name("identifier"), "00000000014"),
        (Not(Name("nobody")), True),
        (Both(Constant(1), Constant("x")), "x"),
        (Either(Name("nobody"), Constant(3)), 3),
        (Compare(Constant(2), "<", Constant(Decimal("2.5"))), True),
        (Compare(Name("nobody"), "<", Constant(3)), False),
        (Compare(Constant(2), "in", Item(Name("payment"), Constant("items"))), True),
        (Compare(Constant("a"), "not_in", Constant("bc")), True),
        (Sum(Name("day"), "+", Constant(1)), dt.date(2026, 3, 1)),
        (Sum(Constant(1), "-", Constant(Decimal("0.5"))), Decimal("0.5")),
        (Filter(Item(Name("payment"), Constant("items")), "length"), 2),
        (Filter(Constant(()), "first"), None),
    ],
)
def test_an_expression_has_the_value_that_a_reader_expects(expression: Expression, value: object) -> None:
    assert evaluate(expression, NAMES) == value


@pytest.mark.parametrize(
    "expression",
    [
        Compare(Name("code"), "==", Constant("123456")),
        Compare(Constant("a"), "<", Constant(1)),
        Sum(Constant("a"), "+", Constant(1)),
        Sum(Constant("a" * 6000), "+", Constant("a" * 6000)),
        Sum(Constant(True), "+", Constant(1)),
        Sum(Name("day"), "+", Constant(10**9)),
        Filter(Constant(1), "length"),
        Filter(Constant(1), "first"),
        Filter(Constant(1), "last"),
        Compare(Constant(1), "in", Constant("123")),
        Compare(Name("payment"), "in", Name("payment")),
    ],
)
def test_what_makes_no_sense_is_an_error_that_shows_no_value(expression: Expression) -> None:
    with pytest.raises(ExpressionError) as error:
        evaluate(expression, NAMES)
    assert "123456" not in str(error.value)
