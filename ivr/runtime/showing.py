"""Prompts as text: in full for chat and conversations, masked for logs."""

import datetime as dt
import re

from ivr.engine.prompts import Part, Pause, Prompt, Value
from ivr.engine.secrets import Secret
from ivr.values.base import Context
from ivr.values.registry import value_type

# Saying or showing a value asks for no present day: dates carry their year.
_ANY_DAY = dt.date(2000, 1, 1)


def shown(prompt: Prompt) -> str:
    """What a reader sees."""
    return _folded("".join(_show(part, prompt.language) for part in prompt.parts))


def masked(prompt: Prompt) -> str:
    """What a log may hold: the words, with every value masked."""
    return _folded("".join(_mask(part) for part in prompt.parts))


def _show(part: Part, language: str) -> str:
    if isinstance(part, Pause):
        return " "
    if not isinstance(part, Value):
        return part.text
    if isinstance(part.value, Secret):
        return _mask(part)
    return value_type(part.type).show(part.value, Context(language, _ANY_DAY, part.params))


def _mask(part: Part) -> str:
    if isinstance(part, Pause):
        return " "
    if not isinstance(part, Value):
        return part.text
    return "•" * part.value.length if isinstance(part.value, Secret) else value_type(part.type).mask(part.value)


def _folded(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
