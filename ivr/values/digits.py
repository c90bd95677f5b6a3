"""Digits that are no quantity: a code, a file number.

Rule: they stay a text, leading zeros and all.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ivr.values.base import Context, KeyLimits, NotUnderstood, Param, Parsed, Understood
from ivr.values.corrections import split
from ivr.values.dictation import Shape, read_dictated
from ivr.values.numbers import cardinal
from ivr.values.params import out_of_order, pattern_param, whole, whole_param
from ivr.values.plain import DOT, Plain, keyed_digits
from ivr.values.text import tokens

LONGEST = 30
LENGTH = whole_param("length", "How many digits the answer has, exactly.", 1, LONGEST)
GROUPS = pattern_param("groups", "How it is read out, for instance '3 3 4'.", r"\d+( \d+)*", "sizes such as '3 3 4'")
_MENDED_WORDS = 6


class Digits(Plain):
    """`length`, or `min`..`max` digits; read out by `groups`."""

    name = "digits"
    params: tuple[Param, ...] = (
        LENGTH,
        whole_param("min", "The fewest digits.", 1, LONGEST),
        whole_param("max", "The most digits.", 1, LONGEST),
        GROUPS,
    )

    def keys(self, params: Mapping[str, Any]) -> KeyLimits | None:
        length = whole(params, "length")
        least = length or whole(params, "min") or 1
        most = length or whole(params, "max") or max(20, least)
        return KeyLimits(max(1, least), min(max(1, least, most), LONGEST))

    def shape(self, params: Mapping[str, Any]) -> Shape:
        limits = self.keys(params) or KeyLimits()
        return Shape(limits.min, limits.max)

    def parse_keys(self, keys: str, ctx: Context) -> Parsed:
        limits = self.keys(ctx.params)
        if limits is None or not keyed_digits(keys):
            return NotUnderstood("keys" if keys else "empty")
        if len(keys) < limits.min:
            return NotUnderstood("short")
        return NotUnderstood("long") if len(keys) > limits.max else self.accepted(keys, ctx)

    def accepted(self, value: str, ctx: Context) -> Parsed:
        """What has the right length may still be wrong."""
        return Understood(value)

    def parse_words(self, words: str, ctx: Context) -> Parsed:
        said = tokens(words)
        if not said:
            return NotUnderstood("empty")
        parsed = _settled(split(said, ctx.language), ctx.language, self.shape(ctx.params))
        return self.accepted(parsed.value, ctx) if isinstance(parsed, Understood) else parsed

    def check_params(self, params: Mapping[str, Any]) -> list[str]:
        found = super().check_params(params)
        return found or out_of_order(params, whole(params, "min"), whole(params, "max"))

    def say(self, value: Any, ctx: Context) -> str:
        return ", ".join(spoken_group(group, ctx) for group in self.groups(str(value), ctx))

    def show(self, value: Any, ctx: Context) -> str:
        return " ".join(self.groups(str(value), ctx))

    def groups(self, value: str, ctx: Context) -> list[str]:
        sizes = [int(size) for size in re.findall(r"\d{1,2}", str(ctx.params.get("groups", "")))]
        return cut(value, sizes or even_groups(len(value)))

    def mask(self, value: Any) -> str:
        return DOT * len(str(value))

    def grammar(self, ctx: Context) -> tuple[str, ...] | None:
        double = ("double", "triple") if ctx.english else ("double zéro", "triple zéro", "non pardon")
        return (*(cardinal(number, ctx.language).replace("-", " ") for number in range(100)), *double)


def _settled(parts: Sequence[list[str]], language: str, shape: Shape) -> Parsed:
    """The last of several dictations, or an earlier one with its end mended: "12 34 non 35 78"."""
    for index in range(len(parts) - 1, -1, -1):
        parsed = read_dictated(parts[index], language, shape)
        if isinstance(parsed, NotUnderstood) and parsed.reason == "unclear":
            continue
        if index and shape.min == shape.max and not _natural(parts[index], parsed, language):
            return _mended(parts[index - 1], parts[index], language, shape) or parsed
        return parsed
    return NotUnderstood("unclear")


def _natural(said: list[str], parsed: Parsed, language: str) -> bool:
    """Whether nothing had to be cut up to come to the expected length."""
    return isinstance(parsed, Understood) and read_dictated(said, language, Shape(1, LONGEST)) == parsed


def _mended(before: list[str], after: list[str], language: str, shape: Shape) -> Parsed | None:
    for removed in range(1, min(_MENDED_WORDS, len(before)) + 1):
        said = [*before[:-removed], ",", *after]
        parsed = read_dictated(said, language, shape)
        if _natural(said, parsed, language):
            return parsed
    return None


def even_groups(length: int) -> list[int]:
    """Threes, without a single digit left over: 10 is 3 3 2 2."""
    if length <= 4:
        return [2, 2] if length == 4 else [length]
    threes, rest = divmod(length, 3)
    return [3] * (threes - 1) + [2, 2] if rest == 1 else [3] * threes + [2] * (rest == 2)


def cut(value: str, sizes: Sequence[int]) -> list[str]:
    groups, at = [], 0
    for size in sizes:
        if size and value[at:]:
            groups.append(value[at : at + size])
            at += size
    return [*groups, value[at:]] if value[at:] else groups


def spoken_group(group: str, ctx: Context) -> str:
    """Digit by digit in English and for odd groups; by pairs in French: "zéro six", "quarante-deux"."""
    if len(group) == 2 and group[0] != "0" and keyed_digits(group) and not ctx.english:
        return cardinal(int(group), ctx.language)
    return " ".join(cardinal(int(sign), ctx.language) if keyed_digits(sign) else sign for sign in group)
