"""The one call loop: a flow and ports in, a session driven to its end. Every channel is driven by it.

Rule: each turn is in the journal before it is performed. A write is carried out although the caller has hung up. Whatever
goes wrong in here, the caller is handed to the default queue.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import structlog

from ivr.engine.commands import Collect, Disconnect, Invoke, Play, Record, Transfer
from ivr.engine.engine import begin, resume
from ivr.engine.events import Disconnected, Event, Heard, Heardness, Invoked, Pressed, Result
from ivr.engine.flow import Flow
from ivr.engine.prompts import Prompt
from ivr.engine.session import Call, Turn
from ivr.ports.channel import Channel
from ivr.ports.clock import Clock
from ivr.ports.interpreter import Interpreter
from ivr.ports.invoker import CallContext, Invoker, Outcome
from ivr.ports.journal import Journal
from ivr.runtime.revealing import revealed
from ivr.runtime.vault import Vault, conceal
from ivr.values.base import Context

log = structlog.get_logger(__name__)

GRACE_MS = 1_000


def _nobody(turn: Turn) -> None:
    """Nobody watches."""


@dataclass(frozen=True)
class Ports:
    """What a call needs besides its line. `watch` sees each turn after it is in the journal."""

    invoker: Invoker
    interpreter: Interpreter
    journal: Journal
    clock: Clock
    watch: Callable[[Turn], None] = field(default=_nobody)


def drive(flow: Flow, call: Call, channel: Channel, ports: Ports, vault: Vault) -> Turn:
    """Run one call from its first turn to its last, which is returned. Raises nothing that the caller could be lost by."""
    line = _Line(flow, channel, ports, vault)
    turn = begin(flow, call)
    try:
        while True:
            ports.journal.append(turn)
            ports.watch(turn)
            if turn.ended:
                return turn
            turn = resume(flow, turn.session, line.perform(turn))
    except Exception:
        log.exception("call_failed", call=call.id, turn=turn.number)
        last = _rescue(flow, turn, channel, ports)
        ports.journal.append(last)
        ports.watch(last)
        return last
    finally:
        vault.forget()


def _rescue(flow: Flow, turn: Turn, channel: Channel, ports: Ports) -> Turn:
    """Our own fault: the caller goes to the queue without the engine, and the journal says so."""
    nothing = Prompt((), turn.session.language)
    to = f"queue:{flow.default_queue}"
    try:
        event = channel.transfer((), Transfer(to, "fault", {"call": turn.session.call.id}, nothing, final=True))
    except Exception:
        log.exception("rescue_failed", call=turn.session.call.id)
        event = Disconnected(ports.clock.now(), by="fault")
    return resume(flow, turn.session, Disconnected(event.at, by="fault"))


class _Line:
    """Performs commands on a channel, with secrets kept back."""

    def __init__(self, flow: Flow, channel: Channel, ports: Ports, vault: Vault) -> None:
        self.flow = flow
        self.channel = channel
        self.ports = ports
        self.vault = vault
        self.gone: Disconnected | None = None

    def perform(self, turn: Turn) -> Event:
        waiting = turn.waiting
        if isinstance(waiting, Invoke):
            return self._invoke(turn, waiting)
        if self.gone is not None:
            return self.gone
        plays = self._plays(turn)
        match waiting:
            case Collect():
                return self._collect(plays, waiting, turn)
            case Record():
                return self.channel.record(plays, revealed(waiting, self.vault))
            case Transfer():
                return self.channel.transfer(plays, revealed(waiting, self.vault))
            case Disconnect():
                return self.channel.disconnect(plays, waiting)

    def _plays(self, turn: Turn) -> Sequence[Play]:
        return [revealed(command, self.vault) for command in turn.commands if isinstance(command, Play)]

    def _collect(self, plays: Sequence[Play], command: Collect, turn: Turn) -> Event:
        event = self.channel.collect(plays, revealed(command, self.vault))
        if isinstance(event, Heard):
            event = self.ports.interpreter.interpret(self.flow, command, event)
        if command.secret is not None and isinstance(event, (Pressed, Heard)):
            today = event.at.astimezone(ZoneInfo(self.flow.timezone)).date()
            params = {name: value for name, value in command.secret_params.items() if name != "spoken"}
            context = Context(turn.session.language, today, params)
            spoken = bool(command.secret_params.get("spoken"))
            return conceal(event, command.secret, spoken, context, self.vault)
        return event

    def _invoke(self, turn: Turn, command: Invoke) -> Event:
        call = turn.session.call
        caller = self.vault.reveal(call.caller) if call.caller is not None else ""
        context = CallContext(
            call.id, self.flow.service, turn.session.language, self.ports.clock.now(), caller, call.caller_hash, self.vault.reveal
        )
        future = self.ports.invoker.submit(command, context)
        heard = Heardness()
        if self.gone is None:
            held = self.channel.hold(self._plays(turn), revealed(command, self.vault), future)
            if isinstance(held, Disconnected):
                self.gone = held
            else:
                heard = held
        try:
            outcome = future.result((command.timeout_ms + GRACE_MS) / 1000)
        except FutureTimeout:
            outcome = Outcome(Result.UNKNOWN if command.write else Result.FAILED, reason="timeout")
        return Invoked(self.ports.clock.now(), outcome.result, outcome.value, outcome.reason, heard)
