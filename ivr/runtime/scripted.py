"""A caller made of data on a line without I/O: for conversations, property tests and benchmarks. Its clock is virtual.

Rule: keys and times go through the same Collector as on a phone, so what holds here holds there.
"""

import datetime as dt
from collections import deque
from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from ivr.engine.collecting import Collector, TypeAhead
from ivr.engine.commands import BargeIn, Collect, Disconnect, Invoke, Play, Record, Transfer
from ivr.engine.events import (
    Disconnected,
    Event,
    Heard,
    Heardness,
    Noinput,
    Pressed,
    Recorded,
    Transferred,
    TransferResult,
)
from ivr.engine.prompts import Prompt
from ivr.runtime.showing import shown

MS_A_CHARACTER = 65
KEY_MS = 150
FILLER_AFTER_MS = 1_000


class VirtualClock:
    """Implements ivr.ports.clock.Clock; time passes when told."""

    def __init__(self, start: dt.datetime) -> None:
        self._start = start.astimezone(dt.UTC)
        self._elapsed_ms = 0

    def now(self) -> dt.datetime:
        return self._start + dt.timedelta(milliseconds=self._elapsed_ms)

    def monotonic_ms(self) -> int:
        return self._elapsed_ms

    def advance(self, ms: int) -> None:
        self._elapsed_ms += max(0, ms)


@dataclass(frozen=True, slots=True)
class Presses:
    """Keys; `early` ones come while the prompt before (or a handler) still runs."""

    keys: str
    early: bool = False


@dataclass(frozen=True, slots=True)
class Says:
    words: str
    confidence: float = 1.0
    early: bool = False


@dataclass(frozen=True, slots=True)
class Silence:
    """Nothing until the line gives up waiting."""


@dataclass(frozen=True, slots=True)
class HangsUp:
    early: bool = False


@dataclass(frozen=True, slots=True)
class TransferEnds:
    """How the next transfer ends."""

    result: TransferResult


@dataclass(frozen=True, slots=True)
class Speaks:
    """A message left at a recording."""

    duration_ms: int = 3_000


Action = Presses | Says | Silence | HangsUp | TransferEnds | Speaks


class DelayedFuture(Future[Any]):
    """A handler's answer that is there, and would have taken `delay_ms`."""

    def __init__(self, delay_ms: int) -> None:
        super().__init__()
        self.delay_ms = delay_ms


