"""The contract of a voice, and how it fails."""

from typing import Protocol

from speech.sound import Samples


class VoiceError(Exception):
    """The voice could not speak, or not in the time it was given."""


class Voice(Protocol):
    @property
    def name(self) -> str:
        """What it is known by in cache keys and logs; another name is another sound."""
        ...

    def speak(self, text: str, language: str, rate: int, timeout_s: float) -> tuple[Samples, int]:
        """Samples and how many of them make a second; `rate` is words a minute. Raises VoiceError."""
        ...
