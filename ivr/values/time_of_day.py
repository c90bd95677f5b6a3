"""A time of the day.

Rule: hours are said and shown so that morning and evening cannot be taken for each other; of nine in the morning and nine in the
evening the one counts that lies within `min`..`max`.
"""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import Any

from ivr.values.base import Context, KeyLimits, NotUnderstood, Param, Parsed, Understood
from ivr.values.calendar import figures
from ivr.values.numbers import cardinal
from ivr.values.params import out_of_order
from ivr.values.plain import Plain, keyed_digits
from ivr.values.text import word_set

_NOON = 12
_HOURS = word_set("heure heures h hour hours o clock oclock")
_SKIPPED = word_set(
    "a vers pour le les la l de du dans environ et the at in s about around minutes minute min pile precises euh er , ."
)
_TELLING = word_set("heure heures h : midi minuit hour hours oclock clock noon midday midnight half quarter am pm")
"""Words that tell a time whatever stands around it."""
_AROUND = word_set(
    "oui c est matin apres soir ce cet matinee plutot je prefere si possible demain merci ou or yes it morning afternoon evening "
    "night tonight please a p m i would like moins"
)


def _time(value: Any) -> dt.time | None:
    """A time, from one, from a moment or from "09:30"."""
    if isinstance(value, dt.datetime):
        return value.time()
    if isinstance(value, dt.time):
        return value
    found = re.fullmatch(r"(\d{1,2})[:hH](\d{2})(?::\d{2})?", str(value).strip())
    if not found or int(found[1]) > 23 or int(found[2]) > 59:
        return None
    return dt.time(int(found[1]), int(found[2]))


def _fault(value: Any) -> str | None:
    return None if _time(value) is not None else "must be a time such as 08:30"


class Time(Plain):
    """Keyed as hours and minutes: "0930", "930" or "9"."""

    name = "time"

    params: tuple[Param, ...] = (
        Param("min", "The first time that is taken.", _fault),
        Param("max", "The last time that is taken.", _fault),
    )

    def keys(self, params: Mapping[str, Any]) -> KeyLimits | None:
        return KeyLimits(1, 4)

    def parse_keys(self, keys: str, ctx: Context) -> Parsed:
        if not keyed_digits(keys):
            return NotUnderstood("keys" if keys else "empty")
        if len(keys) > 4:
            return NotUnderstood("long")
        hours, minutes = (int(keys[:-2]), int(keys[-2:])) if len(keys) > 2 else (int(keys), 0)
        return self._within(hours, minutes, 24, ctx)

    def read(self, said: list[str], ctx: Context) -> Parsed:
        items = [word for word in figures(said, ctx.language) if word not in _SKIPPED]
        found = _clock(items, said, ctx.english)
        if found is None:
            return NotUnderstood("unclear")
        hours, minutes, left = found
        if not _TELLING & {*said} and any(word not in _AROUND and not word.isdigit() for word in left):
            return NotUnderstood("unclear")
        if any(word.isdigit() for word in left) or {"ou", "or"} & {*left}:
            return NotUnderstood("ambiguous")
        half = _half_of_day(said)
        if half == 12 and hours == _NOON and "night" in said:
            hours = 0
        elif half is not None and 1 <= hours <= _NOON:
            hours = hours % 12 + half
        return self._within(hours, minutes, 12 if half is None and "h" not in said else 24, ctx)

    def _within(self, hours: int, minutes: int, clock: int, ctx: Context) -> Parsed:
        """The other half of the day is taken where only it lies within the bounds."""
        if hours > 24 or minutes > 59 or (hours == 24 and minutes):
            return NotUnderstood("impossible")
        least, most = _bounds(ctx.params)
        first = dt.time(hours % 24, minutes)
        times = [first, dt.time(hours % 12 + 12, minutes)] if clock == 12 and 1 <= hours <= 12 else [first]
        inside = [time for time in times if least <= time <= most]
        return Understood(inside[0]) if inside else NotUnderstood("range")

    def check_params(self, params: Mapping[str, Any]) -> list[str]:
        found = super().check_params(params)
        return found or out_of_order(params, *(_time(params.get(name)) for name in ("min", "max")))

    def say(self, value: Any, ctx: Context) -> str:
        time = _time(value)
        if time is None:
            return str(value)
        return _say_english(time) if ctx.english else _say_french(time)

    def show(self, value: Any, ctx: Context) -> str:
        time = _time(value)
        if time is None:
            return str(value)
        return f"{time.hour:02}:{time.minute:02}" if ctx.english else f"{time.hour} h {time.minute:02}"

    def mask(self, value: Any) -> str:
        return "••:••"

    def grammar(self, ctx: Context) -> tuple[str, ...] | None:
        return _ENGLISH_GRAMMAR if ctx.english else _FRENCH_GRAMMAR


