"""A phone call on Asterisk as a Channel.

Rule: the type-ahead belongs to the call and every key that Asterisk hands over goes through it; a caller who is gone is a
Disconnected event. Digits are read with GET DATA, which has no gaps, single keys with STREAM FILE and WAIT FOR DIGIT.
"""

import math
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TypeVar

import structlog

from ivr.engine.collecting import Collector, Finished, TypeAhead
from ivr.engine.commands import BargeIn, Collect, Disconnect, Invoke, KeyField, Play, Record, Transfer
from ivr.engine.events import Disconnected, Event, Heard, Heardness, Noinput, Pressed, Recorded
from ivr.engine.prompts import Prompt
from ivr.ports.clock import Clock
from telephony.agi import CallerGone, ProtocolError, SocketAgi
from telephony.line import Line
from telephony.returns import Returns
from telephony.speaking import OnKey, Speaker, Waited
from telephony.studio import Studio
from telephony.transferring import TransferSettings, hand_over

log = structlog.get_logger(__name__)

FILLER_AFTER_MS = 1_000
FILLER_EVERY_MS = 7_000
ROUNDING_MS = 30
FIELD_COMMAND_MS = 12_000
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Exchange:
    """What all calls share."""

    studio: Studio
    clock: Clock
    returns: Returns
    transfer: TransferSettings


