"""What the engine asks for. A turn is some `Play`s and exactly one command that waits.

Collect, Record, Transfer and Disconnect go to the Channel; Invoke goes to the Invoker, with its filler to the Channel.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ivr.engine.codec import kind
from ivr.engine.prompts import Prompt


@kind
class BargeIn(enum.Enum):
    """What may interrupt a prompt."""

    NONE = "none"
    KEYS = "keys"
    KEYS_AND_VOICE = "keys_and_voice"


@kind
@dataclass(frozen=True, slots=True)
class Timing:
    """Times of one collection, in milliseconds. Sources: VoiceXML 2.1 properties and shared field measurements."""

    noinput_ms: int = 5_000
    interdigit_ms: int = 3_000
    endpoint_ms: int = 500
    incomplete_ms: int = 3_000
    speech_max_ms: int = 15_000
    speech_start_ms: int = 300
    turn_max_ms: int = 60_000


@kind
@dataclass(frozen=True, slots=True)
class KeyEntries:
    """Keys that choose among a fixed set: finished as soon as what was keyed is an entry and begins no longer one."""

    entries: tuple[str, ...]


@kind
@dataclass(frozen=True, slots=True)
class KeyField:
    """Keys that make a value: `min`..`max` digits, ended by `#`, by the maximum or by the inter-digit time-out.

    `*` clears what was keyed; on an empty field it finishes with `*` (back). Where `decimal_star`, `*` after a digit is the
    decimal comma instead. A lone `0` that the caller ends is handed on as `0`: the engine decides whether it means the agent.
    """

    min: int = 1
    max: int = 30
    decimal_star: bool = False


Keys = KeyEntries | KeyField


@kind
@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that mean something here: `means` is `choice:payments` or `universal:agent`."""

    means: str
    words: str


@kind
@dataclass(frozen=True, slots=True)
class Words:
    """What may be said: whole phrases, a value of a type, one of some intents, or (`open`) anything."""

    phrases: tuple[Phrase, ...] = ()
    type: str | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    open: bool = False
    intents: tuple[str, ...] = ()


@kind
@dataclass(frozen=True, slots=True)
class Play:
    """Say something before the waiting command; keys that stop it are kept for that command."""

    prompt: Prompt
    bargein: BargeIn = BargeIn.KEYS


@kind
@dataclass(frozen=True, slots=True)
class Collect:
    """Ask, and wait for keys or words. `flush` throws type-ahead away first (irreversible acts are never confirmed blindly).

    A `secret` collection ends in `Pressed.secret`: the runtime parses the digits as `secret_type` and keeps them.
    """

    prompt: Prompt
    keys: Keys | None
    words: Words | None
    language: str
    bargein: BargeIn = BargeIn.KEYS
    timing: Timing = Timing()
    secret: str | None = None
    secret_params: Mapping[str, Any] = field(default_factory=dict)
    flush: bool = False


@kind
@dataclass(frozen=True, slots=True)
class Invoke:
    """Run a handler. `write` marks one that changes something: it is carried out even when the caller has hung up.

    `key` is the transport key of the attempt (call + turn): the same key twice is the same act.
    """

    handler: str
    arguments: Mapping[str, Any]
    timeout_ms: int
    filler: Prompt
    key: str
    write: bool = False


@kind
@dataclass(frozen=True, slots=True)
class Record:
    """Record the caller after a beep, until silence, `#`, or the maximum."""

    prompt: Prompt
    name: str
    max_ms: int = 120_000
    silence_ms: int = 4_000
    beep: bool = True


@kind
@dataclass(frozen=True, slots=True)
class Transfer:
    """Hand the caller over to `queue:NAME`, `extension:NAME` or `number:NAME`, with what the agent should know.

    `final` says that nothing follows in this session: the channel need not come back.
    """

    to: str
    reason: str
    context: Mapping[str, Any]
    prompt: Prompt
    timeout_ms: int = 0
    final: bool = False


@kind
@dataclass(frozen=True, slots=True)
class Disconnect:
    """Hang up, after the turn's plays. The session has ended."""

    reason: str = "completed"


Waiting = Collect | Invoke | Record | Transfer | Disconnect
Command = Play | Waiting
