"""Months and years.

Rule: a month is 1 to 12, a year its number.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ivr.values.base import Context, KeyLimits, NotUnderstood, Param, Parsed, Understood
from ivr.values.calendar import MONTH_NUMBERS, MONTHS, figures, full_year, say_year
from ivr.values.date import PREFER
from ivr.values.params import out_of_order, whole, whole_param
from ivr.values.plain import Plain, keyed_digits
from ivr.values.text import word_set

_RELATIVE_MONTH = {
    "fr": (
        (r"\bmois (?:prochain|suivant|qui vient)\b", 1), (r"\bmois (?:dernier|passe|precedent)\b", -1),
        (r"\b(?:ce mois|mois en cours)\b", 0),
    ),
    "en": ((r"\bnext month\b", 1), (r"\b(?:last|previous) month\b", -1), (r"\b(?:this|current) month\b", 0)),
}  # fmt: skip
_FIRST, _LAST = 1900, 2100
_MOST_YEARS = 400
_RELATIVE_YEAR = {
    "fr": (
        (r"\bannee (?:prochaine|suivante)\b|\ban prochain\b", 1),
        (r"\bannee (?:derniere|passee|precedente)\b|\ban dernier\b", -1),
        (r"\bcette annee\b|\bannee en cours\b", 0),
    ),
    "en": ((r"\bnext year\b", 1), (r"\b(?:last|previous) year\b", -1), (r"\b(?:this|current) year\b", 0)),
}  # fmt: skip
_AROUND = word_set("le la les de du d mois en au l an annee c est euh oui numero month of the in it s is year for pour , .")


class Month(Plain):
    """Keyed 1 to 12."""

    name = "month"

    def keys(self, params: Mapping[str, Any]) -> KeyLimits | None:
        return KeyLimits(1, 2)

    def parse_keys(self, keys: str, ctx: Context) -> Parsed:
        if not keyed_digits(keys):
            return NotUnderstood("keys" if keys else "empty")
        return Understood(int(keys)) if len(keys) <= 2 and 1 <= int(keys) <= 12 else NotUnderstood("range")

    def read(self, said: list[str], ctx: Context) -> Parsed:
        language = "en" if ctx.english else "fr"
        items = figures(said, language)
        named = list(dict.fromkeys(MONTH_NUMBERS[language][word] for word in items if word in MONTH_NUMBERS[language]))
        if not named:
            ahead = _relative(said, _RELATIVE_MONTH[language])
            named = [(ctx.today.month - 1 + ahead) % 12 + 1] if ahead is not None else _bare_numbers(items)
        if len(named) > 1:
            return NotUnderstood("ambiguous", tuple(named[:3]))
        if not named:
            return NotUnderstood("unclear")
        return Understood(named[0]) if 1 <= named[0] <= 12 else NotUnderstood("range")

    def show(self, value: Any, ctx: Context) -> str:
        number = whole({"it": value}, "it") or 0
        return MONTHS["en" if ctx.english else "fr"][number - 1] if 1 <= number <= 12 else str(value)

    def grammar(self, ctx: Context) -> tuple[str, ...] | None:
        names = [name.lower() for name in MONTHS["en" if ctx.english else "fr"]]
        around = (
            ("this month", "next month", "last month") if ctx.english else ("ce mois-ci", "le mois prochain", "le mois dernier")
        )
        return (*names, *around)


class Year(Plain):
    """Keyed with four digits, or two."""

    name = "year"
    params: tuple[Param, ...] = (
        whole_param("min", "The first year that is taken.", 1, 9999),
        whole_param("max", "The last year that is taken.", 1, 9999),
        PREFER,
    )

    def keys(self, params: Mapping[str, Any]) -> KeyLimits | None:
        return KeyLimits(2, 4)

    def parse_keys(self, keys: str, ctx: Context) -> Parsed:
        if not keyed_digits(keys):
            return NotUnderstood("keys" if keys else "empty")
        if len(keys) not in (2, 4):
            return NotUnderstood("short" if len(keys) < 4 else "long")
        return self._year(int(keys), len(keys), ctx)

    def _year(self, number: int, size: int, ctx: Context) -> Parsed:
        year = full_year(number, ctx.today, str(ctx.params.get("prefer", "nearest"))) if size <= 2 else number
        least, most = whole(ctx.params, "min") or 1000, whole(ctx.params, "max") or 9999
        return Understood(year) if least <= year <= most else NotUnderstood("range")

    def read(self, said: list[str], ctx: Context) -> Parsed:
        language = "en" if ctx.english else "fr"
        ahead = _relative(said, _RELATIVE_YEAR[language])
        if ahead is not None:
            return self._year(ctx.today.year + ahead, 4, ctx)
        items = [word for word in figures(said, language) if word not in _AROUND]
        numbers = [int(word) for word in items if word.isdigit() and len(word) <= 4]
        if len(numbers) != len(items) and not (len(numbers) == 1 and numbers[0] >= 1000):
            return NotUnderstood("unclear")
        match numbers:
            case [number]:
                return self._year(number, 2 if number < 100 else 4, ctx)
            case [century, 0, unit] if 10 <= century <= 21 and unit < 10:
                return self._year(century * 100 + unit, 4, ctx)
            case [century, rest] if 10 <= century <= 21 and 10 <= rest < 100:
                return self._year(century * 100 + rest, 4, ctx)
        return NotUnderstood("ambiguous", tuple(numbers[:3])) if numbers else NotUnderstood("unclear")

    def check_params(self, params: Mapping[str, Any]) -> list[str]:
        found = super().check_params(params)
        return found or out_of_order(params, whole(params, "min"), whole(params, "max"))

    def say(self, value: Any, ctx: Context) -> str:
        year = whole({"it": value}, "it")
        return say_year(year, "en" if ctx.english else "fr") if year is not None and year > 0 else str(value)

    def grammar(self, ctx: Context) -> tuple[str, ...] | None:
        language = "en" if ctx.english else "fr"
        around = (
            ("this year", "last year", "next year") if ctx.english else ("cette année", "l'année dernière", "l'année prochaine")
        )
        least, most = whole(ctx.params, "min") or _FIRST, whole(ctx.params, "max") or _LAST
        years = range(max(least, most - _MOST_YEARS), most + 1)
        return (*(say_year(year, language).replace("-", " ") for year in years), *around)


def _relative(said: Sequence[str], table: Sequence[tuple[str, int]]) -> int | None:
    text = " ".join(said[:60])
    return next((ahead for pattern, ahead in table if re.search(pattern, text)), None)


def _bare_numbers(items: Sequence[str]) -> list[int]:
    """The numbers of an utterance that holds little else: "le mois trois", "zéro trois"."""
    if any(not word.isdigit() and word not in _AROUND for word in items):
        return []
    numbers = [int(word[:4]) for word in items if word.isdigit()]
    return numbers[1:] if len(numbers) == 2 and numbers[0] == 0 else numbers
