"""Whatever a caller says, types or keys: an answer, never an exception, and quickly."""

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.engine.codec import decode, encode
from ivr.values.base import Context, NotUnderstood, Understood
from ivr.values.registry import TYPES
from tests.values.tables import TODAY

LONG = 10_000
WORDS = """
un deux six sept dix vingt quatre soixante cent mille million zéro double trois virgule point et demi quart moins non pardon oui
pas euros centimes heures jours mars lundi demain fin mois en huit comme Marie accent aigu arobase tiret 1 06 12,50 1.200 / 1er
one two oh hundred and thirty half past quarter to tomorrow next Friday of March as in at dot no sorry yes not € @ # * ٣ ² ½ é 𝟙
"""
PARAMS: dict[str, list[dict[str, Any]]] = {
    "digits": [{}, {"length": 10}, {"min": 3, "max": 5}, {"length": "x", "groups": "?"}],
    "identifier": [{}, {"pattern": "99AA"}, {"check": "nir"}, {"check": "iban", "pattern": "AA99"}],
    "number": [{}, {"decimals": 2, "max": 10}, {"min": "a", "max": "NaN"}],
    "date": [{}, {"prefer": "past"}, {"min": "today", "max": "today+99999"}, {"min": "?"}],
    "time": [{}, {"min": "08:00", "max": "18:00"}, {"min": "??"}],
    "choice": [{}, {"options": {"a": ["un", "deux"], "b": "trois"}}, {"options": 3}],
    "spell": [{}, {"digits": True}],
    "phone": [{}, {"international": True}, {"mobile": True}],
    "duration": [{}, {"unit": "weeks"}, {"unit": "?"}],
    "text": [{}, {"max": 3}],
    "ordinal": [{}, {"max": 3}],
}
ANY_WORDS = st.one_of(
    st.text(max_size=200),
    st.lists(st.sampled_from(WORDS.split()), max_size=25).map(" ".join),
    st.lists(st.one_of(st.sampled_from(WORDS.split()), st.text(max_size=5)), max_size=15).map(" ".join),
)
LONG_TEXTS = [
    "quatre vingt dix " * 700,
    "cent " * 2_000,
    "1 234 " * 1_700,
    "9" * LONG,
    "a " * 5_000,
    "M comme Marie " * 750,
    "lundi en huit le 15 mars " * 400,
    "é accent aigu " * 750,
    "a@" * 5_000,
    "oui non " * 1_250,
    "\u0301" * LONG,
]
SECONDS = 1.0


@pytest.mark.parametrize("name", sorted(TYPES))
@settings(max_examples=50, deadline=None)
@given(data=st.data())
def test_any_words_are_answered(name: str, data: st.DataObject) -> None:
    language = data.draw(st.sampled_from(["fr", "en", "de", ""]))
    context = Context(language, TODAY, data.draw(st.sampled_from(PARAMS.get(name, [{}]))))
    one = TYPES[name]
    parsed = one.parse_words(data.draw(ANY_WORDS), context)
    if isinstance(parsed, Understood):
        assert decode(encode(parsed.value)) == parsed.value
        assert one.say(parsed.value, context)
        assert one.show(parsed.value, context)
        assert one.mask(parsed.value)
    else:
        assert isinstance(parsed, NotUnderstood)


@pytest.mark.parametrize("name", sorted(TYPES))
@settings(max_examples=50, deadline=None)
@given(data=st.data())
def test_any_keys_are_answered(name: str, data: st.DataObject) -> None:
    context = Context("fr", TODAY, data.draw(st.sampled_from(PARAMS.get(name, [{}]))))
    keys = data.draw(st.one_of(st.text("0123456789*#", max_size=40), st.text(max_size=10)))
    assert isinstance(TYPES[name].parse_keys(keys, context), Understood | NotUnderstood)
    TYPES[name].keys(context.params)


@pytest.mark.parametrize("name", sorted(TYPES))
def test_ten_thousand_characters_are_answered_in_bounded_time(name: str) -> None:
    context = Context("fr", TODAY, PARAMS.get(name, [{}])[-1])
    for text in LONG_TEXTS:
        began = time.process_time()
        TYPES[name].parse_words(text, context)
        assert time.process_time() - began < SECONDS, text[:30]


@pytest.mark.parametrize("name", sorted(TYPES))
@settings(max_examples=25, deadline=None)
@given(value=st.one_of(st.none(), st.text(max_size=20), st.integers(), st.decimals(), st.dates(), st.datetimes(), st.booleans()))
def test_any_value_of_a_handler_is_said(name: str, value: Any) -> None:
    for language in ("fr", "en"):
        context = Context(language, TODAY)
        assert isinstance(TYPES[name].say(value, context), str)
        assert isinstance(TYPES[name].show(value, context), str)
    assert isinstance(TYPES[name].mask(value), str)


@pytest.mark.parametrize("name", sorted(TYPES))
@settings(max_examples=25, deadline=None)
@given(
    params=st.dictionaries(
        st.sampled_from(
            ["length", "min", "max", "groups", "pattern", "check", "decimals", "keyed", "prefer", "unit", "options", "x"]
        ),
        st.one_of(
            st.none(), st.text(max_size=8), st.integers(), st.booleans(), st.decimals(), st.lists(st.text(max_size=3), max_size=2)
        ),
    )
)
def test_any_parameters_are_judged(name: str, params: dict[str, Any]) -> None:
    assert all(isinstance(fault, str) for fault in TYPES[name].check_params(params))
    TYPES[name].keys(params)
    TYPES[name].parse_words("douze", Context("fr", TODAY, params))
    TYPES[name].grammar(Context("fr", TODAY, params))
