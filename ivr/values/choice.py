"""One of several named things.

Rule: the longest phrase that was said counts; two different things of the same length are ambiguous.
"""

from collections.abc import Mapping
from typing import Any

from ivr.values.base import Context, KeyLimits, NotUnderstood, Param, Parsed, Understood
from ivr.values.plain import Plain, keyed_digits
from ivr.values.text import tokens

_MOST = 9


def _fault(value: Any) -> str | None:
    good = isinstance(value, Mapping) and len(value) > 0 and all(_phrases(phrases) for phrases in value.values())
    return None if good else "must name the choices, each with its phrases"


def _phrases(given: Any) -> tuple[str, ...]:
    """One phrase or a list of them."""
    if isinstance(given, str):
        return (given,) if given.strip() else ()
    if isinstance(given, (list, tuple)) and all(isinstance(phrase, str) and phrase.strip() for phrase in given):
        return tuple(given)
    return ()


class Choice(Plain):
    """`options` maps values to their phrases, in the order of their keys: 1, 2 ..."""

    name = "choice"
    params: tuple[Param, ...] = (Param("options", "The values and the phrases of each.", _fault),)

    def keys(self, params: Mapping[str, Any]) -> KeyLimits | None:
        return KeyLimits(1, 1) if 0 < len(_options(params)) <= _MOST else None

    def parse_keys(self, keys: str, ctx: Context) -> Parsed:
        values = list(_options(ctx.params))
        if not keyed_digits(keys):
            return NotUnderstood("keys" if keys else "empty")
        number = int(keys[:3])
        return Understood(values[number - 1]) if 1 <= number <= min(len(values), _MOST) else NotUnderstood("range")

    def read(self, said: list[str], ctx: Context) -> Parsed:
        text = f" {' '.join(said)} "
        sizes: dict[str, int] = {}
        for value, phrases in _options(ctx.params).items():
            known = [" ".join(tokens(phrase)) for phrase in (*phrases, value)]
            sizes[value] = max((len(phrase) for phrase in known if phrase and f" {phrase} " in text), default=0)
        longest = max(sizes.values(), default=0)
        best = [value for value, size in sizes.items() if size == longest]
        if not longest:
            return NotUnderstood("unclear")
        return Understood(best[0]) if len(best) == 1 else NotUnderstood("ambiguous", tuple(best[:3]))

    def show(self, value: Any, ctx: Context) -> str:
        phrases = _options(ctx.params).get(str(value))
        return phrases[0] if phrases else str(value)

    def grammar(self, ctx: Context) -> tuple[str, ...] | None:
        return tuple(phrase for phrases in _options(ctx.params).values() for phrase in phrases) or None


def _options(params: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    given = params.get("options")
    return {str(value): _phrases(phrases) for value, phrases in given.items()} if isinstance(given, Mapping) else {}
