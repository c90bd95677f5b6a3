"""Prompts to audio files, each made once: recordings where they say all of it, else an online voice if allowed, else espeak-ng.

Rule: one voice says the whole of a prompt; what holds a caller's value is never given to the online voice.
"""

import threading
import time
from collections.abc import Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout

from ivr.engine.prompts import Prompt, Recording
from ivr.ports.synthesizer import Audio, SynthesisError
from speech.cache import Cache, Key
from speech.espeak import EspeakVoice
from speech.online import OnlineVoice
from speech.recordings import Recordings
from speech.settings import SpeechSettings
from speech.sound import Samples, joined, levelled, pcm, silence, telephone, trimmed
from speech.spoken import pieces
from speech.voices import Voice, VoiceError

FORM = 2
"""Counts changes in how samples are made of a voice's: older files are not used any more."""
TAIL_MS = 60
EMPTY_MS = 100


class GuichetSynthesizer:
    """Implements ivr.ports.synthesizer.Synthesizer."""

    def __init__(self, settings: SpeechSettings, offline: Voice | None = None, online: OnlineVoice | None = None) -> None:
        self._settings = settings
        self._offline: Voice = offline or EspeakVoice(settings.workers)
        self._online = (online or OnlineVoice(settings.online_pause_s)) if settings.online else None
        self._recordings = Recordings()
        self._cache = Cache(settings.cache_dir)
        self._making: dict[Key, Future[Audio]] = {}
        self._lock = threading.Lock()

    def learn(self, files: Mapping[Recording, bytes]) -> list[str]:
        """Take in a version's recordings; what is wrong with those that cannot be used."""
        return self._recordings.learn(files)

    def ready(self, prompt: Prompt) -> Audio | None:
        recorded = self._recordings.key(prompt)
        if recorded is not None:
            return self._cache.ready((FORM, "recordings", *recorded))
        said = tuple(pieces(prompt))
        for voice in self._voices(prompt):
            if (found := self._cache.ready(self._key(voice, prompt, said))) is not None:
                return found
        return None

    def audio(self, prompt: Prompt, timeout_ms: int) -> Audio:
        deadline = time.monotonic() + timeout_ms / 1_000
        recorded = self._recordings.key(prompt)
        if recorded is not None:
            key: Key = (FORM, "recordings", *recorded)
            return self._cache.look(key) or self._cache.write(key, pcm(self._recordings.said(prompt)))
        said = tuple(pieces(prompt))
        if self._online is not None and not prompt.holds_values:
            found = self._of_online(self._online, prompt, said, deadline)
            if found is not None:
                return found
        return self._once(self._offline, prompt, said, deadline)

    def purge(self, most_bytes: int) -> int:
        """Delete what was not said for longest; how many files."""
        return self._cache.purge(most_bytes)

    def close(self) -> None:
        """End the voice's processes."""
        if isinstance(self._offline, EspeakVoice):
            self._offline.close()

    def _voices(self, prompt: Prompt) -> list[Voice]:
        """Those that may say it, the preferred one first."""
        return [self._offline] if self._online is None or prompt.holds_values else [self._online, self._offline]

    def _of_online(self, voice: OnlineVoice, prompt: Prompt, said: tuple[str | int, ...], deadline: float) -> Audio | None:
        if (found := self._cache.look(self._key(voice, prompt, said))) is not None:
            return found
        if not voice.available:
            return None
        try:
            return self._once(voice, prompt, said, min(deadline, time.monotonic() + self._settings.online_timeout_s))
        except SynthesisError:
            return None

    def _key(self, voice: Voice, prompt: Prompt, said: tuple[str | int, ...]) -> Key:
        return (FORM, voice.name, prompt.language, self._rate(prompt), *said)

    def _rate(self, prompt: Prompt) -> int:
        return self._settings.rate * prompt.speed // 100

    def _once(self, voice: Voice, prompt: Prompt, said: tuple[str | int, ...], deadline: float) -> Audio:
        """Make it, or wait for whoever makes it already. Raises SynthesisError."""
        key = self._key(voice, prompt, said)
        with self._lock:
            making = self._making.get(key)
            mine = making is None
            if making is None:
                making = self._making[key] = Future()
        if not mine:
            try:
                return making.result(max(0.0, deadline - time.monotonic()))
            except FutureTimeout:
                raise SynthesisError("the prompt is not ready in time") from None
        try:
            audio = self._cache.look(key) or self._cache.write(key, pcm(self._sound(voice, prompt, said, deadline)))
        except Exception as error:
            failure = error if isinstance(error, SynthesisError) else SynthesisError(str(error))
            making.set_exception(failure)
            raise failure from error
        else:
            making.set_result(audio)
            return audio
        finally:
            with self._lock:
                self._making.pop(key, None)

    def _sound(self, voice: Voice, prompt: Prompt, said: tuple[str | int, ...], deadline: float) -> Samples:
        """Raises VoiceError."""
        sounds: list[Samples] = []
        for piece in said:
            if isinstance(piece, int):
                sounds.append(silence(piece))
                continue
            left_s = deadline - time.monotonic()
            if left_s <= 0:
                raise VoiceError("there was no time for the whole prompt")
            samples, rate = voice.speak(piece, prompt.language, self._rate(prompt), left_s)
            sounds.append(levelled(trimmed(telephone(samples, rate))))
        return joined([*sounds, silence(TAIL_MS)]) if sounds else silence(EMPTY_MS)
