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
    """Known by their path and their words: two services may use one name, and still nobody hears other words than are meant."""

    def __init__(self) -> None:
        self._samples: dict[Recording, Samples] = {}
        self._hashes: dict[Recording, str] = {}

    def learn(self, files: Mapping[Recording, bytes]) -> list[str]:
        """Take in the recordings of a version; those that cannot be used, with the reason."""
        faults = []
        for recording, data in files.items():
            content = hashlib.sha256(data).hexdigest()
            if self._hashes.get(recording) == content:
                continue
            try:
                self._samples[recording] = sound(data)
                self._hashes[recording] = content
            except RecordingError as error:
                faults.append(f"{recording.name}: {error}")
                log.warning("recording_not_usable", name=recording.name, why=str(error))
        return faults

    def key(self, prompt: Prompt) -> tuple[str, ...] | None:
        """Names this prompt's sound, when recordings say the whole of it."""
        names: list[str] = []
        recorded = False
        for part in prompt.parts:
            if isinstance(part, Pause):
                names.append(str(part.ms))
            elif isinstance(part, Recording) and part in self._hashes:
                names.append(self._hashes[part])
                recorded = True
            else:
                return None
        return tuple(names) if recorded else None

    def said(self, prompt: Prompt) -> Samples:
        """The sound of a prompt that has a key."""
        pieces = []
        for part in prompt.parts:
            if isinstance(part, Recording):
                pieces.append(self._samples[part])
            elif isinstance(part, Pause):
                pieces.append(silence(part.ms))
        return joined(pieces)


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
