"""Prompts to audio files, each made once."""

import datetime as dt
import hashlib
import json
import os
import struct
import subprocess
import sys
import tempfile
import threading
import wave
from pathlib import Path

import numpy as np

from ivr.engine.prompts import Pause, Prompt, Value
from ivr.ports.synthesizer import Audio, SynthesisError
from ivr.values.base import Context
from ivr.values.registry import value_type
from speech.settings import SpeechSettings

VOICES = {"fr": "fr-fr", "en": "en-gb"}


def spoken(prompt: Prompt) -> str:
    pieces = []
    for part in prompt.parts:
        if isinstance(part, Pause):
            pieces.append("\n")
        elif isinstance(part, Value):
            pieces.append(value_type(part.type).say(part.value, Context(prompt.language, dt.date(2000, 1, 1), part.params)))
        else:
            pieces.append(part.text)
    return "".join(pieces)


class GuichetSynthesizer:
    """Implements ivr.ports.synthesizer.Synthesizer."""

    def __init__(self, settings: SpeechSettings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._known: dict[str, Audio] = {}

    def _key(self, prompt: Prompt) -> tuple[str, str, int]:
        return spoken(prompt), VOICES.get(prompt.language, "fr-fr"), self._settings.rate * prompt.speed // 100

    def _path(self, key: tuple[str, str, int]) -> Path:
        name = hashlib.sha256(json.dumps(key).encode()).hexdigest()
        return self._settings.cache_dir / name[:2] / f"{name}.wav"

    def ready(self, prompt: Prompt) -> Audio | None:
        path = self._path(self._key(prompt))
        known = self._known.get(str(path))
        if known is None and path.exists():
            with wave.open(str(path)) as file:
                known = self._known[str(path)] = Audio(path, file.getnframes() // 8)
        return known

    def audio(self, prompt: Prompt, timeout_ms: int) -> Audio:
        known = self.ready(prompt)
        if known is not None:
            return known
        key = self._key(prompt)
        if not self._lock.acquire(timeout=timeout_ms / 1000):
            raise SynthesisError("the voice is busy")
        try:
            samples = self._synthesize(*key)
        finally:
            self._lock.release()
        _write(self._path(key), _levelled(samples))
        made = self.ready(prompt)
        assert made is not None
        return made

    def _synthesize(self, text: str, voice: str, rate: int) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "speech.espeak_worker"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
        assert self._process.stdin
        assert self._process.stdout
        try:
            self._process.stdin.write(json.dumps({"text": text.replace("\0", " "), "voice": voice, "rate": rate}).encode() + b"\n")
            self._process.stdin.flush()
            head = self._process.stdout.read(4)
            data = self._process.stdout.read(struct.unpack("<I", head)[0])
        except (OSError, struct.error) as error:
            raise SynthesisError("the voice process ended") from error
        return np.frombuffer(data, "<i2").astype(np.float64)


def _levelled(samples: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> bytes:
    if not len(samples):
        return b"\0\0" * 800
    taps = np.sinc(2 * 3600 / 22050 * (np.arange(129) - 64)) * np.hamming(129)
    smooth = np.convolve(samples, taps / taps.sum(), "same")
    at = np.arange(0, len(smooth), 22050 / 8000)
    low = np.interp(at, np.arange(len(smooth)), smooth)
    loud = np.sqrt(np.mean(low[np.abs(low) > 300] ** 2)) if np.any(np.abs(low) > 300) else 1.0
    gain = min(2300 / loud, 30000 / max(1.0, np.abs(low).max()))
    return (low * gain).astype("<i2").tobytes()


def _write(path: Path, data: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "wb") as raw, wave.open(raw, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(8000)
            file.writeframes(data)
        os.chmod(draft, 0o644)
        os.replace(draft, path)
    except OSError as error:
        raise SynthesisError(f"{path.parent} cannot be written: {error.strerror}") from error
