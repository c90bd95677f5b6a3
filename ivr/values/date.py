"""A day.

Rule: what is left out is filled by what is meant (`prefer`), and never to a day outside `min`..`max` where another one fits.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from babel.dates import format_date

from ivr.values.base import Context, KeyLimits, NotUnderstood, Param, Parsed, Understood
from ivr.values.calendar import MONTHS, PREFERENCES, WEEKDAYS, chosen, day_of, full_year, last_day, say_year
from ivr.values.corrections import split
from ivr.values.date_words import LAST, Spoken, read_day
from ivr.values.numbers import cardinal, ordinal
from ivr.values.params import day, day_param, option_param, out_of_order
from ivr.values.plain import Plain, keyed_digits
from ivr.values.text import tokens

_LEAP_CYCLE = 8
_NEAR_DAYS = 366
PREFER = option_param("prefer", "Which day is meant where the year is left out: past, future or nearest.", PREFERENCES)


class Date(Plain):
    """Keyed as day, month and year: 4, 6 or 8 digits."""

    name = "date"
    params: tuple[Param, ...] = (
        PREFER,
        day_param("min", "The first day that is taken: a date, or 'today', 'today+30', 'today-10'."),
        day_param("max", "The last day that is taken."),
    )

    def keys(self, params: Mapping[str, Any]) -> KeyLimits | None:
        return KeyLimits(4, 8)

    def parse_keys(self, keys: str, ctx: Context) -> Parsed:
        if not keyed_digits(keys):
            return NotUnderstood("keys" if keys else "empty")
        if len(keys) not in (4, 6, 8):
            return NotUnderstood("short" if len(keys) < 4 else "long" if len(keys) > 8 else "form")
        year = int(keys[4:]) if keys[4:] else None
        if len(keys) == 6:
            year = full_year(int(keys[4:]), ctx.today, _prefer(ctx))
        return self._day(Spoken(int(keys[:2]), int(keys[2:4]), year), ctx)

    def parse_words(self, words: str, ctx: Context) -> Parsed:
        said = tokens(words)
        if not said:
            return NotUnderstood("empty")
        spoken: Spoken | None = None
        for part in split(said, ctx.language):
            found = read_day(part, ctx.language, ctx.today, _prefer(ctx))
            spoken = found if spoken is None else spoken if found is None else spoken.mended_by(found)
        return NotUnderstood("unclear") if spoken is None else self._day(spoken, ctx)

    def _day(self, spoken: Spoken, ctx: Context) -> Parsed:
        if spoken.impossible:
            return NotUnderstood("impossible")
        if spoken.day is None and spoken.exact is None:
            return NotUnderstood("unclear")
        days = [spoken.exact] if spoken.exact else _possible(spoken, ctx.today)
        least, most = _bounds(ctx)
        taken = [one for one in days if (least is None or one >= least) and (most is None or one <= most)]
        found = chosen(taken or days, ctx.today, _prefer(ctx))
        if found is None:
            return NotUnderstood("impossible")
        if spoken.several:
            return NotUnderstood("ambiguous", (found,))
        if spoken.weekday is not None and found.weekday() != spoken.weekday:
            return _other_weekday(taken, found, spoken, ctx)
        return Understood(found) if taken else NotUnderstood("range")

    def check_params(self, params: Mapping[str, Any]) -> list[str]:
        some_day = dt.date(2000, 1, 1)
        found = super().check_params(params)
        return found or out_of_order(params, *(day(params.get(name), some_day) for name in ("min", "max")))

    def say(self, value: Any, ctx: Context) -> str:
        date = date_of(value)
        if date is None:
            return str(value)
        language = "en" if ctx.english else "fr"
        weekday, month = WEEKDAYS[language][date.weekday()], MONTHS[language][date.month - 1]
        year = say_year(date.year, language)
        if ctx.english:
            return f"{weekday} the {ordinal(date.day, language)} of {month} {year}"
        return f"{weekday} {'premier' if date.day == 1 else cardinal(date.day, language)} {month} {year}"

    def show(self, value: Any, ctx: Context) -> str:
        date = date_of(value)
        if date is None:
            return str(value)
        if ctx.english:
            return str(format_date(date, "EEEE d MMMM y", locale="en_GB"))
        return str(format_date(date, "EEEE d'er' MMMM y" if date.day == 1 else "EEEE d MMMM y", locale="fr_FR"))

    def mask(self, value: Any) -> str:
        return "••/••/••••"

    def grammar(self, ctx: Context) -> tuple[str, ...] | None:
        return _ENGLISH_GRAMMAR if ctx.english else _FRENCH_GRAMMAR


def _prefer(ctx: Context) -> str:
    return str(ctx.params.get("prefer", "nearest"))


def _bounds(ctx: Context) -> tuple[dt.date | None, dt.date | None]:
    least, most = ctx.params.get("min"), ctx.params.get("max")
    return (None if least is None else day(least, ctx.today), None if most is None else day(most, ctx.today))


def date_of(value: Any) -> dt.date | None:
    """A date, from one, from a moment or from its ISO text."""
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    try:
        return dt.date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def _possible(spoken: Spoken, today: dt.date) -> list[dt.date]:
    """Every day that it may be, some years or months around the present one."""
    if spoken.month is None:
        months = [today.year * 12 + today.month - 1 + ahead for ahead in range(-2, 3)]
        pairs = [(count // 12, count % 12 + 1) for count in months]
    else:
        years = range(today.year - _LEAP_CYCLE, today.year + _LEAP_CYCLE + 1) if spoken.year is None else [spoken.year]
        pairs = [(year, spoken.month) for year in years]
    days = [
        day_of(year, month, last_day(year, month) if spoken.day == LAST else spoken.day or 0)
        for year, month in pairs
        if 1 <= month <= 12 and 1 <= year < dt.MAXYEAR
    ]
    return [one for one in days if one is not None]


def _other_weekday(taken: list[dt.date], found: dt.date, spoken: Spoken, ctx: Context) -> Parsed:
    """ "vendredi quinze mars" that is no Friday: another month or year may be meant, else nobody knows which half is wrong."""
    near = [one for one in taken if one.weekday() == spoken.weekday and abs((one - ctx.today).days) <= _NEAR_DAYS]
    other = chosen(near, ctx.today, _prefer(ctx))
    if other is not None:
        return Understood(other)
    return NotUnderstood("ambiguous", (found,))


def _grammar(language: str, around: str, day_month: str) -> tuple[str, ...]:
    days = [(number, month) for number in range(1, 32) for month in range(12) if number <= last_day(2000, month + 1)]
    phrases = [
        day_month.format(day=_say_number(number, language), month=MONTHS[language][month].lower()) for number, month in days
    ]
    years = [say_year(year, language) for year in range(1900, 2101)]
    alone = [_say_number(number, language) for number in range(1, 32)]
    names = [name.lower() for name in WEEKDAYS[language]]
    return tuple(dict.fromkeys(phrase.replace("-", " ") for phrase in [*phrases, *years, *alone, *names, *around.split("|")]))


def _say_number(number: int, language: str) -> str:
    return ordinal(number, language) if language == "en" or number == 1 else cardinal(number, language)


_FRENCH_GRAMMAR = _grammar(
    "fr",
    "le|aujourd'hui|demain|après-demain|hier|avant-hier|en huit|en quinze|prochain|dernier|la fin du mois|fin du mois|"
    "dans huit jours|dans quinze jours|dans une semaine|dans un mois|du mois prochain|non pardon",
    "{day} {month}",
)
_ENGLISH_GRAMMAR = _grammar(
    "en",
    "the|on|today|tomorrow|the day after tomorrow|yesterday|next|last|the end of the month|in a week|in a month|no sorry",
    "{day} of {month}",
)
