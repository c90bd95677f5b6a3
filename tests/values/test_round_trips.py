"""What we say, show and ask to key is understood when it comes back."""

import datetime as dt
import re
import string
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.values.base import Context, Understood
from ivr.values.registry import TYPES
from ivr.values.text import normalise
from tests.values.tables import TODAY

fifty = settings(max_examples=50, deadline=None)


@dataclass(frozen=True)
class Field:
    """A type as a field asks it, its values, and how a caller keys one."""

    type: str
    values: st.SearchStrategy[Any]
    keyed: Callable[[Any], str] | None = str
    params: tuple[tuple[str, Any], ...] = ()

    def __str__(self) -> str:
        return "-".join([self.type, *(name for name, _ in self.params)])

    def context(self, language: str) -> Context:
        return Context(language, TODAY, dict(self.params))


def figures(length: int) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=length, max_size=length)


def keyed_amount(value: Decimal) -> str:
    return f"{value:f}".replace(".", "*")


AMOUNTS = st.decimals(0, 9_999_999, places=2)
MINUTES = st.times().map(lambda time: time.replace(second=0, microsecond=0))
NAMES = st.from_regex(r"[A-ZÀÂÇÉÈÊËÎÏÔÛÜ]{1,8}([ '\-][A-Z]{1,8})?", fullmatch=True)
ADDRESSES = st.from_regex(r"[a-z0-9]{1,8}([._\-][a-z0-9]{1,6})?@[a-z0-9]{2,8}\.(fr|org|com)", fullmatch=True)
OPTIONS = {"cdi": ("contrat à durée indéterminée",), "cdd": ("contrat à durée déterminée",), "interim": ("intérim",)}

FIELDS = [
    Field("digits", figures(6), params=(("length", 6),)),
    Field("digits", st.text("0123456789", min_size=1, max_size=20)),
    Field("digits", figures(10), params=(("length", 10), ("groups", "2 2 2 2 2"))),
    Field("identifier", figures(11)),
    Field("identifier", st.from_regex(r"[0-9]{7}[A-Z]", fullmatch=True), None, params=(("pattern", "9999999A"),)),
    Field("number", st.integers(0, 999_999_999)),
    Field("number", st.decimals(0, 99_999, places=2), keyed_amount, params=(("decimals", 2),)),
    Field("number", st.integers(-500, 500), None, params=(("min", -500), ("max", 500))),
    Field("amount", AMOUNTS, keyed_amount),
    Field("amount", AMOUNTS, lambda value: str(int(value * 100)), params=(("keyed", "cents"),)),
    Field("euros", AMOUNTS, keyed_amount),
    Field("yes_no", st.booleans(), lambda value: "1" if value else "2"),
    Field("phone", st.from_regex(r"0[1-9][0-9]{8}", fullmatch=True)),
    Field("email", ADDRESSES, None),
    Field("date", st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31)), lambda value: f"{value:%d%m}{value.year:04}"),
    Field("month", st.integers(1, 12)),
    Field("year", st.integers(1900, 2100)),
    Field("year", st.integers(1500, 1800), params=(("min", 1500), ("max", 1800))),
    Field("time", MINUTES, lambda value: f"{value:%H%M}"),
    Field("duration", st.integers(0, 10_000).map(lambda minutes: minutes * 60), lambda value: str(value // 60)),
    Field("duration", st.integers(0, 2_000_000), None, params=(("unit", "seconds"),)),
    Field("ordinal", st.integers(1, 100)),
    Field("spell", NAMES, None),
    Field("text", st.text(string.ascii_letters + " éèà'", min_size=1).filter(str.strip).map(str.strip), None),
    Field("open", st.text(min_size=1, max_size=50).filter(str.strip).map(str.strip), None),
    Field(
        "choice", st.sampled_from(list(OPTIONS)), lambda value: str([*OPTIONS].index(value) + 1), params=(("options", OPTIONS),)
    ),
]
KEYED = [field for field in FIELDS if field.keyed is not None]
CLOSED = [field for field in FIELDS if TYPES[field.type].grammar(field.context("fr")) is not None]
LANGUAGES = st.sampled_from(["fr", "en"])


def test_every_type_makes_the_round_trip() -> None:
    assert {field.type for field in FIELDS} == set(TYPES)


@pytest.mark.parametrize("field", FIELDS, ids=str)
@fifty
@given(data=st.data())
def test_what_is_said_is_understood_when_said_back(field: Field, data: st.DataObject) -> None:
    value, context = data.draw(field.values), field.context(data.draw(LANGUAGES))
    said = TYPES[field.type].say(value, context)
    assert TYPES[field.type].parse_words(said, context) == Understood(value), said


@pytest.mark.parametrize("field", FIELDS, ids=str)
@fifty
@given(data=st.data())
def test_what_is_shown_is_understood_when_typed(field: Field, data: st.DataObject) -> None:
    value, context = data.draw(field.values), field.context(data.draw(LANGUAGES))
    shown = TYPES[field.type].show(value, context)
    assert TYPES[field.type].parse_words(shown, context) == Understood(value), shown


@pytest.mark.parametrize("field", KEYED, ids=str)
@fifty
@given(data=st.data())
def test_what_is_keyed_is_understood(field: Field, data: st.DataObject) -> None:
    value, context = data.draw(field.values), field.context(data.draw(LANGUAGES))
    assert field.keyed is not None
    keys = field.keyed(value)
    limits = TYPES[field.type].keys(context.params)
    assert TYPES[field.type].parse_keys(keys, context) == Understood(value)
    assert limits is not None
    assert sum(key.isdigit() for key in keys) <= limits.max
    assert "*" not in keys or limits.decimal_star


@pytest.mark.parametrize("field", CLOSED, ids=str)
@fifty
@given(data=st.data())
def test_what_is_said_is_made_of_the_grammar(field: Field, data: st.DataObject) -> None:
    value, context = data.draw(field.values), field.context(data.draw(LANGUAGES))
    phrases = {normalise(phrase) for phrase in TYPES[field.type].grammar(context) or ()}
    said = normalise(re.sub(r"[,.]", " ", TYPES[field.type].say(value, context))).split()
    reached = {0}
    for start in range(len(said)):
        if start in reached:
            reached |= {end for end in range(start + 1, len(said) + 1) if " ".join(said[start:end]) in phrases}
    assert len(said) in reached, said


@fifty
@given(st.from_regex(r"0[1-9][0-9]{8}", fullmatch=True))
def test_a_telephone_number_heard_without_pauses_is_never_another_one(number: str) -> None:
    context = Context("fr", TODAY)
    heard = TYPES["phone"].say(number, context).replace(",", "").replace("-", " ")
    parsed = TYPES["phone"].parse_words(heard, context)
    understood = parsed.value if isinstance(parsed, Understood) else number if number in parsed.candidates else parsed
    assert understood == number, heard