class AgiChannel:
    """One call. `remember` puts facts that a transfer or the dialplan's net needs on the channel before the next command."""

    def __init__(self, call_id: str, agi: SocketAgi, exchange: Exchange) -> None:
        self.call_id = call_id
        self.ahead = TypeAhead()
        self._exchange = exchange
        self._line = Line(agi, exchange.clock)
        self._speaker = Speaker(self._line, exchange.studio)
        self._recordings = 0

    def remember(self, name: str, value: str) -> None:
        """A channel variable of ours (`IVR_REASON`, `IVR_LANGUAGE`); never a secret."""
        self._line.remember(name, value)

    def close(self) -> None:
        """Leave the call to the dialplan."""
        self._line.leave()

    def collect(self, plays: Sequence[Play], command: Collect) -> Event:
        return self._safely(lambda: self._collect(plays, command))

    def hold(self, plays: Sequence[Play], command: Invoke, done: "Future[object]") -> Heardness | Disconnected:
        return self._safely(lambda: self._hold(plays, command, done))

    def record(self, plays: Sequence[Play], command: Record) -> Event:
        return self._safely(lambda: self._record(plays, command))

    def transfer(self, plays: Sequence[Play], command: Transfer) -> Event:
        return self._safely(lambda: self._transfer(plays, command))

    def disconnect(self, plays: Sequence[Play], command: Disconnect) -> Disconnected:
        return self._safely(lambda: self._disconnect(plays, command))

    def _safely(self, work: Callable[[], T]) -> T | Disconnected:
        self._speaker.heard = Heardness()
        try:
            return work()
        except CallerGone as gone:
            return self._gone("caller" if gone.why == "hangup" else gone.why)
        except ProtocolError as error:
            log.error("agi_protocol", why=str(error))
            return self._gone("line_lost")

    def _gone(self, by: str) -> Disconnected:
        self._line.leave()
        return Disconnected(self._exchange.clock.now(), by, self._speaker.heard)

    def _say_all(self, plays: Sequence[Play]) -> None:
        for play in plays:
            self._say(play.prompt, play.bargein)

    def _say(self, prompt: Prompt, bargein: BargeIn) -> None:
        """Keys pressed ahead stop a prompt before it begins, where keys may."""
        if prompt and bargein is not BargeIn.NONE and self.ahead.keys:
            self._speaker.skip(prompt)
        else:
            self._speaker.say(prompt, self._ahead_of(stops=bargein is not BargeIn.NONE))

    def _ahead_of(self, stops: bool) -> OnKey:
        def on_key(key: str) -> bool:
            self.ahead.push(key, self._line.now_ms())
            return stops

        return on_key

    # Collecting

    def _collect(self, plays: Sequence[Play], command: Collect) -> Event:
        if command.flush:
            self.ahead.clear()
        self._say_all(plays)
        collector = Collector(command, self.ahead, self._line.now_ms())
        collector.start(self._line.now_ms())
        if command.prompt:
            self._ask(collector, command.prompt)
        while collector.finished is None:
            self._listen(collector)
        return self._event(collector.finished)

    def _ask(self, collector: Collector, prompt: Prompt) -> None:
        def on_key(key: str) -> bool:
            collector.key(key, self._line.now_ms())
            return not collector.wants_prompt

        if not collector.wants_prompt:
            self._speaker.skip(prompt)
        elif self._speaker.say(prompt, on_key):
            collector.prompt_ended(self._line.now_ms())

    def _listen(self, collector: Collector) -> None:
        """One command's worth of listening."""
        now_ms = self._line.now_ms()
        deadline_ms = collector.deadline_ms if collector.deadline_ms is not None else now_ms
        remaining_ms = deadline_ms - now_ms
        if remaining_ms <= ROUNDING_MS:
            collector.tick(deadline_ms)
        elif isinstance(collector.command.keys, KeyField) and collector.keyed:
            self._listen_for_keys(collector, collector.command.keys, remaining_ms)
        else:
            key = self._line.wait_for_key(remaining_ms)
            if key:
                collector.key(key, self._line.now_ms())

    def _listen_for_keys(self, collector: Collector, field: KeyField, remaining_ms: int) -> None:
        """The rest of an entry, some keys a command: a hung engine must not hold a slow caller for the whole of it."""
        missing = field.max - sum(key.isdigit() for key in collector.keyed)
        most = max(1, min(missing, FIELD_COMMAND_MS // remaining_ms))
        keys, timed_out = self._line.wait_for_keys(remaining_ms, most)
        now_ms = self._line.now_ms()
        for key in keys:
            collector.key(key, now_ms - remaining_ms if timed_out else now_ms)
        if not timed_out and len(keys) < most:
            collector.key("#", now_ms)

    def _event(self, finished: Finished) -> Event:
        at, heard = self._exchange.clock.now(), self._speaker.heard
        match finished.kind:
            case "pressed":
                return Pressed(at, finished.keys, finished.ended_by, heard=heard)
            case "heard":
                return Heard(at, finished.words, finished.confidence, heard=heard)
            case _:
                return Noinput(at, heard)

    # The other commands

    def _hold(self, plays: Sequence[Play], command: Invoke, done: "Future[object]") -> Heardness:
        self._say_all(plays)
        heard = self._speaker.heard
        keep = self._ahead_of(stops=False)
        patience_ms = FILLER_AFTER_MS
        while self._speaker.wait(done, keep, patience_ms) is not Waited.DONE:
            if command.filler and self._exchange.studio.ready(command.filler):
                self._speaker.say(command.filler, keep)
            patience_ms = FILLER_EVERY_MS
        return heard

    def _record(self, plays: Sequence[Play], command: Record) -> Recorded:
        self._say_all(plays)
        self._speaker.say(command.prompt, lambda _: True)
        self._recordings += 1
        name = f"{self.call_id}-{self._recordings}"
        path = self._exchange.studio.recording(name)
        started_ms = self._line.now_ms()
        try:
            ended_by, lasts_ms = self._line.record(
                self._exchange.studio.there(path), command.max_ms, command.silence_ms, command.beep
            )
        except CallerGone as gone:
            lasts_ms = (gone.endpos or 0) // 8
            if not lasts_ms:
                raise
            ended_by = "hangup"
        log.info("recorded", ms=lasts_ms, took_ms=self._line.now_ms() - started_ms)
        return Recorded(self._exchange.clock.now(), f"{name}.wav", lasts_ms, ended_by, self._speaker.heard)

    def _transfer(self, plays: Sequence[Play], command: Transfer) -> Event:
        self._say_all(plays)
        self.ahead.clear()
        self._say(command.prompt, BargeIn.KEYS)
        wait_s = math.ceil(command.timeout_ms / 1_000)
        back = hand_over(self._line, self.call_id, command, wait_s, self._exchange.returns, self._exchange.transfer)
        return back.event(self._exchange.clock.now(), self._speaker.heard)

    def _disconnect(self, plays: Sequence[Play], command: Disconnect) -> Disconnected:
        self.ahead.clear()
        self._say_all(plays)
        self._line.remember("IVR_DONE", command.reason or "completed")
        self._line.tell()
        self._line.leave()
        return Disconnected(self._exchange.clock.now(), "engine", self._speaker.heard)
