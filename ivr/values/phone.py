"""Telephone numbers.

Rule: a French number is its ten digits, another one is in the international form (`+32...`); it is dictated and said by pairs.
"""

import re
from collections.abc import Mapping
from typing import Any

import phonenumbers

from ivr.values.base import Context, KeyLimits, NotUnderstood, Param, Parsed, Understood
from ivr.values.dictation import Shape, read_dictated
from ivr.values.digits import Digits, spoken_group
from ivr.values.params import flag, flag_param
from ivr.values.text import LONGEST, tokens

_NATIONAL = re.compile(r"0[1-9]\d{8}")
_MOBILE = re.compile(r"0[67]\d{8}")
_ABROAD = re.compile(r"\+[1-9]\d{6,14}")
_TYPED = re.compile(r"\+?[\d\s().\-/\u00a0\u202f]{6,40}")
_LENGTH = 10


class Phone(Digits):
    """`mobile` takes numbers that can receive messages only; `international` other countries' too, keyed from 00."""

    name = "phone"
    params: tuple[Param, ...] = (
        flag_param("mobile", "Whether it must be a mobile number (06 or 07)."),
        flag_param("international", "Whether numbers of other countries are taken; they are keyed from 00 and ended by #."),
    )

    def keys(self, params: Mapping[str, Any]) -> KeyLimits | None:
        return KeyLimits(_LENGTH, 17) if flag(params, "international") else KeyLimits(_LENGTH, _LENGTH)

    def shape(self, params: Mapping[str, Any]) -> Shape:
        return Shape(_LENGTH, _LENGTH)

    def accepted(self, value: str, ctx: Context) -> Parsed:
        if flag(ctx.params, "international") and value.startswith("00"):
            return _from_abroad(f"+{value[2:]}", ctx)
        if not _NATIONAL.fullmatch(value):
            return NotUnderstood("form" if len(value) == _LENGTH else "long")
        mobile_wanted = flag(ctx.params, "mobile")
        return Understood(value) if not mobile_wanted or _MOBILE.fullmatch(value) else NotUnderstood("range")

    def parse_words(self, words: str, ctx: Context) -> Parsed:
        typed = words[:LONGEST].strip()
        if _TYPED.fullmatch(typed) and (found := self._typed(typed, ctx)) is not None:
            return found
        parsed = super().parse_words(words, ctx)
        if isinstance(parsed, NotUnderstood) and parsed.reason in ("long", "form"):
            return self._with_prefix(words, ctx) or parsed
        return parsed

    def _typed(self, typed: str, ctx: Context) -> Parsed | None:
        """Figures as written: "+33 6 39 98 00 01", "(0)1.99.00.00.01"."""
        number = "".join(sign for sign in typed.replace("(0)", "") if sign.isdigit() or sign == "+")
        if number.startswith("00"):
            number = f"+{number[2:]}"
        return self._international(number, ctx) if number.startswith("+") else None

    def _international(self, number: str, ctx: Context) -> Parsed:
        national = _national(number)
        return self.accepted(national, ctx) if national else _from_abroad(number, ctx)

    def _with_prefix(self, words: str, ctx: Context) -> Parsed | None:
        """ "plus trente-trois six ..." or "zéro zéro trente-trois six ..."."""
        parsed = read_dictated(_without_plus(words), ctx.language, Shape(9, 17))
        digits = parsed.value if isinstance(parsed, Understood) else ""
        if re.fullmatch(r"(?:00)?33[1-9]\d{8}", digits):
            return self.accepted(f"0{digits[-9:]}", ctx)
        return _from_abroad(f"+{digits[2:]}", ctx) if digits.startswith("00") else None

    def say(self, value: Any, ctx: Context) -> str:
        number = _national(str(value)) or str(value)
        if number.startswith("+"):
            pairs = [number[at : at + 2] for at in range(1, len(number), 2)]
            return ", ".join(["zero zero" if ctx.english else "zéro zéro", *(spoken_group(pair, ctx) for pair in pairs)])
        return ", ".join(spoken_group(group, ctx) for group in self.groups(number, ctx))

    def show(self, value: Any, ctx: Context) -> str:
        number = _national(str(value)) or str(value)
        return _shown_abroad(number) if number.startswith("+") else " ".join(self.groups(number, ctx))

    def groups(self, value: str, ctx: Context) -> list[str]:
        return [value[at : at + 2] for at in range(0, len(value), 2)]

    def mask(self, value: Any) -> str:
        return "•• •• •• •• ••"


def _national(number: str) -> str | None:
    return f"0{number[3:]}" if re.fullmatch(r"\+33[1-9]\d{8}", number) else None


def _from_abroad(number: str, ctx: Context) -> Parsed:
    national = _national(number)
    if national:
        return Understood(national) if not flag(ctx.params, "mobile") or _MOBILE.fullmatch(national) else NotUnderstood("range")
    if not flag(ctx.params, "international"):
        return NotUnderstood("range")
    if not _ABROAD.fullmatch(number):
        return NotUnderstood("form")
    try:
        possible = phonenumbers.is_possible_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        possible = False
    return Understood(number) if possible else NotUnderstood("form")


def _shown_abroad(number: str) -> str:
    try:
        return phonenumbers.format_number(phonenumbers.parse(number), phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    except phonenumbers.NumberParseException:
        return number


def _without_plus(words: str) -> list[str]:
    return [word for word in tokens(words) if word not in ("plus", "+")]
