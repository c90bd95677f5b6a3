"""What every value type can do.

Rule: pure: the present day comes in the context, and nothing raises for what a caller keys or says.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

Reason = Literal["empty", "unclear", "ambiguous", "short", "long", "range", "check", "impossible", "form", "keys"]
"""Why an answer is not a value.

`empty` nothing came; `unclear` nothing of this kind is in it; `ambiguous` it can be taken in several ways; `short` and `long`
there are too few or too many digits or characters; `range` it lies outside `min`..`max`; `check` a check digit is wrong;
`impossible` no such day or hour exists; `form` it is not written as it must be; `keys` it cannot be keyed.
"""


@dataclass(frozen=True, slots=True)
class Context:
    """How a value is understood and said: the language, the local date, the field's parameters."""

    language: str
    today: dt.date
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def english(self) -> bool:
        """Every other language is treated as French."""
        return self.language.startswith("en")


@dataclass(frozen=True, slots=True)
class Understood:
    """A value, in a form that a session can keep."""

    value: Any


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """Why not; where the reason is `ambiguous`, what it may have been, the likeliest first."""

    reason: Reason
    candidates: tuple[Any, ...] = ()


Parsed = Understood | NotUnderstood


@dataclass(frozen=True, slots=True)
class KeyLimits:
    """What a keypad field collects: `min`..`max` digits; `*` is the decimal comma where `decimal_star`."""

    min: int = 1
    max: int = 30
    decimal_star: bool = False


@dataclass(frozen=True, slots=True)
class Param:
    """A parameter that a type knows; `fault` says in words what is wrong with a value, or nothing."""

    name: str
    doc: str
    fault: Callable[[Any], str | None]


class ValueType(Protocol):
    """One file a type, or a close family."""

    @property
    def name(self) -> str: ...

    @property
    def params(self) -> tuple[Param, ...]:
        """What a field of this type may be told."""
        ...

    def keys(self, params: Mapping[str, Any]) -> KeyLimits | None:
        """What to collect on a keypad; nothing where the type cannot be keyed."""
        ...

    def parse_keys(self, keys: str, ctx: Context) -> Parsed: ...

    def parse_words(self, words: str, ctx: Context) -> Parsed:
        """What was said (words as a recogniser writes them) or typed."""
        ...

    def say(self, value: Any, ctx: Context) -> str:
        """For the ear; `parse_words` understands it."""
        ...

    def show(self, value: Any, ctx: Context) -> str:
        """For the eye; `parse_words` understands it."""
        ...

    def mask(self, value: Any) -> str:
        """For journals: nothing of the value, only its shape."""
        ...

    def grammar(self, ctx: Context) -> tuple[str, ...] | None:
        """Phrases of which every answer is made, one or several in a row; nothing where any words may come."""
        ...

    def check_params(self, params: Mapping[str, Any]) -> list[str]:
        """What is wrong with a field's parameters, in words."""
        ...
