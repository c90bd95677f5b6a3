"""Which one of several: the first, the second.

Rule: the value is its number, from 1.
"""

from collections.abc import Mapping
from typing import Any

from ivr.values.base import Context, KeyLimits, NotUnderstood, Param, Parsed, Understood
from ivr.values.calendar import figures
from ivr.values.numbers import ordinal
from ivr.values.params import flag, flag_param, whole, whole_param
from ivr.values.plain import Plain, keyed_digits
from ivr.values.text import word_set

_GREATEST = 100
_LAST = word_set("dernier derniere last")
_ARTICLES = word_set("un une one")


class Ordinal(Plain):
    """From the first to the `max`-th; "le dernier" is understood where `max` is told."""

    name = "ordinal"
    params: tuple[Param, ...] = (
        whole_param("max", "How many there are.", 1, _GREATEST),
        flag_param("feminine", "Whether what is counted is feminine in French: 'première'."),
    )

    def keys(self, params: Mapping[str, Any]) -> KeyLimits | None:
        return KeyLimits(1, len(str(whole(params, "max") or _GREATEST)))

    def parse_keys(self, keys: str, ctx: Context) -> Parsed:
        if not keyed_digits(keys):
            return NotUnderstood("keys" if keys else "empty")
        return self._ranked(int(keys[:12]), ctx)

    def read(self, said: list[str], ctx: Context) -> Parsed:
        most = whole(ctx.params, "max")
        if ctx.english and len(said) > 1 and said[-1] == "one":
            said = said[:-1]
        numbers = [int(word) for word in figures(said, ctx.language) if word.isdigit() and len(word) <= 12]
        if not numbers and most and _LAST & {*said}:
            numbers = [most]
        distinct = list(dict.fromkeys(numbers))
        if not distinct or (distinct == [1] and _ARTICLES & {*said} and len(said) > 2):
            return NotUnderstood("unclear")
        if len(distinct) > 1:
            return NotUnderstood("ambiguous", tuple(distinct[:3]))
        return self._ranked(distinct[0], ctx)

    def _ranked(self, number: int, ctx: Context) -> Parsed:
        return Understood(number) if 1 <= number <= (whole(ctx.params, "max") or _GREATEST) else NotUnderstood("range")

    def say(self, value: Any, ctx: Context) -> str:
        number = whole({"it": value}, "it")
        return str(value) if number is None else ordinal(number, ctx.language, flag(ctx.params, "feminine"))

    def show(self, value: Any, ctx: Context) -> str:
        number = whole({"it": value}, "it")
        if number is None:
            return str(value)
        if ctx.english:
            return f"{number}{_english_suffix(number)}"
        first = "re" if flag(ctx.params, "feminine") else "er"
        return f"{number}{first if number == 1 else 'e'}"

    def grammar(self, ctx: Context) -> tuple[str, ...] | None:
        most = min(whole(ctx.params, "max") or 100, 100)
        ranks = [ordinal(number, ctx.language, feminine) for number in range(1, most + 1) for feminine in (False, True)]
        around = ("the", "the last") if ctx.english else ("le", "la", "le dernier", "la dernière")
        return tuple(dict.fromkeys(phrase.replace("-", " ") for phrase in (*ranks, *around)))


def _english_suffix(number: int) -> str:
    if 11 <= number % 100 <= 13:
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
