"""What happened, as values. Each carries `at` (aware, UTC) and how much of the turn's last prompt was heard."""

import datetime as dt
import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ivr.engine.codec import kind
from ivr.engine.secrets import Secret


@kind
@dataclass(frozen=True, slots=True)
class Heardness:
    """How much of the prompt reached the caller: milliseconds, of how many, and whether it was the whole of it."""

    ms: int = 0
    of_ms: int = 0

    @property
    def whole(self) -> bool:
        return self.ms >= self.of_ms


@kind
@dataclass(frozen=True, slots=True)
class Pressed:
    """Keys, without the key that ended them. A secret entry has `secret` and an empty `keys`."""

    at: dt.datetime
    keys: str
    ended_by: str = ""
    secret: Secret | None = None
    heard: Heardness = Heardness()


@kind
@dataclass(frozen=True, slots=True)
class Meaning:
    """One reading of what was said: a phrase's meaning or an intent, with a score from 0 to 1."""

    name: str
    score: float


@kind
@dataclass(frozen=True, slots=True)
class Heard:
    """Words, as recognised and interpreted before the engine sees them, so that a replay needs no model.

    `values` holds what the words mean for a type name ("date": date(2026, 3, 15)); the engine owns thresholds and nomatch.
    """

    at: dt.datetime
    words: str
    confidence: float = 1.0
    meanings: tuple[Meaning, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    secret: Secret | None = None
    heard: Heardness = Heardness()


@kind
@dataclass(frozen=True, slots=True)
class Noinput:
    """The caller said and keyed nothing in time."""

    at: dt.datetime
    heard: Heardness = Heardness()


@kind
class Result(enum.Enum):
    """How a handler ended. A time-out or a lost answer of a write is UNKNOWN and is never told as failed."""

    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"
    UNKNOWN = "unknown"


@kind
@dataclass(frozen=True, slots=True)
class Invoked:
    """A handler's end: its value when done, a reason (a short code) otherwise."""

    at: dt.datetime
    result: Result
    value: Any = None
    reason: str = ""
    heard: Heardness = Heardness()


@kind
@dataclass(frozen=True, slots=True)
class Recorded:
    """A recording was made (`file` names it in the store) or, with an empty `file`, could not be."""

    at: dt.datetime
    file: str
    duration_ms: int
    ended_by: str = ""
    heard: Heardness = Heardness()


@kind
class TransferResult(enum.Enum):
    """VoiceXML's words where it has one."""

    ANSWERED = "answered"
    BUSY = "busy"
    NOANSWER = "noanswer"
    CLOSED = "closed"
    FULL = "full"
    FAILED = "failed"
    FAR_END_DISCONNECT = "far_end_disconnect"


@kind
@dataclass(frozen=True, slots=True)
class Transferred:
    """How a transfer ended, when the caller comes back or the conversation is over."""

    at: dt.datetime
    result: TransferResult
    waited_ms: int = 0
    heard: Heardness = Heardness()


@kind
@dataclass(frozen=True, slots=True)
class Disconnected:
    """The caller hung up, or the line was lost."""

    at: dt.datetime
    by: str = "caller"
    heard: Heardness = Heardness()


Event = Pressed | Heard | Noinput | Invoked | Recorded | Transferred | Disconnected
