"""Numbers in words: written as grammar books have them, read back, and read by another reader too."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from text_to_num import text2num

from ivr.values.numbers import LARGEST, cardinal, digitise, ordinal, read_cardinal, read_ordinal
from ivr.values.text import tokens

LANGUAGES = st.sampled_from(["fr", "en"])
NUMBERS = st.one_of(st.integers(0, 2_200), st.integers(0, LARGEST))
quick = settings(max_examples=100, deadline=None)

WRITTEN = [
    ("fr", 0, "zéro", ""),
    ("fr", 1, "un", "premier"),
    ("fr", 21, "vingt et un", "vingt et unième"),
    ("fr", 71, "soixante et onze", "soixante et onzième"),
    ("fr", 79, "soixante-dix-neuf", "soixante-dix-neuvième"),
    ("fr", 80, "quatre-vingts", "quatre-vingtième"),
    ("fr", 81, "quatre-vingt-un", "quatre-vingt-unième"),
    ("fr", 95, "quatre-vingt-quinze", "quatre-vingt-quinzième"),
    ("fr", 200, "deux cents", "deux centième"),
    ("fr", 280, "deux cent quatre-vingts", "deux cent quatre-vingtième"),
    ("fr", 1_000, "mille", "millième"),
    ("fr", 1_984, "mille neuf cent quatre-vingt-quatre", "mille neuf cent quatre-vingt-quatrième"),
    ("fr", 80_000, "quatre-vingt mille", "quatre-vingt millième"),
    ("fr", 200_000, "deux cent mille", "deux cent millième"),
    ("fr", 80_000_000, "quatre-vingts millions", ""),
    ("fr", 1_000_000_005, "un milliard cinq", "un milliard cinquième"),
    ("en", 5, "five", "fifth"),
    ("en", 12, "twelve", "twelfth"),
    ("en", 40, "forty", "fortieth"),
    ("en", 101, "one hundred and one", "one hundred and first"),
    ("en", 2_005, "two thousand and five", "two thousand and fifth"),
    ("en", 1_200_000, "one million two hundred thousand", "one million two hundred thousandth"),
]

READ = [
    ("fr", "septante et un", ["71"]),
    ("fr", "septante deux", ["72"]),
    ("fr", "octante", ["80"]),
    ("fr", "huitante six", ["86"]),
    ("fr", "nonante neuf", ["99"]),
    ("fr", "dix neuf cent quatre vingt", ["1980"]),
    ("fr", "zero six douze quatre vingt seize", ["0", "6", "12", "96"]),
    ("fr", "mille deux cents euros cinquante", ["1200", "euros", "50"]),
    ("fr", "3 mille", ["3000"]),
    ("fr", "vingt trois", ["23"]),
    ("en", "a hundred and six", ["106"]),
    ("en", "nineteen hundred", ["1900"]),
    ("en", "twenty twenty six", ["20", "26"]),
]


@pytest.mark.parametrize(("language", "number", "words", "rank"), WRITTEN)
def test_numbers_are_written_as_grammar_has_them(language: str, number: int, words: str, rank: str) -> None:
    assert cardinal(number, language) == words
    assert not rank or ordinal(number, language) == rank


@pytest.mark.parametrize(("language", "said", "expected"), READ)
def test_what_people_say_becomes_figures(language: str, said: str, expected: list[str]) -> None:
    assert digitise(tokens(said), language) == expected


@quick
@given(NUMBERS, LANGUAGES, st.booleans())
def test_a_number_in_words_is_read_back(number: int, language: str, feminine: bool) -> None:
    assert read_cardinal(tokens(cardinal(number, language, feminine)), language) == number


@quick
@given(NUMBERS.filter(bool), LANGUAGES, st.booleans())
@example(2, "fr", False)
def test_a_rank_in_words_is_read_back(number: int, language: str, feminine: bool) -> None:
    assert read_ordinal(tokens(ordinal(number, language, feminine)), language) == number


@quick
@given(NUMBERS, LANGUAGES)
def test_another_reader_reads_the_same_number(number: int, language: str) -> None:
    assert text2num(cardinal(number, language), language) == number


def test_what_is_too_large_is_said_in_figures() -> None:
    assert cardinal(10**12, "fr") == "1000000000000"
    assert ordinal(0, "fr") == "0"


def test_a_very_long_run_of_numbers_is_read_quickly() -> None:
    assert len(digitise(["cent", "vingt"] * 2_000, "fr")) == 2_000
