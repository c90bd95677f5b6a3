"""One call's state between two turns. A session is valid for its flow's version only and is never revived after a crash."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ivr.engine.codec import kind
from ivr.engine.commands import Command, Play, Waiting
from ivr.engine.events import Event
from ivr.engine.prompts import Prompt
from ivr.engine.secrets import Secret


@kind
@dataclass(frozen=True, slots=True)
class Call:
    """How the call came in. `caller` refers to the number in the vault; `caller_hash` is keyed by the site, for repeat calls."""

    id: str
    dialled: str
    at: dt.datetime
    caller: Secret | None = None
    caller_hash: str = ""
    language: str = "fr"
    channel: str = "phone"


@kind
@dataclass(frozen=True, slots=True)
class Frame:
    """Where a dialog is: its next step, its names, and where its result goes in the frame below.

    `gate` says that the identification which the dialog requires has been run for it.
    """

    dialog: str
    step: int = 0
    names: Mapping[str, Any] = field(default_factory=dict)
    into: str | None = None
    gate: bool = False


@kind
@dataclass(frozen=True, slots=True)
class Asking:
    """The field being asked: counters apart, the value waiting for its confirmation, what is repeated on request."""

    noinputs: int = 0
    nomatches: int = 0
    refusals: int = 0
    confirming: bool = False
    pending: Any = None
    pending_by: str = ""
    introduced: bool = False


@kind
@dataclass(frozen=True, slots=True)
class Attempt:
    """A service that the caller entered; figures count how each ended. `depth` counts the frames when it was entered."""

    service: str
    dialog: str
    at: dt.datetime
    depth: int


@kind
@dataclass(frozen=True, slots=True)
class Note:
    """A fact for figures and for the agent: `entered`, `outcome`, `identified`, `answer`, `asked_agent`, `fault` ..."""

    what: str
    name: str = ""
    detail: str = ""


@kind
@dataclass(frozen=True, slots=True)
class Trace:
    """A step that ran: where it stands in the dialog, what it was, what changed. Values are masked."""

    dialog: str
    step: int
    what: str
    detail: str = ""


@kind
@dataclass(frozen=True, slots=True)
class Session:
    """Everything the engine knows of a call.

    `trail` holds the places that "back" returns to, oldest first. `awaiting` names the command whose event is awaited; in
    `final_transfer` and `disconnect` nothing of the flow runs any more. `last_said` is what came before the present question
    and is repeated with it.
    """

    flow: str
    call: Call
    language: str
    frames: tuple[Frame, ...]
    turns: int = 0
    caller: Mapping[str, Any] = field(default_factory=dict)
    asking: Asking | None = None
    attempts: tuple[Attempt, ...] = ()
    tried: tuple[str, ...] = ()
    reason: str = ""
    trail: tuple[tuple[Frame, ...], ...] = ()
    last_prompt: Prompt | None = None
    last_said: tuple[Play, ...] = ()
    patient: bool = False
    faults: int = 0
    awaiting: str = ""
    ended: bool = False
    outcome: str = ""


@kind
@dataclass(frozen=True, slots=True)
class Turn:
    """One step of a call: the event that came, what is to be done next, and the state to go on from."""

    number: int
    event: Event | None
    commands: tuple[Command, ...]
    session: Session
    notes: tuple[Note, ...] = ()
    trace: tuple[Trace, ...] = ()

    @property
    def ended(self) -> bool:
        return self.session.ended

    @property
    def waiting(self) -> Waiting:
        """The one awaiting command, always the last."""
        return self.commands[-1]  # type: ignore[return-value]  # the engine's invariant, held by a property test
