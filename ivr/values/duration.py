"""How long something lasts.

Rule: the value is a whole number of seconds; what is keyed counts the field's unit, or hours `*` minutes.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from ivr.values.base import Context, KeyLimits, NotUnderstood, Param, Parsed, Understood
from ivr.values.numbers import cardinal
from ivr.values.params import option_param, out_of_order, whole, whole_param
from ivr.values.plain import Plain, keyed_digits
from ivr.values.quantities import Item, number_phrases, quantities
from ivr.values.text import word_set

SECONDS = {"weeks": 604_800, "days": 86_400, "hours": 3_600, "minutes": 60, "seconds": 1}
_NAMES = {
    "weeks": word_set("semaine semaines week weeks"),
    "days": word_set("jour jours journee journees day days"),
    "hours": word_set("heure heures h hour hours"),
    "minutes": word_set("minute minutes min mn"),
    "seconds": word_set("seconde secondes s sec second seconds"),
}
_UNIT_OF = {name: unit for unit, names in _NAMES.items() for name in names}
_AROUND = word_set(
    "environ a peu pres presque oui c est euh et demi demie pendant about around nearly it s yes and for er , . merci"
)
_SMALLER = {"weeks": "days", "days": "hours", "hours": "minutes", "minutes": "seconds"}
_WORDS = {
    "fr": {
        "days": ("jour", "jours"),
        "hours": ("heure", "heures"),
        "minutes": ("minute", "minutes"),
        "seconds": ("seconde", "secondes"),
    },
    "en": {
        "days": ("day", "days"),
        "hours": ("hour", "hours"),
        "minutes": ("minute", "minutes"),
        "seconds": ("second", "seconds"),
    },
}
_FRACTIONS = {"demi": (1, 2), "demie": (1, 2), "half": (1, 2), "quart": (1, 4), "quarts": (1, 4), "quarter": (1, 4)}
_LONGEST = 10**9


class Duration(Plain):
    """Between `min` and `max`, both in the field's `unit` (minutes unless told)."""

    name = "duration"
    params: tuple[Param, ...] = (
        option_param("unit", "What is counted where a number stands alone.", tuple(SECONDS)),
        whole_param("min", "The least, in the unit."),
        whole_param("max", "The most, in the unit."),
    )

    def keys(self, params: Mapping[str, Any]) -> KeyLimits | None:
        return KeyLimits(1, 6, decimal_star=True)

    def parse_keys(self, keys: str, ctx: Context) -> Parsed:
        if not keys:
            return NotUnderstood("empty")
        count, star, minutes = keys.partition("*")
        if not keyed_digits(count) or len(keys) > 12 or (minutes and not keyed_digits(minutes)):
            return NotUnderstood("keys")
        if not star:
            return self._bounded(int(count) * _unit(ctx), ctx)
        if int(minutes or 0) > 59:
            return NotUnderstood("impossible")
        return self._bounded(int(count) * 3_600 + int(minutes or 0) * 60, ctx)

    def read(self, said: list[str], ctx: Context) -> Parsed:
        items = quantities(said, ctx.language)
        seconds = _total(items, _unit(ctx))
        if seconds is None:
            return NotUnderstood("unclear")
        if {"ou", "or"} & {*said}:
            return NotUnderstood("ambiguous")
        if {"moins", "minus"} & {*said}:
            return NotUnderstood("form")
        if not any(word in _UNIT_OF for word in said) and any(isinstance(item, str) and item not in _AROUND for item in items):
            return NotUnderstood("unclear")
        return self._bounded(seconds, ctx)

    def _bounded(self, seconds: int, ctx: Context) -> Parsed:
        unit = _unit(ctx)
        least, most = whole(ctx.params, "min") or 0, whole(ctx.params, "max")
        fits = least * unit <= seconds <= (_LONGEST if most is None else most * unit)
        return Understood(seconds) if fits else NotUnderstood("range")

    def check_params(self, params: Mapping[str, Any]) -> list[str]:
        found = super().check_params(params)
        return found or out_of_order(params, whole(params, "min"), whole(params, "max"))

    def say(self, value: Any, ctx: Context) -> str:
        seconds = whole({"it": value}, "it")
        return (
            str(value)
            if seconds is None
            else _told(seconds, ctx, lambda count, unit: cardinal(count, ctx.language, unit != "days"))
        )

    def show(self, value: Any, ctx: Context) -> str:
        seconds = whole({"it": value}, "it")
        return str(value) if seconds is None else _told(seconds, ctx, lambda count, _unit: str(count))

    def grammar(self, ctx: Context) -> tuple[str, ...] | None:
        units = [name for names in _WORDS["en" if ctx.english else "fr"].values() for name in names]
        around = ("and", "a half", "half an hour", "a quarter") if ctx.english else ("et", "demie", "une demi-heure", "quart")
        return (*number_phrases(ctx.language), *(phrase.replace("-", " ") for phrase in (*units, *around)))


