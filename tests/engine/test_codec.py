"""What is written is what is read."""

import datetime as dt
import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.engine.codec import CodecError, decode, encode, freeze
from ivr.engine.commands import Collect, KeyField, Timing, Words
from ivr.engine.events import Heard, Meaning, Pressed, Result
from ivr.engine.prompts import Prompt, Text, Value
from ivr.engine.secrets import Secret

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.dates()
    | st.times()
    | st.datetimes(timezones=st.just(dt.UTC))
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner).map(tuple) | st.dictionaries(st.text() | st.just("kind"), inner), max_leaves=20
)


@given(VALUES)
def test_any_value_comes_back_equal(value: object) -> None:
    assert decode(json.loads(json.dumps(encode(value)))) == value


@pytest.mark.parametrize(
    "value",
    [
        Pressed(dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC), "12", "#", Secret("s1", "digits", 6)),
        Heard(dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC), "oui", 0.5, (Meaning("a", 1.0),), {"amount": Decimal("1.50")}),
        Collect(Prompt((Text("x"), Value("date", dt.date(2026, 1, 2))), "fr"), KeyField(2, 8), Words(), "fr", timing=Timing(1)),
        Result.UNKNOWN,
    ],
)
def test_a_kind_comes_back_equal(value: object) -> None:
    assert decode(json.loads(json.dumps(encode(value)))) == value


def test_what_a_handler_answers_is_frozen() -> None:
    assert freeze({"a": [1, {"b": [2]}]}) == {"a": (1, {"b": (2,)})}


@pytest.mark.parametrize("value", [object(), {1: 2}, b"bytes", {"a": {3}}])
def test_what_has_no_form_is_refused(value: object) -> None:
    with pytest.raises(CodecError):
        encode(value)


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(CodecError):
        decode({"kind": "Nothing"})
