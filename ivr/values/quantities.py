"""Quantities in an utterance: whole numbers, decimals, thousands written apart, "et demi".

Rule: an article is no number: "un" counts where it ends what is said or stands before something counted.
"""

import re
from collections.abc import Sequence
from decimal import Decimal

from ivr.values.numbers import cardinal, find_numbers, lexicon_of
from ivr.values.text import word_set

Item = Decimal | str
_ARTICLES = word_set("un une one a")
_COUNTED = word_set(
    "euro euros € eur centime centimes cent cents heure heures h minute minutes min jour jours semaine semaines mois an ans "
    "annee annees fois enfant enfants personne personnes seul seule seulement quart demi demie virgule et moins hour hours day "
    "days week weeks seconde secondes second seconds month months year years "
    "times time child children person people only and point half quarter , . merci pardon"
)
_POINTS = word_set("virgule point , .")
_NONE = word_set("aucun aucune rien neant none nothing nil")
_LONGEST_FIGURES = 15
_HALF = Decimal("0.5")
_GROUPED = re.compile(r"[1-9]\d{0,2}(?: \d{3})*")
_THREE = re.compile(r"\d{3}(?:[.,]\d+)?")


def quantities(said: Sequence[str], language: str) -> list[Item]:
    """The utterance with each quantity as a Decimal, every other word as it is."""
    items = _numbers(said, language)
    return _halves(_kilos(_decimals(_thousands(items, language))))


class _Written(Decimal):
    """A number that stood in figures; `text` keeps its leading zeros."""

    text: str


def _written(token: str, english: bool) -> Item:
    number = figures_value(token, english)
    if number is None:
        return token
    written = _Written(number)
    written.text = token
    return written


def figures_value(token: str, english: bool) -> Decimal | None:
    """What stands in figures: "1.200,50" in French is 1200.50, "1,200" in English is 1200."""
    token = token.replace(" ", "")
    if len(token) > _LONGEST_FIGURES or not token[:1].isdigit() or not token.isascii():
        return None
    commas, dots = token.count(","), token.count(".")
    point = ""
    if commas and dots:
        point = "," if token.rfind(",") > token.rfind(".") else "."
    elif commas + dots == 1:
        mark = "," if commas else "."
        thousands = len(token.rpartition(mark)[2]) == 3 and (mark == ",") == english and not token.startswith("0")
        point = "" if thousands else mark
    whole, _, rest = token.rpartition(point) if point else (token, "", "")
    digits = whole.replace(",", "").replace(".", "")
    return Decimal(f"{digits}.{rest or 0}") if digits.isdigit() and (rest or "0").isdigit() else None


def _numbers(said: Sequence[str], language: str) -> list[Item]:
    items: list[Item] = []
    at = 0
    for found in find_numbers(said, language):
        items += _others(said[at : found.start], language)
        items.append(_found(said, found.start, found.end, found.value, language))
        at = found.end
    return items + _others(said[at:], language)


def _others(words: Sequence[str], language: str) -> list[Item]:
    return [_written(word, language.startswith("en")) if word[0].isdigit() else word for word in words]


def _found(said: Sequence[str], start: int, end: int, value: int, language: str) -> Item:
    if end == start + 1 and said[start].isdigit():
        return _written(said[start], language.startswith("en"))
    behind = said[end] if end < len(said) else "."
    counts = behind in _COUNTED or behind in lexicon_of(language).words or behind[0].isdigit()
    article = end == start + 1 and said[start] in _ARTICLES and not counts
    return said[start] if article else Decimal(value)


def _thousands(items: list[Item], language: str) -> list[Item]:
    """ "1", "200" is 1200: a figure of one to three digits, then figures of three."""
    joined: list[Item] = []
    for item in items:
        before = joined[-1] if joined else None
        if isinstance(item, _Written) and isinstance(before, _Written) and _continues(before.text, item.text):
            joined[-1] = _written(f"{before.text} {item.text}", language.startswith("en"))
        else:
            joined.append(item)
    return joined


