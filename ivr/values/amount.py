"""Euros and cents.

Rule: the value is a Decimal with two places; what could be two amounts is none.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from babel.numbers import format_decimal

from ivr.values.base import Context, KeyLimits, NotUnderstood, Param, Parsed, Understood
from ivr.values.number import Number
from ivr.values.numbers import LARGEST, cardinal
from ivr.values.params import decimal, number_param, option_param
from ivr.values.plain import keyed_digits
from ivr.values.quantities import Item, number_phrases, quantities, says_none
from ivr.values.text import word_set

_CENT = Decimal("0.01")
_EUROS = word_set("euro euros € eur")
_CENTIMES = word_set("centime centimes ct cts")
_ENGLISH_CENTS = word_set("cent cents centime centimes")
_OTHER_UNITS = word_set(
    "heure heures h minute minutes jour jours semaine semaines mois an ans hour hours day days week weeks month months"
)
_BETWEEN = word_set("et and d de virgule , with avec")
_KEYED_DIGITS = 9
_MOST_KEYS = 20
_MARK = "€"


class Amount(Number):
    """Between `min` and `max` euros; keyed with `*` for the comma, or as cents where `keyed` says so."""

    name = "amount"
    params: tuple[Param, ...] = (
        number_param("min", "The least, in euros."),
        number_param("max", "The most, in euros."),
        option_param("keyed", "How it is keyed: 'euros' (* is the comma) or 'cents'.", ("euros", "cents")),
    )

    def keys(self, params: Mapping[str, Any]) -> KeyLimits | None:
        return KeyLimits(1, _KEYED_DIGITS, decimal_star=params.get("keyed") != "cents")

    def parse_keys(self, keys: str, ctx: Context) -> Parsed:
        if not keys:
            return NotUnderstood("empty")
        euros, star, cents = keys.partition("*")
        if not keyed_digits(euros) or (cents and not keyed_digits(cents)):
            return NotUnderstood("keys")
        if len(keys) > _MOST_KEYS:
            return NotUnderstood("long")
        if star and (len(cents) > 2 or ctx.params.get("keyed") == "cents"):
            return NotUnderstood("form")
        value = int(euros) * _CENT if ctx.params.get("keyed") == "cents" else Decimal(f"{euros}.{cents or 0}")
        return self._bounded(value, ctx)

    def read(self, said: list[str], ctx: Context) -> Parsed:
        items = [self._unit(item, ctx) for item in quantities(said, ctx.language)]
        items = [item for at, item in enumerate(items) if not _counts_something_else(items, at)]
        numbers = [at for at, item in enumerate(items) if isinstance(item, Decimal)]
        if not numbers:
            return self._bounded(Decimal(0), ctx) if says_none(said) else NotUnderstood("unclear")
        if any(word in ("moins", "minus") for word in items[: numbers[0]]):
            return NotUnderstood("range")
        readings = list(dict.fromkeys(_amounts(items, numbers)))
        if len(readings) > 1:
            return NotUnderstood("ambiguous", tuple(reading.quantize(_CENT) for reading in readings[:3]))
        return self._bounded(readings[0], ctx)

    def _unit(self, item: Item, ctx: Context) -> Item:
        if item in _EUROS:
            return _MARK
        return "c" if item in (_ENGLISH_CENTS if ctx.english else _CENTIMES) else item

    def _bounded(self, value: Decimal, ctx: Context) -> Parsed:
        if value != round(value, 2):
            return NotUnderstood("form")
        least, most = decimal(ctx.params.get("min")), decimal(ctx.params.get("max"))
        if not (Decimal(0) if least is None else least) <= value <= (LARGEST if most is None else most):
            return NotUnderstood("range")
        return Understood(value.quantize(_CENT))

    def say(self, value: Any, ctx: Context) -> str:
        number = decimal(value)
        if number is None or abs(number) > LARGEST:
            return str(value)
        euros, cents = divmod(int((abs(number) * 100).to_integral_value()), 100)
        said = _say_english(euros, cents) if ctx.english else _say_french(euros, cents)
        return f"{'minus' if ctx.english else 'moins'} {said}" if number < 0 else said

    def show(self, value: Any, ctx: Context) -> str:
        number = decimal(value)
        if number is None:
            return str(value)
        figures = format_decimal(abs(number), format="#,##0.00", locale="en_GB" if ctx.english else "fr_FR")
        sign = "-" if number < 0 else ""
        return f"{sign}€{figures}" if ctx.english else f"{sign}{figures}\N{NO-BREAK SPACE}€"

    def mask(self, value: Any) -> str:
        return "••• €"

    def grammar(self, ctx: Context) -> tuple[str, ...] | None:
        units = (
            ("euro", "euros", "and", "cent", "cents")
            if ctx.english
            else ("euro", "euros", "d'euros", "et", "centime", "centimes")
        )
        return tuple(dict.fromkeys((*number_phrases(ctx.language), *units)))


class Euros(Amount):
    """An amount under the name that templates use."""

    name = "euros"


def _counts_something_else(items: Sequence[Item], at: int) -> bool:
    """ "soixante-douze heures"."""
    return isinstance(items[at], Decimal) and at + 1 < len(items) and items[at + 1] in _OTHER_UNITS


def _amounts(items: Sequence[Item], numbers: Sequence[int]) -> list[Decimal]:
    """Every amount that is named; a number that belongs to none is one more."""
    found: list[Decimal] = []
    used: set[int] = set()
    for at in numbers:
        if at in used:
            continue
        value = Decimal(items[at])
        after = _next_number(items, at + 1)
        if at + 1 < len(items) and items[at + 1] == "c":
            found.append(value / 100)
        elif after is not None and _whole(items[at]) and _may_be_cents(items, at, after):
            used |= {after, after + 1} if _zero_led(items, after) else {after}
            found += _with_cents(value, items, at, after)
        else:
            found.append(value)
    return found


def _whole(item: Item) -> bool:
    return isinstance(item, Decimal) and item == item.to_integral_value()


def _next_number(items: Sequence[Item], at: int) -> int | None:
    """The number that follows, with nothing but the unit and joining words between."""
    while at < len(items) and not isinstance(items[at], Decimal):
        if items[at] != _MARK and items[at] not in _BETWEEN:
            return None
        at += 1
    return at if at < len(items) else None


def _may_be_cents(items: Sequence[Item], at: int, after: int) -> bool:
    """ "mille euros deux cents" and "cent et deux cents euros" are two amounts."""
    cents = items[after]
    unit_before = _MARK in items[at:after]
    unit_after = after + 1 < len(items) and items[after + 1] == _MARK
    return (
        _whole(cents)
        and 0 <= Decimal(cents) < 100
        and not unit_after
        and (unit_before or after == at + 1 or _names_cents(items, after))
    )


def _names_cents(items: Sequence[Item], at: int) -> bool:
    return at + 1 < len(items) and items[at + 1] == "c"


def _zero_led(items: Sequence[Item], at: int) -> bool:
    """ "zéro cinq"."""
    units = items[at + 1] if at + 1 < len(items) else None
    return items[at] == 0 and isinstance(units, Decimal) and _whole(units) and 0 <= units < 10


def _with_cents(euros: Decimal, items: Sequence[Item], at: int, after: int) -> list[Decimal]:
    """ "douze cinq" may be 12.05 and 12.50; "douze euros cinq" is 12.05."""
    cents = Decimal(items[after])
    plain = euros + cents / 100
    if _zero_led(items, after):
        return [euros + Decimal(items[after + 1]) / 100]
    vague = 0 < cents < 10 and _MARK not in items[at:after] and not _names_cents(items, after)
    return [plain, euros + cents / 10] if vague else [plain]


def _say_french(euros: int, cents: int) -> str:
    of = "d'" if euros >= 10**6 and euros % 10**6 == 0 else ""
    said = f"{cardinal(euros, 'fr')} {of}euro{'s' if euros > 1 else ''}"
    coins = f"{cardinal(cents, 'fr')} centime{'s' if cents > 1 else ''}"
    if not cents:
        return said
    return coins if not euros else f"{said} et {coins}"


def _say_english(euros: int, cents: int) -> str:
    said = f"{cardinal(euros, 'en')} euro{'' if euros == 1 else 's'}"
    coins = f"{cardinal(cents, 'en')} cent{'' if cents == 1 else 's'}"
    if not cents:
        return said
    return coins if not euros else f"{said} and {coins}"