def _clock(items: Sequence[str], said: Sequence[str], english: bool) -> tuple[int, int, list[str]] | None:
    """Hours, minutes, and the words that told neither."""
    items = list(items)
    if english and (found := _english_fraction(items)):
        return found
    for at, word in enumerate(items):
        noon = {"midi": 12, "noon": 12, "midday": 12, "minuit": 0, "midnight": 0}.get(word)
        if noon is not None and "apres" not in items[max(0, at - 1) : at]:
            return _taken_off(noon, items[:at], items, at + 1)
        if word.isdigit() and len(word) <= 2:
            hours = int(word)
            behind = at + 1
            while behind < len(items) and (items[behind] in _HOURS or items[behind] == ":"):
                behind += 1
            return _taken_off(hours, items[:at], items, behind)
        if word.isdigit() and len(word) == 4 and word in said:
            return int(word[:2]), int(word[2:]), [*items[:at], *items[at + 1 :]]
    return None


def _taken_off(hours: int, before: list[str], items: list[str], behind: int) -> tuple[int, int, list[str]]:
    if items[behind : behind + 1] == ["moins"]:
        taken, left = _minutes(items, behind + 1)
        total = (hours * 60 - taken) % (24 * 60)
        return total // 60, total % 60, [*before, *left]
    minutes, left = _minutes(items, behind)
    return hours, minutes, [*before, *left]


def _minutes(items: Sequence[str], at: int) -> tuple[int, list[str]]:
    """ "trente", "zéro cinq", "demie", "quart", "trois quarts"."""
    words = list(items[at:])
    if words[:1] == ["moins"]:
        return 0, words
    if words[:2] == ["3", "quarts"]:
        return 45, words[2:]
    if words[:1] and words[0] in ("demi", "demie", "half"):
        return 30, words[1:]
    if words[:1] and words[0] in ("quart", "quarter"):
        return 15, words[1:]
    if words[:1] == ["0"] and words[1:2] and words[1].isdigit() and len(words[1]) == 1:
        return int(words[1]), words[2:]
    if words[:1] and words[0].isdigit() and len(words[0]) <= 2 and words[1:2] not in [[hour] for hour in _HOURS]:
        return int(words[0]), words[1:]
    return 0, words


def _english_fraction(items: list[str]) -> tuple[int, int, list[str]] | None:
    """ "half past nine", "half nine", "quarter to ten", "twenty to six", "ten past nine"."""
    words = [word for word in items if word != "a"]
    for at, word in enumerate(words[:-1]):
        turn = words[at + 1] if words[at + 1] in ("to", "past") else ""
        minutes = {"half": 30, "quarter": 15}.get(word)
        if minutes is None and word.isdigit() and turn:
            minutes = int(word[:4])
        behind = at + (2 if turn else 1)
        hour = words[behind] if behind < len(words) else ""
        hour = {"noon": "12", "midday": "12", "midnight": "24"}.get(hour, hour)
        if minutes is None or not hour.isdigit() or len(hour) > 2:
            continue
        total = int(hour) * 60 + (-minutes if turn == "to" else minutes)
        left = [word for word in [*words[:at], *words[behind + 1 :]] if word not in _HOURS]
        return total % (24 * 60) // 60, total % 60, left
    return None


def _half_of_day(said: Sequence[str]) -> int | None:
    """12 for afternoon and evening, 0 for the morning, nothing where it is not told."""
    text = " ".join(word for word in said[:60] if word != ".")
    if re.search(r"\bapres midi\b|\bdu soir\b|\bce soir\b|\bp ?m\b|\bevening\b|\bafternoon\b|\bat night\b|\btonight\b", text):
        return 12
    return 0 if re.search(r"\bdu matin\b|\bce matin\b|\bdans la matinee\b|\ba ?m\b|\bmorning\b", text) else None


def _bounds(params: Mapping[str, Any]) -> tuple[dt.time, dt.time]:
    return _time(params.get("min")) or dt.time.min, _time(params.get("max")) or dt.time.max


def _say_french(time: dt.time) -> str:
    minutes = f" {cardinal(time.minute, 'fr', True)}" if time.minute else ""
    if time.hour in (0, _NOON):
        return ("minuit" if time.hour == 0 else "midi") + minutes
    return f"{cardinal(time.hour, 'fr', True)} heure{'s' if time.hour > 1 else ''}{minutes}"


def _say_english(time: dt.time) -> str:
    if time.minute == 0 and time.hour in (0, _NOON):
        return "noon" if time.hour else "midnight"
    hour = cardinal((time.hour - 1) % 12 + 1, "en")
    minutes = f" {'oh ' if time.minute < 10 else ''}{cardinal(time.minute, 'en')}" if time.minute else " o'clock"
    part = "in the morning" if time.hour < 12 else "in the afternoon" if time.hour < 18 else "in the evening"
    return f"{hour}{minutes} {part if time.hour else 'at night'}"


def _grammar(language: str, around: str) -> tuple[str, ...]:
    numbers = [cardinal(number, language, feminine) for feminine in (True, False) for number in range(60)]
    phrases = [number.replace("-", " ") for number in numbers]
    return tuple(dict.fromkeys([*phrases, *around.split("|")]))


_FRENCH_GRAMMAR = _grammar(
    "fr", "heure|heures|midi|minuit|et quart|et demie|moins le quart|moins|du matin|de l'après-midi|du soir|à|vers|non pardon"
)
_ENGLISH_GRAMMAR = _grammar(
    "en",
    "o'clock|oh|noon|midnight|half past|quarter past|quarter to|past|to|in the morning|in the afternoon|in the evening|at night|"
    "a m|p m|at|no sorry",
)
