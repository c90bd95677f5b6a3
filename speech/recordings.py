"""Recordings that people made, as the voice of a prompt.

Rule: a recording counts only for the words that it says; when a prompt needs other words too, one voice says the whole of it.
"""

import hashlib
from collections.abc import Mapping

import miniaudio
import structlog

from ivr.engine.prompts import Pause, Prompt, Recording
from speech.sound import RATE, Samples, joined, levelled, of_pcm, silence, trimmed

log = structlog.get_logger(__name__)

LONGEST_S = 600


class RecordingError(Exception):
    """A file that is no sound, or too long."""


class Recordings:
    """Known by their path below the service's folder."""

    def __init__(self) -> None:
        self._samples: dict[str, Samples] = {}
        self._hashes: dict[str, str] = {}

    def learn(self, files: Mapping[str, bytes]) -> list[str]:
        """Take in the recordings of a version; those that cannot be used, with the reason."""
        faults = []
        for name, data in files.items():
            content = hashlib.sha256(data).hexdigest()
            if self._hashes.get(name) == content:
                continue
            try:
                self._samples[name] = sound(data)
                self._hashes[name] = content
            except RecordingError as error:
                faults.append(f"{name}: {error}")
                log.warning("recording_not_usable", name=name, why=str(error))
        return faults

    def key(self, prompt: Prompt) -> tuple[str, ...] | None:
        """Names this prompt's sound, when recordings say the whole of it."""
        names = [part.name for part in prompt.parts if isinstance(part, Recording)]
        whole = all(isinstance(part, Recording | Pause) for part in prompt.parts)
        if not names or not whole or any(name not in self._hashes for name in names):
            return None
        return tuple(
            self._hashes[part.name] if isinstance(part, Recording) else str(part.ms)
            for part in prompt.parts
            if isinstance(part, Recording | Pause)
        )

    def said(self, prompt: Prompt) -> Samples:
        """The sound of a prompt that has a key."""
        return joined(
            [self._samples[part.name] if isinstance(part, Recording) else silence(part.ms) for part in prompt.parts]  # type: ignore[union-attr]  # only these two kinds
        )


def sound(data: bytes) -> Samples:
    """A WAV, FLAC, Ogg Vorbis or MP3 file at 8 kHz and the house's loudness. Raises RecordingError."""
    try:
        decoded = miniaudio.decode(data, nchannels=1, sample_rate=RATE, output_format=miniaudio.SampleFormat.SIGNED16)
    except miniaudio.MiniaudioError:
        raise RecordingError("not a WAV, FLAC, Ogg Vorbis or MP3 file") from None
    samples = of_pcm(decoded.samples.tobytes())
    if len(samples) > LONGEST_S * RATE:
        raise RecordingError(f"longer than {LONGEST_S} seconds")
    if not len(trimmed(samples)):
        raise RecordingError("nothing is to be heard")
    return levelled(trimmed(samples))
