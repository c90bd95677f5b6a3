"""How many: hours worked, children, kilometres.

Rule: a whole number is an int; with `decimals` it is a Decimal.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from babel.numbers import format_decimal

from ivr.values.base import Context, KeyLimits, NotUnderstood, Param, Parsed, Understood
from ivr.values.params import decimal, flag, flag_param, number_param, out_of_order, whole, whole_param
from ivr.values.plain import Plain, keyed_digits
from ivr.values.quantities import number_phrases, quantities, say_decimal, says_none

_MOST_KEYS = 20
_MOST_PLACES = 6
GREATEST = Decimal(999_999_999)
_MINUS = re.compile(r"(?<![\w-])[-\u2212\u2013](?=\d)")


class Number(Plain):
    """Between `min` (0 unless told) and `max`; `decimals` places, keyed with `*` for the comma."""

    name = "number"
    params: tuple[Param, ...] = (
        number_param("min", "The least."),
        number_param("max", "The most."),
        whole_param("decimals", "How many decimal places it may have.", 0, _MOST_PLACES),
        flag_param("feminine", "Whether what is counted is feminine in French: 'une'."),
    )

    def keys(self, params: Mapping[str, Any]) -> KeyLimits | None:
        places = _places(params)
        most = decimal(params.get("max"))
        digits = len(str(int(GREATEST if most is None else abs(most))))
        return KeyLimits(1, digits + places, decimal_star=places > 0)

    def parse_keys(self, keys: str, ctx: Context) -> Parsed:
        if not keys:
            return NotUnderstood("empty")
        head, _, places = keys.partition("*")
        if not keyed_digits(head) or (places and not keyed_digits(places)):
            return NotUnderstood("keys")
        if len(keys) > _MOST_KEYS:
            return NotUnderstood("long")
        return self._judged(Decimal(f"{head}.{places or 0}"), ctx)

    def parse_words(self, words: str, ctx: Context) -> Parsed:
        return super().parse_words(_MINUS.sub(" moins " if not ctx.english else " minus ", words[:10_000]), ctx)

    def read(self, said: list[str], ctx: Context) -> Parsed:
        items = quantities(said, ctx.language)
        minus = "minus" if ctx.english else "moins"
        found = [
            -item if at and items[at - 1] == minus else Decimal(item)
            for at, item in enumerate(items)
            if isinstance(item, Decimal)
        ]
        if not found:
            return self._judged(Decimal(0), ctx) if says_none(said) else NotUnderstood("unclear")
        distinct = list(dict.fromkeys(found))
        if len(distinct) > 1:
            return NotUnderstood("ambiguous", tuple(self._value(number, ctx) for number in distinct[:3]))
        return self._judged(distinct[0], ctx)

    def _judged(self, number: Decimal, ctx: Context) -> Parsed:
        places = _places(ctx.params)
        if number != round(number, places):
            return NotUnderstood("form")
        least, most = decimal(ctx.params.get("min")), decimal(ctx.params.get("max"))
        if not (Decimal(0) if least is None else least) <= number <= (GREATEST if most is None else most):
            return NotUnderstood("range")
        return Understood(self._value(number, ctx))

    def _value(self, number: Decimal, ctx: Context) -> int | Decimal:
        places = _places(ctx.params)
        return round(number, places) if places else int(number)

    def check_params(self, params: Mapping[str, Any]) -> list[str]:
        found = super().check_params(params)
        return found or out_of_order(params, decimal(params.get("min")), decimal(params.get("max")))

    def say(self, value: Any, ctx: Context) -> str:
        number = decimal(value)
        return str(value) if number is None else say_decimal(number, ctx.language, flag(ctx.params, "feminine"))

    def show(self, value: Any, ctx: Context) -> str:
        number = decimal(value)
        if number is None:
            return str(value)
        return str(format_decimal(number, format="#,##0.######", locale="en_GB" if ctx.english else "fr_FR"))

    def grammar(self, ctx: Context) -> tuple[str, ...] | None:
        return (*number_phrases(ctx.language), *(("point", "minus") if ctx.english else ("virgule", "moins", "et demi")))


def _places(params: Mapping[str, Any]) -> int:
    return min(max(whole(params, "decimals") or 0, 0), _MOST_PLACES)
