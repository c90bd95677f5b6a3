"""One collection as a state machine without I/O: keys, words, the prompt's end and the passing of time go in; it says whether
the prompt should be playing, when it wants to be ticked, and what came out.

It alone decides barge-in, first digit, inter-digit time-out, end key and clearing; every channel drives it. The keys that a
caller presses ahead wait in the call's one TypeAhead.
"""

from collections import deque
from dataclasses import dataclass

from ivr.engine.commands import BargeIn, Collect, KeyEntries, KeyField

KEYS = "0123456789*#ABCD"
MAX_AHEAD = 64


class TypeAhead:
    """Keys pressed and not yet used, in order; one for each call. More than 64 are a fault of the line and are dropped."""

    def __init__(self) -> None:
        self._keys: deque[str] = deque()
        self._spare_end_until_ms: int | None = None

    @property
    def keys(self) -> str:
        return "".join(self._keys)

    def push(self, key: str, now_ms: int | None = None) -> None:
        """Keep a key; a `#` that only ends an entry already full is forgotten."""
        if key in KEYS and len(self._keys) < MAX_AHEAD and not self._is_spare(key, now_ms):
            self._keys.append(key)

    def put_back(self, key: str) -> None:
        self._keys.appendleft(key)

    def take(self) -> str | None:
        return self._keys.popleft() if self._keys else None

    def clear(self) -> None:
        self._keys.clear()

    def expect_spare_end(self, until_ms: int) -> None:
        """An entry ended by its length: people still press `#` out of habit, and that `#` answers nothing."""
        if self._keys and self._keys[0] == "#":
            self._keys.popleft()
        else:
            self._spare_end_until_ms = until_ms

    def _is_spare(self, key: str, now_ms: int | None) -> bool:
        until, self._spare_end_until_ms = self._spare_end_until_ms, None
        return until is not None and key == "#" and (now_ms is None or now_ms <= until)


@dataclass(frozen=True, slots=True)
class Finished:
    """How a collection ended: `pressed`, `heard` or `noinput`. `ended_by` is `#`, `max`, `timeout`, `entry` or empty."""

    kind: str
    keys: str = ""
    ended_by: str = ""
    words: str = ""
    confidence: float = 1.0


class Collector:
    """Drives one Collect. Times are milliseconds of any clock that never goes back.

    A channel plays the prompt while `wants_prompt`, calls `tick` at `deadline_ms`, and reads `finished`.
    """

    def __init__(self, command: Collect, ahead: TypeAhead, now_ms: int) -> None:
        self.command = command
        self.ahead = ahead
        self.wants_prompt = bool(command.prompt)
        self.deadline_ms: int | None = None
        self.finished: Finished | None = None
        self._keyed = ""
        self._turn_ends_ms = now_ms + command.timing.turn_max_ms

    @property
    def keyed(self) -> str:
        """What the entry holds so far."""
        return self._keyed

    def start(self, now_ms: int) -> None:
        """Begin: type-ahead answers at once where keys may interrupt."""
        if self.command.flush:
            self.ahead.clear()
        if not self.wants_prompt:
            self.prompt_ended(now_ms)
        elif self.command.bargein is not BargeIn.NONE:
            self._take_ahead(now_ms)

    def key(self, key: str, now_ms: int) -> None:
        """A key from the line."""
        self.ahead.push(key, now_ms)
        if self.finished is None and not (self.wants_prompt and self.command.bargein is BargeIn.NONE):
            self._take_ahead(now_ms)

    def words(self, words: str, confidence: float, final: bool, now_ms: int) -> None:
        """Words from a recogniser, or typed. The first key of an answer ends listening to speech for it."""
        if self.finished or self._keyed or self.command.words is None or not final:
            return
        if self.wants_prompt and self.command.bargein is not BargeIn.KEYS_AND_VOICE:
            return
        self._finish(Finished("heard", words=words, confidence=confidence), now_ms)

    def prompt_ended(self, now_ms: int) -> None:
        """The prompt is over: listening begins."""
        if self.finished:
            return
        self.wants_prompt = False
        self._turn_ends_ms = now_ms + self.command.timing.turn_max_ms
        self._set_deadline(now_ms + self.command.timing.noinput_ms)
        self._take_ahead(now_ms)

    def tick(self, now_ms: int) -> None:
        """Time has passed."""
        if self.finished or self.wants_prompt or self.deadline_ms is None or now_ms < self.deadline_ms:
            return
        if self._keyed:
            self._finish(Finished("pressed", self._keyed, "timeout"), now_ms)
        else:
            self._finish(Finished("noinput"), now_ms)

    def _take_ahead(self, now_ms: int) -> None:
        while self.finished is None:
            key = self.ahead.take()
            if key is None:
                return
            self.wants_prompt = False
            self._feed(key, now_ms)

    def _feed(self, key: str, now_ms: int) -> None:
        if isinstance(self.command.keys, KeyEntries):
            self._feed_entry(key, self.command.keys, now_ms)
        elif isinstance(self.command.keys, KeyField):
            self._feed_field(key, self.command.keys, now_ms)
        if self.finished is None:
            wait = self.command.timing.interdigit_ms if self._keyed else self.command.timing.noinput_ms
            self._set_deadline(now_ms + wait)

    def _feed_entry(self, key: str, keys: KeyEntries, now_ms: int) -> None:
        candidate = self._keyed + key
        longer = [entry for entry in keys.entries if entry.startswith(candidate)]
        if candidate in keys.entries and longer == [candidate]:
            self._finish(Finished("pressed", candidate, "entry"), now_ms)
        elif longer:
            self._keyed = candidate
        elif self._keyed in keys.entries and self._keyed:
            if key != "#":
                self.ahead.put_back(key)
            self._finish(Finished("pressed", self._keyed, "#" if key == "#" else "entry"), now_ms)
        else:
            self._finish(Finished("pressed", candidate, "entry"), now_ms)

    def _feed_field(self, key: str, keys: KeyField, now_ms: int) -> None:
        if key == "#":
            self._finish(Finished("pressed", self._keyed or "#", "#"), now_ms)
        elif key == "*":
            self._feed_star(keys, now_ms)
        elif key.isdigit():
            self._keyed += key
            if sum(character.isdigit() for character in self._keyed) >= keys.max:
                self.ahead.expect_spare_end(now_ms + self.command.timing.interdigit_ms)
                self._finish(Finished("pressed", self._keyed, "max"), now_ms)

    def _feed_star(self, keys: KeyField, now_ms: int) -> None:
        if not self._keyed:
            self._finish(Finished("pressed", "*", "entry"), now_ms)
        elif keys.decimal_star and "*" not in self._keyed:
            self._keyed += "*"
        else:
            self._keyed = ""

    def _set_deadline(self, at_ms: int) -> None:
        self.deadline_ms = min(at_ms, self._turn_ends_ms)

    def _finish(self, finished: Finished, now_ms: int) -> None:
        self.finished = finished
        self.wants_prompt = False
        self.deadline_ms = now_ms
