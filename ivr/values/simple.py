"""The value types that need little: digits, numbers, amounts, yes or no, identifiers, phones, dates, months, texts."""

import datetime as dt
import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from babel.dates import format_date
from text_to_num import alpha2digit

from ivr.values.base import Context, KeyLimits, NotUnderstood, Param, Parsed, Understood
from ivr.values.text import normalise

MONTHS = {
    "fr": [
        "janvier",
        "fevrier",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "aout",
        "septembre",
        "octobre",
        "novembre",
        "decembre",
    ],
    "en": [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ],
}


def _numbers(words: str, language: str) -> str:
    try:
        return str(alpha2digit(normalise(words), language, relaxed=True))
    except Exception:
        return normalise(words)


def _int(params: Mapping[str, Any], name: str, default: int) -> int:
    try:
        return int(params.get(name, default))
    except (TypeError, ValueError):
        return default


class Base:
    name = ""
    known: tuple[str, ...] = ()
    params: tuple[Param, ...] = ()

    def keys(self, params: Mapping[str, Any]) -> KeyLimits | None:
        return KeyLimits(1, 30)

    def parse_keys(self, keys: str, ctx: Context) -> Parsed:
        return NotUnderstood("keys")

    def parse_words(self, words: str, ctx: Context) -> Parsed:
        return NotUnderstood("unclear")

    def say(self, value: Any, ctx: Context) -> str:
        return self.show(value, ctx)

    def show(self, value: Any, ctx: Context) -> str:
        return str(value)

    def mask(self, value: Any) -> str:
        return "•••"

    def grammar(self, ctx: Context) -> tuple[str, ...]:
        return ()

    def check_params(self, params: Mapping[str, Any]) -> list[str]:
        return [f"unknown parameter {name!r}" for name in params if name not in self.known]


class Digits(Base):
    name = "digits"
    known = ("min", "max", "length", "groups")

    def keys(self, params: Mapping[str, Any]) -> KeyLimits:
        length = _int(params, "length", 0)
        return KeyLimits(length or _int(params, "min", 1), length or _int(params, "max", 20))

    def parse_keys(self, keys: str, ctx: Context) -> Parsed:
        limits = self.keys(ctx.params)
        if keys.isascii() and keys.isdigit() and limits.min <= len(keys) <= limits.max:
            return Understood(keys)
        return NotUnderstood("short")

    def parse_words(self, words: str, ctx: Context) -> Parsed:
        return self.parse_keys(re.sub(r"\D", "", _numbers(words, ctx.language)), ctx)

    def say(self, value: Any, ctx: Context) -> str:
        return ", ".join(" ".join(group) for group in _groups(str(value), ctx))

    def show(self, value: Any, ctx: Context) -> str:
        return " ".join(_groups(str(value), ctx))


