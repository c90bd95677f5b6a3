"""English cardinal and ordinal numbers in words, both ways.

Rule: written as in Britain ("two hundred and five"); read without hyphens, with or without "and".
"""

from collections.abc import Mapping, Sequence

from ivr.values.lexicon import Lexicon, Reading

_UNITS = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_SCALES = ((10**9, "billion"), (10**6, "million"), (10**3, "thousand"))

UNITS: Mapping[str, int] = {word: number for number, word in enumerate(_UNITS) if number}
TENS: Mapping[str, int] = {**{word: ten * 10 for ten, word in enumerate(_TENS) if word}, "fourty": 40}
ZEROS = frozenset({"zero", "zeros", "oh", "nought"})
HUNDRED = frozenset({"hundred", "hundreds"})
SCALES: tuple[tuple[int, frozenset[str]], ...] = (
    (10**9, frozenset({"billion", "billions"})),
    (10**6, frozenset({"million", "millions"})),
    (10**3, frozenset({"thousand", "thousands"})),
)


def _cardinal(number: int, _feminine: bool = False) -> str:
    """`number` (0 to 999,999,999,999) in words."""
    if number == 0:
        return _UNITS[0]
    words = []
    for scale, name in _SCALES:
        count, number = divmod(number, scale)
        if count:
            words.append(f"{_below_thousand(count)} {name}")
    if number:
        words.append(f"and {_below_thousand(number)}" if words and number < 100 else _below_thousand(number))
    return " ".join(words)


def _below_thousand(number: int) -> str:
    hundreds, rest = divmod(number, 100)
    if not hundreds:
        return _below_hundred(rest)
    said = f"{_UNITS[hundreds]} hundred"
    return f"{said} and {_below_hundred(rest)}" if rest else said


def _below_hundred(number: int) -> str:
    if number < 20:
        return _UNITS[number]
    ten, unit = divmod(number, 10)
    return f"{_TENS[ten]}-{_UNITS[unit]}" if unit else _TENS[ten]


_IRREGULAR = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}
_REGULAR = [
    *(word for word in (*UNITS, *TENS) if word not in _IRREGULAR),
    "hundred",
    *(name for _, name in _SCALES),
]
_RANKS: Mapping[str, str] = {
    **{rank: word for word, rank in _IRREGULAR.items()},
    **{(f"{word[:-1]}ieth" if word.endswith("y") else f"{word}th"): word for word in _REGULAR},
}
_TO_RANK = {word: rank for rank, word in _RANKS.items()}


def _ordinal(number: int, _feminine: bool = False) -> str:
    """`number` (from 1) as a rank."""
    said = _cardinal(number)
    cut = max(said.rfind(" "), said.rfind("-")) + 1
    return said[:cut] + _TO_RANK[said[cut:]]


def _rank_to_cardinal(token: str) -> str | None:
    """The cardinal word behind a rank ("ninth": "nine"); nothing for another word."""
    return _RANKS.get(token)


def _below_hundred_at(tokens: Sequence[str], at: int) -> list[Reading]:
    """Every number from 1 to 99 that begins at that token."""
    if at >= len(tokens):
        return []
    if tokens[at] in UNITS:
        return [(UNITS[tokens[at]], at + 1)]
    if tokens[at] not in TENS:
        return []
    ten = TENS[tokens[at]]
    found = [(ten, at + 1)]
    if at + 1 < len(tokens) and 0 < UNITS.get(tokens[at + 1], 0) < 10:
        found.append((ten + UNITS[tokens[at + 1]], at + 2))
    return found


def _counts_hundreds(number: int) -> bool:
    """Whether that many hundreds are said: "three hundred", "nineteen hundred"."""
    return number < 100 and number % 10 != 0


ENGLISH = Lexicon(
    cardinal=_cardinal,
    ordinal=_ordinal,
    ranks=_rank_to_cardinal,
    below_hundred=_below_hundred_at,
    counts_hundreds=_counts_hundreds,
    scales=SCALES,
    words={**UNITS, **TENS},
    zeros=ZEROS,
    hundred=HUNDRED,
    one_before_hundred=frozenset({"a"}),
    joins=frozenset({"and"}),
)
