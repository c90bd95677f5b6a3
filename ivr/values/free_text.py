"""Words as they come.

Rule: nothing is understood here but that something was said; `open` is for whoever looks for meaning in it.
"""

from typing import Any

from ivr.values.base import Context, NotUnderstood, Param, Parsed, Understood
from ivr.values.params import whole, whole_param
from ivr.values.plain import Plain
from ivr.values.text import LONGEST


class FreeText(Plain):
    """At most `max` characters."""

    name = "text"
    params: tuple[Param, ...] = (whole_param("max", "The most characters that are kept.", 1, LONGEST),)

    def parse_words(self, words: str, ctx: Context) -> Parsed:
        kept = words[: whole(ctx.params, "max") or LONGEST].strip()
        return Understood(kept) if kept else NotUnderstood("empty")

    def say(self, value: Any, ctx: Context) -> str:
        return str(value)


class Open(FreeText):
    """A question that may be answered by anything."""

    name = "open"