def _groups(digits: str, ctx: Context) -> list[str]:
    sizes = [int(size) for size in str(ctx.params.get("groups", "")).split() if size.isdigit()]
    groups, at = [], 0
    for size in sizes or [3] * (len(digits) // 3 + 1):
        if digits[at : at + size]:
            groups.append(digits[at : at + size])
        at += size
    if digits[at:]:
        groups.append(digits[at:])
    return groups


class Identifier(Digits):
    name = "identifier"

    def keys(self, params: Mapping[str, Any]) -> KeyLimits:
        length = _int(params, "length", 11)
        return KeyLimits(length, length)


class Number(Base):
    name = "number"
    known = ("min", "max")

    def keys(self, params: Mapping[str, Any]) -> KeyLimits:
        return KeyLimits(1, max(1, len(str(_int(params, "max", 999_999_999)))))

    def parse_keys(self, keys: str, ctx: Context) -> Parsed:
        if not (keys.isascii() and keys.isdigit()):
            return NotUnderstood("keys")
        value = int(keys)
        if _int(ctx.params, "min", 0) <= value <= _int(ctx.params, "max", 999_999_999):
            return Understood(value)
        return NotUnderstood("range")

    def parse_words(self, words: str, ctx: Context) -> Parsed:
        found = re.findall(r"\d+", _numbers(words, ctx.language))
        return self.parse_keys(found[-1], ctx) if found else NotUnderstood("unclear")


class Amount(Base):
    name = "amount"
    known = ("min", "max")

    def keys(self, params: Mapping[str, Any]) -> KeyLimits:
        return KeyLimits(1, 9, decimal_star=True)

    def parse_keys(self, keys: str, ctx: Context) -> Parsed:
        try:
            value = Decimal(keys.replace("*", "."))
        except InvalidOperation:
            return NotUnderstood("keys")
        if not re.fullmatch(r"\d{1,9}(\*\d{0,2})?", keys):
            return NotUnderstood("keys")
        return Understood(value.quantize(Decimal("0.01")))

    def parse_words(self, words: str, ctx: Context) -> Parsed:
        found = re.findall(r"\d+(?:[.,]\d{1,2})?", _numbers(words, ctx.language).replace(" ", " "))
        if not found:
            return NotUnderstood("unclear")
        value = Decimal(found[0].replace(",", "."))
        if len(found) > 1 and len(found[1]) <= 2 and "." not in str(value):
            value += Decimal(found[1]) / 100
        return Understood(value.quantize(Decimal("0.01")))

    def say(self, value: Any, ctx: Context) -> str:
        euros, cents = divmod(int((Decimal(value) * 100).to_integral_value()), 100)
        if ctx.language == "en":
            said = f"{euros} euro{'' if euros == 1 else 's'}"
            return f"{said} and {cents} cent{'' if cents == 1 else 's'}" if cents else said
        said = f"{euros} euro{'' if euros < 2 else 's'}"
        return f"{said} et {cents} centime{'' if cents < 2 else 's'}" if cents else said

    def show(self, value: Any, ctx: Context) -> str:
        whole = f"{Decimal(value):,.2f}"
        return f"€{whole}" if ctx.language == "en" else whole.replace(",", " ").replace(".", ",") + " €"


class Euros(Amount):
    name = "euros"


class YesNo(Base):
    name = "yes_no"

    def keys(self, params: Mapping[str, Any]) -> KeyLimits:
        return KeyLimits(1, 1)

    def parse_keys(self, keys: str, ctx: Context) -> Parsed:
        return Understood(keys == "1") if keys in ("1", "2") else NotUnderstood("keys")

    def parse_words(self, words: str, ctx: Context) -> Parsed:
        said = normalise(words).split()
        no = {"non", "pas", "no", "nope", "aucunement"} & set(said)
        yes = {"oui", "ouais", "yes", "yeah", "exact", "exactement", "accord", "ok", "tout"} & set(said)
        if bool(no) == bool(yes):
            return NotUnderstood("unclear")
        return Understood(bool(yes))

    def show(self, value: Any, ctx: Context) -> str:
        return ("yes" if value else "no") if ctx.language == "en" else ("oui" if value else "non")


class Phone(Digits):
    name = "phone"

    def keys(self, params: Mapping[str, Any]) -> KeyLimits:
        return KeyLimits(10, 10)

    def show(self, value: Any, ctx: Context) -> str:
        return " ".join(re.findall("..?", str(value)))

    def say(self, value: Any, ctx: Context) -> str:
        return ", ".join(re.findall("..?", str(value)))


class Date(Base):
    name = "date"
    known = ("past", "future", "nearest")

    def keys(self, params: Mapping[str, Any]) -> KeyLimits:
        return KeyLimits(4, 8)

    def parse_keys(self, keys: str, ctx: Context) -> Parsed:
        if not keys.isdigit() or len(keys) not in (4, 6, 8):
            return NotUnderstood("keys")
        year = ctx.today.year if len(keys) == 4 else int(keys[4:]) + (2000 if len(keys) == 6 else 0)
        return _date(int(keys[:2]), int(keys[2:4]), year)

    def parse_words(self, words: str, ctx: Context) -> Parsed:
        said = _numbers(words, ctx.language)
        if re.search(r"\b(demain|tomorrow)\b", said):
            return Understood(ctx.today + dt.timedelta(days=1))
        if re.search(r"\b(aujourd hui|today)\b", said):
            return Understood(ctx.today)
        for number, month in enumerate(MONTHS.get(ctx.language, MONTHS["fr"]), 1):
            found = re.search(rf"(\d{{1,2}}|premier|1er) {month}(?: (\d{{4}}))?", said)
            if found:
                day = 1 if not found[1].isdigit() else int(found[1])
                return _date(day, number, int(found[2] or ctx.today.year))
        found = re.search(r"(\d{1,2})[/. ](\d{1,2})[/. ](\d{4})", said)
        return _date(int(found[1]), int(found[2]), int(found[3])) if found else NotUnderstood("unclear")

    def show(self, value: Any, ctx: Context) -> str:
        return str(format_date(value, "full", locale="fr_FR" if ctx.language == "fr" else "en_GB"))


def _date(day: int, month: int, year: int) -> Parsed:
    try:
        return Understood(dt.date(year, month, day))
    except ValueError:
        return NotUnderstood("impossible")


class Month(Base):
    name = "month"

    def keys(self, params: Mapping[str, Any]) -> KeyLimits:
        return KeyLimits(1, 2)

    def parse_keys(self, keys: str, ctx: Context) -> Parsed:
        return Understood(int(keys)) if keys.isdigit() and 1 <= int(keys) <= 12 else NotUnderstood("range")

    def parse_words(self, words: str, ctx: Context) -> Parsed:
        said = normalise(words).split()
        for number, month in enumerate(MONTHS.get(ctx.language, MONTHS["fr"]), 1):
            if month in said:
                return Understood(number)
        return NotUnderstood("unclear")

    def show(self, value: Any, ctx: Context) -> str:
        return str(format_date(dt.date(2000, int(value), 1), "MMMM", locale=ctx.language))


class FreeText(Base):
    name = "text"

    def keys(self, params: Mapping[str, Any]) -> None:
        return None

    def parse_words(self, words: str, ctx: Context) -> Parsed:
        return Understood(words) if words.strip() else NotUnderstood("empty")


class Open(FreeText):
    name = "open"


class Choice(FreeText):
    name = "choice"
