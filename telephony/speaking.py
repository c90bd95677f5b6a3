"""Saying prompts on a line, and keeping the line alive while something else is worked on.

Rule: whatever is waited for, a command that takes keys is running. A prompt that cannot be had is replaced by the packaged
sentence; when that cannot be had either, the caller goes on by keys.
"""

import enum
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import wait as wait_for
from typing import Any

import structlog

from ivr.engine.events import Heardness
from ivr.engine.prompts import Prompt
from ivr.ports.synthesizer import Audio
from telephony.agi import CallerGone, CommandFailed
from telephony.line import SAMPLES_A_MS, Line
from telephony.studio import Studio

log = structlog.get_logger(__name__)

AT_ONCE_MS = 10
SLICES_MS = (50, 50, 50, 50, 100, 100)
SLICE_MS = 250
REPAIR_MS = 700

OnKey = Callable[[str], bool]


class Waited(enum.Enum):
    """How waiting ended."""

    DONE = "done"
    STOPPED = "stopped"
    LATE = "late"


class Speaker:
    """`heard` is how much of the last prompt reached the caller. An `OnKey` takes a key and says whether it stops the prompt."""

    def __init__(self, line: Line, studio: Studio) -> None:
        self.heard = Heardness()
        self._line = line
        self._studio = studio

    def skip(self, prompt: Prompt) -> None:
        """The caller answered before it began. A prompt that was never made counts as one millisecond."""
        self._begin(self._studio.ready(prompt))

    def say(self, prompt: Prompt, on_key: OnKey) -> bool:
        """Say it; false when a key stopped it. Raises CallerGone."""
        if not prompt:
            return True
        audio = self._studio.ready(prompt)
        self._begin(audio)
        if audio is not None:
            whole = self._play(audio, on_key)
            if whole is not None:
                return whole
            limit_ms = 0 if audio.path.exists() else REPAIR_MS
        else:
            limit_ms = self._studio.settings.make_ms
        return self._say_made(prompt, on_key, limit_ms)

    def wait(self, done: "Future[Any]", on_key: OnKey, at_most_ms: int | None = None) -> Waited:
        """Take keys until it is done, a key stops the waiting, or time is over."""
        ends_ms = None if at_most_ms is None else self._line.now_ms() + at_most_ms
        wait_for([done], AT_ONCE_MS / 1_000)
        slices = iter(SLICES_MS)

        def next_ms() -> int:
            over = done.done() or (ends_ms is not None and self._line.now_ms() >= ends_ms)
            return 0 if over else next(slices, SLICE_MS)

        if not self._line.wait_while(next_ms, on_key):
            return Waited.STOPPED
        return Waited.DONE if done.done() else Waited.LATE

    def _begin(self, audio: Audio | None) -> None:
        self.heard = Heardness(0, audio.duration_ms if audio else 1)

    def _say_made(self, prompt: Prompt, on_key: OnKey, limit_ms: int) -> bool:
        """Make it and say it; without a limit or in vain, say the packaged sentence."""
        if limit_ms:
            making = self._studio.begin(prompt)
            waited = self.wait(making, on_key, limit_ms)
            if waited is Waited.STOPPED:
                return False
            audio = _result(making) if waited is Waited.DONE else None
            whole = self._play(audio, on_key) if audio is not None else None
            if whole is not None:
                return whole
        log.warning("prompt_replaced", language=prompt.language)
        packaged = self._studio.trouble(prompt.language)
        if packaged is not None:
            self._play(packaged, on_key, counts=False)
        return True

    def _play(self, audio: Audio, on_key: OnKey, counts: bool = True) -> bool | None:
        """Whether it was played to its end, or None when Asterisk cannot play it."""
        name, lasts_ms, at_ms = self._studio.name(audio), audio.duration_ms, 0
        while True:
            try:
                key, at_ms = self._line.play(name, at_ms, lasts_ms)
            except CommandFailed:
                log.warning("prompt_not_playable", path=str(audio.path))
                return None
            except CallerGone as gone:
                if counts:
                    self.heard = Heardness(min((gone.endpos or 0) // SAMPLES_A_MS, lasts_ms), lasts_ms)
                raise
            if counts:
                self.heard = Heardness(min(at_ms, lasts_ms) if key else lasts_ms, lasts_ms)
            if not key:
                return True
            if on_key(key):
                return False


def _result(making: "Future[Audio]") -> Audio | None:
    try:
        return making.result()
    except Exception as error:  # whatever a voice fails by, the caller hears the packaged sentence
        log.warning("prompt_not_made", why=str(error))
        return None