def _continues(before: str, text: str) -> bool:
    return bool(_GROUPED.fullmatch(before) and _THREE.fullmatch(text)) and len(before) < _LONGEST_FIGURES


def _decimals(items: list[Item]) -> list[Item]:
    joined: list[Item] = []
    at = 0
    while at < len(items):
        item = items[at]
        figures = _after_point(items, at + 2) if _is_whole(item) and at + 1 < len(items) else ""
        if figures and items[at + 1] in _POINTS and isinstance(item, Decimal):
            joined.append(Decimal(f"{int(item)}.{figures}"))
            at += 2 + _count_after_point(items, at + 2)
        else:
            joined.append(item)
            at += 1
    return joined


def _is_whole(item: Item) -> bool:
    return isinstance(item, Decimal) and item == item.to_integral_value()


def _count_after_point(items: list[Item], at: int) -> int:
    end = at
    while end < len(items) and _is_whole(items[end]) and end - at < _LONGEST_FIGURES:
        end += 1
    return end - at


def _after_point(items: list[Item], at: int) -> str:
    """ "zéro cinq" is 05, "vingt-cinq" and "deux cinq" are 25."""
    run = items[at : at + _count_after_point(items, at)]
    figures = "".join(item.text if isinstance(item, _Written) else str(item) for item in run)
    return "".join(figure for figure in figures if figure.isdigit())[:_LONGEST_FIGURES]


def _kilos(items: list[Item]) -> list[Item]:
    """ "2k" is two thousand."""
    joined: list[Item] = []
    for item in items:
        if item == "k" and joined and isinstance(joined[-1], Decimal):
            joined[-1] = joined[-1] * 1000
        else:
            joined.append(item)
    return joined


def _halves(items: list[Item]) -> list[Item]:
    """ "sept et demi", "seven and a half", "sept heures et demie"."""
    joined: list[Item] = []
    at = 0
    while at < len(items):
        if size := half_at(items, at):
            before = next((back for back in (1, 2) if len(joined) >= back and _is_whole(joined[-back])), 0)
            if before:
                joined[-before] = Decimal(joined[-before]) + _HALF
                at += size
                continue
        joined.append(items[at])
        at += 1
    return joined


def half_at(items: Sequence[Item], at: int) -> int:
    """How many words say "and a half" from there; zero where none do."""
    for words in (["et", "demi"], ["et", "demie"], ["and", "a", "half"]):
        if list(items[at : at + len(words)]) == words:
            return len(words)
    return 0


def says_none(said: Sequence[str]) -> bool:
    return any(word in _NONE for word in said)


def say_decimal(value: Decimal, language: str, feminine: bool = False) -> str:
    """ "sept virgule vingt-cinq"; English names the figures behind the point one by one."""
    whole, _, figures = f"{value.normalize():f}".lstrip("-").partition(".")
    said = cardinal(int(whole), language, feminine and not figures)
    if figures:
        said += (" point " if language.startswith("en") else " virgule ") + _say_figures(figures, language)
    return said if value >= 0 else f"{'minus' if language.startswith('en') else 'moins'} {said}"


def _say_figures(figures: str, language: str) -> str:
    zeros = len(figures) - len(figures.lstrip("0"))
    if language.startswith("en") or len(figures) - zeros > 2:
        return " ".join(cardinal(int(figure), language) for figure in figures)
    return " ".join([*[cardinal(0, language)] * zeros, cardinal(int(figures), language)])


def number_phrases(language: str) -> tuple[str, ...]:
    """Of these, one after another, every number is made."""
    lexicon = lexicon_of(language)
    hundreds = [cardinal(count * 100, language) for count in range(1, 10)]
    bare = [phrase.removesuffix("s") for phrase in hundreds]
    scales = sorted({word for _, names in lexicon.scales for word in names} | set(lexicon.joins))
    below = [cardinal(number, language) for number in range(100)] + ["une", "quatre vingt"] * (not language.startswith("en"))
    phrases = [*below, *hundreds, *bare, *scales]
    return tuple(dict.fromkeys(phrase.replace("-", " ") for phrase in phrases))
