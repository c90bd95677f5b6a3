"""What every value type can do.

Rule: pure: the present day comes in the context, and nothing raises for what a caller keys or says.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Context:
    """How a value is understood and said: the language, the local date, the field's parameters."""

    language: str
    today: dt.date
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Understood:
    """A value, in a form that a session can keep."""

    value: Any


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """Why not, as a short code."""

    reason: str


Parsed = Understood | NotUnderstood


@dataclass(frozen=True, slots=True)
class KeyLimits:
    """What a keypad field collects: `min`..`max` digits; `*` is the decimal comma where `decimal_star`."""

    min: int = 1
    max: int = 30
    decimal_star: bool = False
    end_key: str = "#"


class ValueType(Protocol):
    """One file a type."""

    name: str

    def keys(self, params: Mapping[str, Any]) -> KeyLimits | None:
        """What to collect on a keypad; nothing where the type cannot be keyed."""
        ...

    def parse_keys(self, keys: str, ctx: Context) -> Parsed: ...

    def parse_words(self, words: str, ctx: Context) -> Parsed: ...

    def say(self, value: Any, ctx: Context) -> str: ...

    def show(self, value: Any, ctx: Context) -> str: ...

    def mask(self, value: Any) -> str: ...

    def grammar(self, ctx: Context) -> tuple[str, ...]: ...

    def check_params(self, params: Mapping[str, Any]) -> list[str]: ...
