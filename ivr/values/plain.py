"""What most value types share.

Rule: a type overrides what it has; what it has not answers "cannot be keyed" or "unclear".
"""

from collections.abc import Mapping
from typing import Any

from ivr.values.base import Context, KeyLimits, NotUnderstood, Param, Parsed
from ivr.values.corrections import last_word
from ivr.values.params import faults
from ivr.values.text import tokens

DOT = "•"


class Plain:
    """A type writes `read` for what stands between two corrections of an utterance."""

    name: str = ""
    params: tuple[Param, ...] = ()

    def keys(self, params: Mapping[str, Any]) -> KeyLimits | None:
        return None

    def parse_keys(self, keys: str, ctx: Context) -> Parsed:
        return NotUnderstood("keys")

    def parse_words(self, words: str, ctx: Context) -> Parsed:
        said = tokens(words)
        if not said:
            return NotUnderstood("empty")
        return last_word(said, ctx.language, lambda part: self.read(part, ctx))

    def read(self, said: list[str], ctx: Context) -> Parsed:
        return NotUnderstood("unclear")

    def say(self, value: Any, ctx: Context) -> str:
        return self.show(value, ctx)

    def show(self, value: Any, ctx: Context) -> str:
        return str(value)

    def mask(self, value: Any) -> str:
        return DOT * 3

    def grammar(self, ctx: Context) -> tuple[str, ...] | None:
        return None

    def check_params(self, params: Mapping[str, Any]) -> list[str]:
        return faults(self.params, params)


def keyed_digits(keys: str) -> bool:
    """Whether there are digits and nothing else."""
    return keys.isascii() and keys.isdigit()
