"""Parts to audio."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ivr.engine.prompts import Prompt


@dataclass(frozen=True, slots=True)
class Audio:
    """A prompt's audio on local disk: 8 kHz 16-bit little-endian mono WAV; `path` ends in `.wav`."""

    path: Path
    duration_ms: int


class SynthesisError(Exception):
    """The prompt could not be turned into audio in the time allowed: the caller hears the fallback prompt."""


class Synthesizer(Protocol):
    def audio(self, prompt: Prompt, timeout_ms: int) -> Audio:
        """The audio of a prompt, from the cache or made now. Raises SynthesisError."""
        ...

    def ready(self, prompt: Prompt) -> Audio | None:
        """The audio if it is in the cache, at once."""
        ...
