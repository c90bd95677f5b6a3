"""The same service in a terminal: prompts are printed, keys and words are typed.

A line of keys (digits, * and #) is keyed, anything else is said, an empty line is silence, the end of input hangs up.
"""

import sys
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from concurrent.futures import wait as wait_for
from typing import Any

from ivr.engine.collecting import KEYS, Collector, TypeAhead
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
from ivr.ports.clock import Clock
from ivr.runtime.showing import shown

FILLER_AFTER_S = 1.0


class EndOfInput(Exception):
    """The person at the terminal has left."""


def is_keys(line: str) -> bool:
    """Whether a typed line is keys: digits, * and #, with spaces between them if she likes."""
    keys = line.replace(" ", "")
    return bool(keys) and all(key in KEYS[:12] for key in keys)


class Terminal:
    """Implements ivr.ports.channel.Channel. `play` is given each prompt that is printed (to be heard)."""

    def __init__(
        self,
        clock: Clock,
        read: Callable[[], str],
        write: Callable[[str], None],
        play: Callable[[Prompt], None] | None = None,
    ) -> None:
        self.clock = clock
        self._read = read
        self._write = write
        self._play_audio = play
        self._ahead = TypeAhead()
        self.actions: list[tuple[str, str]] = []

    def collect(self, plays: Sequence[Play], command: Collect) -> Event:
        self._say_all(plays)
        collector = Collector(command, self._ahead, self.clock.monotonic_ms())
        collector.start(self.clock.monotonic_ms())
        heard = Heardness()
        if collector.finished is None:
            heard = self._say(command.prompt)
            collector.prompt_ended(self.clock.monotonic_ms())
        try:
            while collector.finished is None:
                self._line(collector)
        except EndOfInput:
            return self._gone()
        return self._event(collector, heard)

    def _line(self, collector: Collector) -> None:
        """One line from the keyboard; a line that does not finish the answer is ended as the time-out would."""
        line = self._typed()
        now = self.clock.monotonic_ms()
        if is_keys(line):
            for key in line.replace(" ", ""):
                collector.key(key, now)
        elif line:
            collector.words(line, 1.0, True, now)
        if collector.finished is None:
            collector.tick(collector.deadline_ms or now)

    def _typed(self) -> str:
        try:
            line = self._read().strip()
        except (EOFError, KeyboardInterrupt):
            self.actions.append(("hangs_up", ""))
            raise EndOfInput from None
        kind = "waits" if not line else "presses" if is_keys(line) else "says"
        self.actions.append((kind, line.replace(" ", "") if kind == "presses" else line))
        return line

    def _event(self, collector: Collector, heard: Heardness) -> Event:
        finished = collector.finished
        if finished is None or finished.kind == "noinput":
            return Noinput(self.clock.now(), heard)
        if finished.kind == "pressed":
            return Pressed(self.clock.now(), finished.keys, finished.ended_by, heard=heard)
        return Heard(self.clock.now(), finished.words, finished.confidence, heard=heard)

    def hold(self, plays: Sequence[Play], command: Invoke, done: "Future[Any]") -> Heardness | Disconnected:
        self._say_all(plays)
        wait_for([done], timeout=FILLER_AFTER_S)
        if not done.done() and command.filler:
            self._say(command.filler)
        wait_for([done], timeout=command.timeout_ms / 1000)
        return Heardness()

    def record(self, plays: Sequence[Play], command: Record) -> Event:
        self._say_all(plays)
        heard = self._say(command.prompt)
        self._write("(after the beep, type your message)")
        try:
            line = self._typed()
        except EndOfInput:
            return self._gone()
        duration = len(line) * 60
        return Recorded(self.clock.now(), f"{command.name}.txt" if line else "", duration, "silence", heard)

    def transfer(self, plays: Sequence[Play], command: Transfer) -> Event:
        self._say_all(plays)
        heard = self._say(command.prompt)
        self._write(f"(transferred to {command.to}, reason {command.reason or '-'})")
        return Transferred(self.clock.now(), TransferResult.ANSWERED, heard=heard)

    def disconnect(self, plays: Sequence[Play], command: Disconnect) -> Disconnected:
        self._say_all(plays)
        self._write("(the line is closed)")
        return Disconnected(self.clock.now(), by="guichet")

    def _gone(self) -> Disconnected:
        self._write("(you hung up)")
        return Disconnected(self.clock.now())

    def _say_all(self, plays: Sequence[Play]) -> None:
        for play in plays:
            if play.bargein is BargeIn.NONE or not self._ahead.keys:
                self._say(play.prompt)

    def _say(self, prompt: Prompt) -> Heardness:
        if prompt:
            self._write(shown(prompt))
            if self._play_audio is not None:
                self._play_audio(prompt)
        return Heardness()


def keyboard() -> str:
    """A line from standard input, with a prompt sign when a person is there. Raises EOFError at its end."""
    if sys.stdin.isatty():
        return input("> ")
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    print(f"> {line.rstrip()}")
    return line
