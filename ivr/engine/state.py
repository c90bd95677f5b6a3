"""The engine's working copy of a session during one turn, and what the turn has produced so far.

Rule: lives within one call of `begin` or `resume`; what leaves is frozen.
"""

import dataclasses
import datetime as dt
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from ivr.engine.commands import BargeIn, Command, Disconnect, Play, Transfer, Waiting
from ivr.engine.events import Event
from ivr.engine.flow import Dialog, Flow, Step, Wording
from ivr.engine.prompts import Prompt
from ivr.engine.session import Attempt, Frame, Note, Session, Trace, Turn
from ivr.engine.wording import render

PATIENT_SPEED = 80


class Fault(Exception):
    """The flow cannot go on as written (a limit, an expression); the caller goes to an agent. Never leaves the engine."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail


class Bottom(Exception):
    """The hand-over itself has nothing more to offer: a transfer that needs no flow is left. Never leaves the engine."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class State:
    """Session fields are replaced by `update`; frames are handled here so that services' attempts stay true."""

    def __init__(self, flow: Flow, session: Session, event: Event | None, at: dt.datetime) -> None:
        self.flow = flow
        self.session = session
        self.event = event
        self.at = at
        self.plays: list[Play] = []
        self.notes: list[Note] = []
        self.trace: list[Trace] = []
        self._surroundings: Mapping[str, Any] | None = None

    # what the flow can see

    def names(self) -> dict[str, Any]:
        """Every name an expression may use here; a dialog's own names come last and win."""
        own = self.frame.names if self.session.frames else {}
        return {**self._around(), "caller": self.session.caller, "language": self.session.language, **own}

    def _around(self) -> Mapping[str, Any]:
        if self._surroundings is None:
            zone = ZoneInfo(self.flow.timezone)
            local = self.at.astimezone(zone)
            call = self.session.call
            self._surroundings = {
                "now": {"date": local.date(), "time": local.strftime("%H:%M"), "hour": local.hour, "weekday": local.weekday()},
                "hours": {name: {"open": hours.open_at(self.at, zone)} for name, hours in self.flow.hours.items()},
                "call": {"id": call.id, "dialled": call.dialled, "channel": call.channel, "caller": call.caller},
            }
        return self._surroundings

    def render(self, wording: Wording, extra: Mapping[str, Any] | None = None) -> Prompt:
        names = self.names() if extra is None else {**self.names(), **extra}
        return render(wording, self.session.language, names, PATIENT_SPEED if self.session.patient else 100)

    def sentence(self, name: str, extra: Mapping[str, Any] | None = None) -> Prompt:
        """One of the flow's own sentences."""
        return self.render(self.flow.texts.get(name, Wording()), extra)

    def say(self, prompt: Prompt, bargein: BargeIn = BargeIn.KEYS) -> None:
        if prompt:
            self.plays.append(Play(prompt, bargein))

    # where it is

    @property
    def frame(self) -> Frame:
        return self.session.frames[-1]

    @property
    def dialog(self) -> Dialog:
        return self.flow.dialogs[self.frame.dialog]

    @property
    def step(self) -> Step:
        return self.dialog.steps[self.frame.step]

    def update(self, **fields: Any) -> None:
        self.session = dataclasses.replace(self.session, **fields)

    def note(self, what: str, name: str = "", detail: str = "") -> None:
        self.notes.append(Note(what, name, detail))

    def traced(self, detail: str = "") -> None:
        step = self.step
        self.trace.append(Trace(self.frame.dialog, self.frame.step, type(step).__name__, detail))

    def go(self, step: int) -> None:
        """Go on at another step of this dialog."""
        self._replace_top(dataclasses.replace(self.frame, step=step))
        self.update(asking=None)

    def assign(self, target: str, value: Any) -> None:
        """Give a name a value: the frame's own, or `caller.NAME` for the rest of the call."""
        if target.startswith("caller."):
            self.update(caller={**self.session.caller, target.removeprefix("caller."): value})
            if target == "caller.verified":
                self.note("identified", detail="yes" if value else "no")
        else:
            self._replace_top(dataclasses.replace(self.frame, names={**self.frame.names, target: value}))

    def open_gate(self) -> None:
        """The identification that this frame requires has been started."""
        self._replace_top(dataclasses.replace(self.frame, gate=True))

    def push(self, dialog: str, names: Mapping[str, Any], into: str | None) -> None:
        if len(self.session.frames) >= self.flow.limits.depth:
            raise Fault("depth", dialog)
        self.update(frames=(*self.session.frames, Frame(dialog, names=dict(names), into=into)), asking=None)
        self.enter(dialog)

    def pop(self, value: Any, outcome: str, detail: str = "") -> None:
        """Leave the top dialog with its result; its service's attempt ends in `outcome`."""
        top = self.frame
        self.close_attempts(outcome, detail, kept=len(self.session.frames) - 1)
        depth = len(self.session.frames) - 1
        trail = tuple(frames for frames in self.session.trail if len(frames) <= depth)
        self.update(frames=self.session.frames[:-1], asking=None, trail=trail)
        if top.into is not None and self.session.frames:
            self.assign(top.into, value)

    def restart(self, dialog: str, names: Mapping[str, Any], outcome: str, detail: str) -> None:
        """Forget every dialog that runs and begin another."""
        self.close_attempts(outcome, detail, kept=0)
        self.update(frames=(Frame(dialog, names=dict(names)),), asking=None, trail=())
        self.enter(dialog)

    def follow(self, dialog: str, names: Mapping[str, Any]) -> None:
        """Replace the top dialog by another: it is done, and the new one returns to where it would have."""
        into = self.frame.into
        self.close_attempts("completed", kept=len(self.session.frames) - 1)
        self.update(frames=(*self.session.frames[:-1], Frame(dialog, names=dict(names), into=into)), asking=None)
        self.enter(dialog)

    def go_back(self) -> bool:
        """Return to the last answered question; false where there is none."""
        if not self.session.trail:
            return False
        frames = self.session.trail[-1]
        self.close_attempts("abandoned", "back", kept=len(frames))
        self.update(frames=frames, trail=self.session.trail[:-1], asking=None)
        return True

    def remember(self) -> None:
        """The present place becomes one that "back" returns to."""
        self.update(trail=(*self.session.trail, self.session.frames)[-self.flow.limits.trail :])

    def enter(self, dialog: str) -> None:
        """Count the attempt at the service that a dialog is."""
        service = self.flow.dialogs[dialog].service
        if service is not None:
            attempt = Attempt(service, dialog, self.at, len(self.session.frames))
            self.update(attempts=(*self.session.attempts, attempt))
            self.note("entered", service, dialog)

    def close_attempts(self, outcome: str, detail: str = "", kept: int = 0) -> None:
        """End every service attempt deeper than the `kept` lowest frames."""
        for attempt in reversed(self.session.attempts):
            if attempt.depth > kept:
                self.note("outcome", attempt.service, f"{outcome}:{detail}" if detail else outcome)
                self.update(tried=(*self.session.tried, attempt.service)[-20:])
        self.update(attempts=tuple(attempt for attempt in self.session.attempts if attempt.depth <= kept))

    def _replace_top(self, frame: Frame) -> None:
        self.update(frames=(*self.session.frames[:-1], frame))

    # how it ends

    def turn(self, waiting: Waiting | None, awaiting: str) -> Turn:
        """The finished turn: the plays and what waits, or nothing when the session has ended."""
        number = self.session.turns + 1
        self.update(turns=number, awaiting=awaiting, ended=waiting is None)
        commands: tuple[Command, ...] = () if waiting is None else (*self.plays, waiting)
        return Turn(number, self.event, commands, self.session, tuple(self.notes), tuple(self.trace))

    def disconnect(self, outcome: str, reason: str) -> Turn:
        self.close_attempts(outcome, reason)
        self.update(outcome=self.session.outcome or outcome)
        return self.turn(Disconnect(reason), "disconnect")

    def final_transfer(self, reason: str) -> Turn:
        """The bottom of the engine: to the default queue with whatever is known, and nothing of the flow after it."""
        self.close_attempts("transferred", reason)
        self.update(outcome="transferred", reason=reason, asking=None)
        to = f"queue:{self.flow.default_queue}"
        return self.turn(Transfer(to, reason, self.context(reason), self._last_words(), final=True), "final_transfer")

    def _last_words(self) -> Prompt:
        try:
            return self.sentence("handing_over")
        except Exception:  # whatever is wrong with the sentence, the caller still reaches the queue
            return Prompt((), self.session.language)

    def context(self, reason: str) -> dict[str, Any]:
        """What the agent should know; no secret, nothing that was not asked for."""
        caller = self.session.caller
        person = caller.get("person")
        return {
            "call": self.session.call.id,
            "language": self.session.language,
            "reason": reason,
            "person": person if isinstance(person, str) else "",
            "verified": bool(caller.get("verified")),
            "tried": ",".join(self.session.tried),
            "service": self.session.attempts[-1].service if self.session.attempts else "",
        }
