"""The number under which somebody or something is known: digits, or digits and letters, with check digits.

Rule: a wrong check digit is told apart from a wrong length; what is right in form says nothing about who is known.
"""

import re
import string
from collections.abc import Mapping
from typing import Any

from ivr.values.base import Context, KeyLimits, NotUnderstood, Param, Parsed, Understood
from ivr.values.checks import LENGTHS, NAMES, passes
from ivr.values.dictation import Shape
from ivr.values.digits import GROUPS, LENGTH, Digits
from ivr.values.params import option_param, pattern_param, whole
from ivr.values.text import normalise

USUAL_LENGTH = 11
_LETTERS = tuple(string.ascii_lowercase)


class Identifier(Digits):
    """`length` digits (11 unless told), or a `pattern` of 9 (digit) and A (letter); `check` names its check digits.

    One with letters can be said and typed, not keyed.
    """

    name = "identifier"
    params: tuple[Param, ...] = (
        LENGTH,
        pattern_param("pattern", "Its form: 9 for a digit, A for a letter.", r"[9A]{1,30}", "made of 9 and A, such as 9999999A"),
        option_param("check", "The check digits of an identifier.", NAMES),
        GROUPS,
    )

    def pattern(self, params: Mapping[str, Any]) -> str:
        given = str(params.get("pattern", ""))
        if re.fullmatch(r"[9A]{1,30}", given):
            return given
        return "9" * min(30, max(1, whole(params, "length") or LENGTHS.get(str(params.get("check")), USUAL_LENGTH)))

    def keys(self, params: Mapping[str, Any]) -> KeyLimits | None:
        pattern = self.pattern(params)
        return None if "A" in pattern else KeyLimits(len(pattern), len(pattern))

    def shape(self, params: Mapping[str, Any]) -> Shape:
        pattern = self.pattern(params)

        def allows(at: int, character: str) -> bool:
            return character.isdigit() if pattern[at] == "9" else character.isalpha()

        return Shape(len(pattern), len(pattern), allows, "A" in pattern)

    def accepted(self, value: str, ctx: Context) -> Parsed:
        return Understood(value) if passes(str(ctx.params.get("check", "")), value) else NotUnderstood("check")

    def parse_words(self, words: str, ctx: Context) -> Parsed:
        pattern = self.pattern(ctx.params)
        typed = normalise(words[:60]).replace(" ", "").upper()
        if len(typed) == len(pattern) and re.fullmatch(pattern.replace("9", r"\d").replace("A", "[A-Z]"), typed):
            return self.accepted(typed, ctx)
        return super().parse_words(words, ctx)

    def grammar(self, ctx: Context) -> tuple[str, ...] | None:
        digits = super().grammar(ctx) or ()
        return (*digits, *_LETTERS) if "A" in self.pattern(ctx.params) else digits

    def check_params(self, params: Mapping[str, Any]) -> list[str]:
        found = super().check_params(params)
        if not found and "length" in params and "pattern" in params and whole(params, "length") != len(self.pattern(params)):
            found = [f"'pattern' has {len(self.pattern(params))} signs, 'length' is {params['length']}"]
        if not found and (size := LENGTHS.get(str(params.get("check")))) and size != len(self.pattern(params)):
            found = [f"'check' {params['check']} is for {size} digits"]
        return found
