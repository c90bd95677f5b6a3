"""gTTS: a public service's voice, for texts that are the same for everybody.

Rule: only what holds no value of a caller is ever given to it; when it cannot be reached it is left alone for a while, which
is logged once.
"""

import io
import threading
import time
from collections.abc import Callable

import miniaudio
import structlog

from speech.sound import RATE, Samples, of_pcm
from speech.voices import VoiceError

log = structlog.get_logger(__name__)

Fetch = Callable[[str, str, float], bytes]
"""Text, language and seconds to an MP3 file."""


def fetch(text: str, language: str, timeout_s: float) -> bytes:
    """Ask the public service."""
    from gtts import gTTS  # takes a second to import, and most deployments never need it

    file = io.BytesIO()
    gTTS(text, lang=language, timeout=timeout_s).write_to_fp(file)
    return file.getvalue()


class OnlineVoice:
    """Implements speech.voices.Voice."""

    name = "gtts"

    def __init__(self, pause_s: float, fetch: Fetch = fetch, now: Callable[[], float] = time.monotonic) -> None:
        self._pause_s = pause_s
        self._fetch = fetch
        self._now = now
        self._again_at = float("-inf")
        self._lock = threading.Lock()

    @property
    def available(self) -> bool:
        """False for a while after a failure."""
        return self._now() >= self._again_at

    def speak(self, text: str, language: str, rate: int, timeout_s: float) -> tuple[Samples, int]:
        """`rate` is the service's own."""
        if not self.available:
            raise VoiceError("the online voice is left alone for a while")
        try:
            mp3 = self._fetch(text, language, timeout_s)
            sound = miniaudio.decode(mp3, nchannels=1, sample_rate=RATE, output_format=miniaudio.SampleFormat.SIGNED16)
        except Exception as error:  # the library and what lies beneath it raise whatever they like
            self._failed(error)
            raise VoiceError(f"the online voice cannot be reached: {type(error).__name__}") from None
        return of_pcm(sound.samples.tobytes()), RATE

    def _failed(self, error: Exception) -> None:
        with self._lock:
            if self.available:
                log.warning("online_voice_unreachable", why=type(error).__name__, again_s=self._pause_s)
            self._again_at = self._now() + self._pause_s
