"""What a caller of the lab does once the call is answered. Rule: values; ``scenario`` turns them into SIPp's XML."""

from dataclasses import dataclass

from tests.lab.g711 import Samples


@dataclass(frozen=True)
class Wait:
    """Listens and does nothing."""

    ms: int


@dataclass(frozen=True)
class Keys:
    """Presses keys (0-9 * # A-D) one after the other, as RFC 4733 events."""

    digits: str
    press_ms: int = 100
    gap_ms: int = 80


@dataclass(frozen=True)
class Speak:
    """Says 8 kHz 16-bit mono samples."""

    samples: Samples


@dataclass(frozen=True)
class HangUp:
    """Ends the call."""


@dataclass(frozen=True)
class AwaitEnd:
    """Stays on the line until the other side hangs up; hangs up itself after ``ms``."""

    ms: int


Action = Wait | Keys | Speak | HangUp | AwaitEnd
