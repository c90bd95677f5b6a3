"""Names of days and months, and days found from others.

Rule: pure: every function is told the present day.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from ivr.values.lexicon import Lexicon
from ivr.values.numbers import cardinal, digitise, lexicon_of
from ivr.values.text import word_set

Prefer = Literal["past", "future", "nearest"]
PREFERENCES = ("past", "future", "nearest")

MONTHS = {
    "fr": (
        "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre",
    ),
    "en": (
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
    ),
}  # fmt: skip
WEEKDAYS = {
    "fr": ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_SHORT_MONTHS = {
    "fr": "janv jan 1|fevr fev 2|avr 4|juil 7|sept 9|oct 10|nov 11|dec 12",
    "en": "jan 1|feb 2|mar 3|apr 4|jun 6|jul 7|aug 8|sep sept 9|oct 10|nov 11|dec 12",
}
_SUFFIXES = word_set("er re ere e eme ieme st nd rd th")
_PLAIN = str.maketrans("éû", "eu")


def _by_name(names: Sequence[str], short: str = "") -> Mapping[str, int]:
    table = {name.lower().translate(_PLAIN): number for number, name in enumerate(names, 1)}
    for row in filter(None, short.split("|")):
        *words, number = row.split()
        table |= dict.fromkeys(words, int(number))
    return table


MONTH_NUMBERS = {language: _by_name(names, _SHORT_MONTHS[language]) for language, names in MONTHS.items()}
WEEKDAY_NUMBERS = {
    language: {name: number - 1 for name, number in _by_name(names).items()} for language, names in WEEKDAYS.items()
}


def figures(said: Sequence[str], language: str) -> list[str]:
    """The tokens with every number and rank in figures: "vingt et unième" is "21", "1er" is "1", "15.03" is "15", "03"."""
    lexicon = lexicon_of(language)
    cardinals = [_cardinal_of(word, lexicon) for word in said]
    found: list[str] = []
    for word in digitise(cardinals, language):
        if word in _SUFFIXES and found and found[-1].isdigit():
            continue
        found += word.replace(",", ".").split(".") if word[0].isdigit() else [word]
    return [word for word in found if word]


def _cardinal_of(word: str, lexicon: Lexicon) -> str:
    return word if word in lexicon.words else lexicon.ranks(word) or word


def day_of(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def moved(day: dt.date, days: int = 0, months: int = 0) -> dt.date | None:
    """So many months and days later; the month's last day where the same day is missing in it."""
    try:
        count = day.year * 12 + day.month - 1 + months
        year, month = divmod(count, 12)
        return dt.date(year, month + 1, min(day.day, last_day(year, month + 1))) + dt.timedelta(days=days)
    except (ValueError, OverflowError):
        return None


def last_day(year: int, month: int) -> int:
    following = dt.date(year + month // 12, month % 12 + 1, 1)
    return (following - dt.timedelta(days=1)).day


def chosen(days: Iterable[dt.date], today: dt.date, prefer: str) -> dt.date | None:
    """The one that is meant where the year or the month was left out."""
    known = sorted(days)
    wanted = known
    if prefer == "past":
        wanted = [day for day in known if day <= today][-1:]
    elif prefer == "future":
        wanted = [day for day in known if day >= today][:1]
    return min(wanted or known, key=lambda day: abs((day - today).days), default=None)


def full_year(short: int, today: dt.date, prefer: str = "nearest") -> int:
    """The year behind two figures: not more than ten years ahead, and not ahead at all where the past is meant."""
    ahead = {"past": 0, "future": 99}.get(prefer, 10)
    newest = today.year + ahead
    year = newest - newest % 100 + short
    return year if year <= newest else year - 100


def say_year(year: int, language: str) -> str:
    """ "deux mille vingt-six", "nineteen oh five"."""
    century, rest = divmod(year, 100)
    if not language.startswith("en") or not 11 <= century <= 20 or (century == 20 and rest < 10):
        return cardinal(year, language)
    if rest == 0:
        return f"{cardinal(century, language)} hundred"
    return f"{cardinal(century, language)} {'oh ' if rest < 10 else ''}{cardinal(rest, language)}"
