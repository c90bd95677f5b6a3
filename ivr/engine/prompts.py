"""What is to be said, as parts: speech turns them into audio, chat into text, the log into a mask.

Rule: a part that holds a caller's value is a `Value`, never text, so that each reader can say, show or mask it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ivr.engine.codec import kind


@kind
@dataclass(frozen=True, slots=True)
class Text:
    """Words as the supervisor wrote them."""

    text: str


@kind
@dataclass(frozen=True, slots=True)
class Value:
    """A value to be formatted for the ear or the eye by its type (a name of ivr.values)."""

    type: str
    value: Any
    params: Mapping[str, Any] = field(default_factory=dict)


@kind
@dataclass(frozen=True, slots=True)
class Recording:
    """A human recording by its path below the service's folder, with the words it says."""

    name: str
    text: str


@kind
@dataclass(frozen=True, slots=True)
class Pause:
    """Silence between two parts."""

    ms: int


Part = Text | Value | Recording | Pause


@kind
@dataclass(frozen=True, slots=True)
class Prompt:
    """Parts in one language; one voice says the whole of it. `speed` is a percentage (patient callers hear less than 100)."""

    parts: tuple[Part, ...]
    language: str
    speed: int = 100

    def __bool__(self) -> bool:
        return bool(self.parts)

    @property
    def holds_values(self) -> bool:
        """Whether any part depends on the caller, so that it may not leave the house."""
        return any(isinstance(part, Value) for part in self.parts)


BETWEEN = Pause(250)


def join(*prompts: Prompt) -> Prompt:
    """One prompt of several with a short pause between them, in the language of the first that says anything."""
    spoken = [prompt for prompt in prompts if prompt.parts]
    if not spoken:
        return prompts[0]
    parts: list[Part] = []
    for prompt in spoken:
        parts += [BETWEEN, *prompt.parts] if parts else prompt.parts
    return Prompt(tuple(parts), spoken[0].language, spoken[0].speed)