class ScriptedChannel:
    """Implements ivr.ports.channel.Channel. When the script is at its end the caller hangs up.

    `said` is what she heard, in order; `performed` counts the actions taken so far.
    """

    def __init__(self, clock: VirtualClock, script: Iterable[Action]) -> None:
        self.clock = clock
        self.said: list[tuple[int, str]] = []
        self.performed = 0
        self.transfers: list[Transfer] = []
        self._script = deque(script)
        self._ahead = TypeAhead()

    # the caller

    def _next(self) -> Action:
        self.performed += 1
        return self._script.popleft() if self._script else HangsUp()

    def _peek(self) -> Action | None:
        return self._script[0] if self._script else None

    def _hear(self, prompt: Prompt) -> Heardness:
        text = shown(prompt)
        duration = len(text) * MS_A_CHARACTER
        if text:
            self.said.append((self.performed, text))
        self.clock.advance(duration)
        return Heardness(duration, duration)

    def _early_keys(self) -> bool:
        """Push the keys that come before their time; true when there were some."""
        came = False
        while isinstance(action := self._peek(), Presses) and action.early:
            self._next()
            for key in action.keys:
                self._ahead.push(key, self.clock.monotonic_ms())
            came = True
        return came

    def _gone(self, heard: Heardness | None = None) -> Disconnected:
        return Disconnected(self.clock.now(), heard=heard or Heardness())

    def _play(self, plays: Sequence[Play]) -> None:
        for play in plays:
            self._early_keys()
            if play.bargein is BargeIn.NONE or not self._ahead.keys:
                self._hear(play.prompt)

    # the port

    def collect(self, plays: Sequence[Play], command: Collect) -> Event:
        self._play(plays)
        self._early_keys()
        collector = Collector(command, self._ahead, self.clock.monotonic_ms())
        collector.start(self.clock.monotonic_ms())
        heard = Heardness()
        if collector.finished is None and command.prompt:
            heard = self._hear(command.prompt)
            if (gone := self._early(collector)) is not None:
                return gone
            if collector.finished is None:
                collector.prompt_ended(self.clock.monotonic_ms())
        while collector.finished is None:
            action = self._next()
            if isinstance(action, HangsUp):
                return self._gone(heard)
            self._act(collector, action)
        return self._event(collector, heard)

    def _early(self, collector: Collector) -> Disconnected | None:
        """What the caller does while the prompt is playing."""
        action = self._peek()
        if isinstance(action, HangsUp) and action.early:
            self._next()
            return self._gone(Heardness(MS_A_CHARACTER, MS_A_CHARACTER * 10))
        if isinstance(action, Says) and action.early:
            self._next()
            collector.words(action.words, action.confidence, True, self.clock.monotonic_ms())
        return None

    def _act(self, collector: Collector, action: Action) -> None:
        if isinstance(action, Presses):
            for key in action.keys:
                self.clock.advance(KEY_MS)
                collector.key(key, self.clock.monotonic_ms())
        elif isinstance(action, Says):
            collector.words(action.words, action.confidence, True, self.clock.monotonic_ms())
        if collector.finished is None and not (isinstance(action, Presses) and self._more_keys()):
            self._wait(collector)

    def _more_keys(self) -> bool:
        return isinstance(self._peek(), Presses)

    def _wait(self, collector: Collector) -> None:
        if collector.deadline_ms is not None:
            self.clock.advance(collector.deadline_ms - self.clock.monotonic_ms())
            collector.tick(self.clock.monotonic_ms())

    def _event(self, collector: Collector, heard: Heardness) -> Event:
        finished = collector.finished
        assert finished is not None
        if finished.kind == "pressed":
            return Pressed(self.clock.now(), finished.keys, finished.ended_by, heard=heard)
        if finished.kind == "heard":
            return Heard(self.clock.now(), finished.words, finished.confidence, heard=heard)
        return Noinput(self.clock.now(), heard)

    def hold(self, plays: Sequence[Play], command: Invoke, done: "Future[Any]") -> Heardness | Disconnected:
        self._play(plays)
        delay_ms = done.delay_ms if isinstance(done, DelayedFuture) else 0
        self._early_keys()
        if isinstance(action := self._peek(), HangsUp) and action.early:
            self._next()
            return self._gone()
        if delay_ms >= FILLER_AFTER_MS and command.filler:
            return self._hear(command.filler)
        self.clock.advance(delay_ms)
        return Heardness()

    def record(self, plays: Sequence[Play], command: Record) -> Event:
        self._play(plays)
        heard = self._hear(command.prompt)
        action = self._next()
        if isinstance(action, HangsUp):
            return self._gone(heard)
        duration_ms = action.duration_ms if isinstance(action, Speaks) else 0
        self.clock.advance(duration_ms)
        return Recorded(self.clock.now(), f"{command.name}.wav" if duration_ms else "", duration_ms, "silence", heard)

    def transfer(self, plays: Sequence[Play], command: Transfer) -> Event:
        self._play(plays)
        heard = self._hear(command.prompt)
        self.transfers.append(command)
        action = self._peek()
        if isinstance(action, TransferEnds):
            self._next()
            return Transferred(self.clock.now(), action.result, heard=heard)
        if isinstance(action, HangsUp):
            self._next()
            return self._gone(heard)
        return Transferred(self.clock.now(), TransferResult.ANSWERED, heard=heard)

    def disconnect(self, plays: Sequence[Play], command: Disconnect) -> Disconnected:
        self._play(plays)
        return Disconnected(self.clock.now(), by="guichet")
