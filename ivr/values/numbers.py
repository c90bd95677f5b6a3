"""Numbers in words, both ways, in French and English.

Rule: nothing raises; what is too large for words is said in figures; reading looks at tokens (see `text.tokens`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ivr.values.lexicon import Lexicon, Reading
from ivr.values.numbers_en import ENGLISH
from ivr.values.numbers_fr import FRENCH

LARGEST = 10**12 - 1
_FIGURES = 12
_WINDOW = 32
"""No number has more words than this."""


def lexicon_of(language: str) -> Lexicon:
    """The numbers of a language; French for one that is not known."""
    return ENGLISH if language.startswith("en") else FRENCH


def cardinal(number: int, language: str, feminine: bool = False) -> str:
    """A whole number in words; figures outside -999,999,999,999..999,999,999,999."""
    if abs(number) > LARGEST:
        return str(number)
    said = lexicon_of(language).cardinal(abs(number), feminine)
    return f"{'minus' if language.startswith('en') else 'moins'} {said}" if number < 0 else said


def ordinal(number: int, language: str, feminine: bool = False) -> str:
    """A rank in words; figures outside 1..999,999,999,999."""
    return lexicon_of(language).ordinal(number, feminine) if 1 <= number <= LARGEST else str(number)


@dataclass(frozen=True, slots=True)
class Found:
    """A number at tokens[start:end]."""

    start: int
    end: int
    value: int


def readings(tokens: Sequence[str], at: int, language: str) -> list[Reading]:
    """Every whole number that begins at that token, as (value, index behind it); "quatre vingt" is 4 and 80."""
    lexicon = lexicon_of(language)
    if at >= len(tokens) or not lexicon.begins(tokens[at]):
        return []
    if tokens[at] in lexicon.zeros:
        return [(0, at + 1)]
    window = list(tokens[at : at + _WINDOW])
    return [(value, at + end) for value, end in _scaled(lexicon, window, 0)]


def _scaled(lexicon: Lexicon, tokens: list[str], at: int, level: int = 0) -> list[Reading]:
    """Numbers made with the scales from `level` down."""
    if level == len(lexicon.scales):
        return _below_thousand(lexicon, tokens, at)
    found = _scaled(lexicon, tokens, at, level + 1)
    scale, names = lexicon.scales[level]
    counts = [(value, end) for value, end in _below_thousand(lexicon, tokens, at) if 0 < value < 1000]
    if scale in lexicon.one_unsaid:
        counts.append((1, at))
    for count, end in counts:
        if end < len(tokens) and tokens[end] in names:
            found.append((count * scale, end + 1))
            rests = _scaled(lexicon, tokens, _past_join(lexicon, tokens, end + 1), level + 1)
            found += [(count * scale + rest, stop) for rest, stop in rests if rest < scale]
    return found


def _past_join(lexicon: Lexicon, tokens: list[str], at: int) -> int:
    return at + 1 if at < len(tokens) and tokens[at] in lexicon.joins else at


def _below_thousand(lexicon: Lexicon, tokens: list[str], at: int) -> list[Reading]:
    if at < len(tokens) and tokens[at].isdigit():
        return [(int(tokens[at]), at + 1)] if len(tokens[at]) <= _FIGURES else []
    found = lexicon.below_hundred(tokens, at)
    counts = [(value, end) for value, end in found if lexicon.counts_hundreds(value)]
    if 100 in lexicon.one_unsaid:
        counts.append((1, at))
    if at < len(tokens) and tokens[at] in lexicon.one_before_hundred:
        counts.append((1, at + 1))
    for count, end in counts:
        if end < len(tokens) and tokens[end] in lexicon.hundred:
            found.append((count * 100, end + 1))
            rests = lexicon.below_hundred(tokens, _past_join(lexicon, tokens, end + 1))
            found += [(count * 100 + rest, stop) for rest, stop in rests]
    return found


def find_numbers(tokens: Sequence[str], language: str) -> list[Found]:
    """The numbers in an utterance from left to right, each as long as it can be."""
    found: list[Found] = []
    at = 0
    while at < len(tokens):
        longest = max(readings(tokens, at, language), key=lambda reading: reading[1], default=None)
        if longest is None:
            at += 1
            continue
        found.append(Found(at, longest[1], longest[0]))
        at = longest[1]
    return found


def read_cardinal(tokens: Sequence[str], language: str) -> int | None:
    """The number that all the tokens together are."""
    return next((value for value, end in readings(tokens, 0, language) if end == len(tokens)), None)


def read_ordinal(tokens: Sequence[str], language: str) -> int | None:
    """The rank that all the tokens together are: "vingt et unieme", "21 eme", "twenty first"."""
    if len(tokens) == 2 and tokens[0].isdigit() and tokens[1] in ("er", "re", "ere", "e", "eme", "ieme", "st", "nd", "rd", "th"):
        return int(tokens[0]) if len(tokens[0]) <= _FIGURES else None
    last = lexicon_of(language).ranks(tokens[-1]) if tokens else None
    return None if last is None else read_cardinal([*tokens[:-1], last], language)


def digitise(tokens: Sequence[str], language: str) -> list[str]:
    """The tokens with every number in figures: "mille deux cents euros" becomes "1200", "euros"."""
    written: list[str] = []
    at = 0
    for found in find_numbers(tokens, language):
        literal = found.end == found.start + 1 and tokens[found.start].isdigit()
        written += [*tokens[at : found.start], tokens[found.start] if literal else str(found.value)]
        at = found.end
    return [*written, *tokens[at:]]