def _unit(ctx: Context) -> int:
    return SECONDS.get(str(ctx.params.get("unit", "minutes")), 60)


def _total(items: Sequence[Item], default: int) -> int | None:
    """The sum of what is counted; a last number without a unit counts the next smaller one: "deux heures trente"."""
    total, unit, at, found = Decimal(0), "", 0, False
    while at < len(items):
        item = items[at]
        count = item if isinstance(item, Decimal) else _article(items, at)
        fraction = _fraction_at(items, at if count is None else at + 1)
        if fraction is not None:
            part, behind, of = fraction
            total += (1 if count is None else count) * Decimal(of or (SECONDS[unit] if unit else default)) * part
            at, found = behind, True
        elif count is not None:
            unit, behind = _unit_at(items, at + 1, unit)
            if not unit and (found or any(isinstance(other, Decimal) for other in items[at + 1 :])):
                return None
            total += count * (SECONDS[unit] if unit else default)
            at, found = behind, True
        else:
            at += 1
    return int(total) if found and total < _LONGEST * 1000 and total == total.to_integral_value() else None


def _article(items: Sequence[Item], at: int) -> Decimal | None:
    """ "an hour" is one."""
    counted = str(items[at + 1]) if at + 1 < len(items) else ""
    return Decimal(1) if items[at] in ("a", "an") and (counted in _UNIT_OF or counted in _FRACTIONS) else None


def _unit_at(items: Sequence[Item], at: int, before: str) -> tuple[str, int]:
    named = _UNIT_OF.get(str(items[at])) if at < len(items) else None
    if named:
        return named, at + 1
    return _SMALLER.get(before, ""), at


def _fraction_at(items: Sequence[Item], at: int) -> tuple[Decimal, int, int | None] | None:
    """ "une demi-heure", "et quart", "trois quarts d'heure": the share, the index behind it, and of how many seconds."""
    share = _FRACTIONS.get(str(items[at])) if at < len(items) else None
    if share is None:
        return None
    behind = at + 1
    while behind < len(items) and items[behind] in ("d", "an", "of", "a"):
        behind += 1
    unit = _UNIT_OF.get(str(items[behind])) if behind < len(items) else None
    return Decimal(share[0]) / share[1], behind + 1 if unit else at + 1, SECONDS[unit] if unit else None


def _told(seconds: int, ctx: Context, count_in: Callable[[int, str], str]) -> str:
    words = _WORDS["en" if ctx.english else "fr"]
    left, parts = abs(seconds), []
    for unit, (one, many) in words.items():
        count, left = divmod(left, SECONDS[unit])
        if count:
            parts.append(f"{count_in(count, unit)} {one if count == 1 else many}")
    if not parts:
        parts = [f"{count_in(0, 'minutes')} {words['minutes'][1 if ctx.english else 0]}"]
    joined = f" {'and' if ctx.english else 'et'} ".join(filter(None, [", ".join(parts[:-1]), parts[-1]]))
    return f"{'minus' if ctx.english else 'moins'} {joined}" if seconds < 0 else joined
