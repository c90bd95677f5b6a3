"""espeak-ng in a few processes of their own: a voice that needs no network.

Rule: every request has a time limit; a process that dies or hangs is replaced, and a request that met a dead one is tried once
more. The processes end with ours: they read until their input closes.
"""

import contextlib
import json
import os
import queue
import select
import struct
import subprocess
import sys
import time
from pathlib import Path

from speech.sound import Samples, of_pcm
from speech.voices import VoiceError

VOICES = {"fr": "fr-fr", "en": "en-gb"}
RATE = 22_050
MAX_TEXT = 5_000
MAX_SOUND = 60 * 10 * RATE * 2
_ROOT = Path(__file__).resolve().parents[1]


class _Dead(Exception):
    """The process ended before it answered."""


class _Worker:
    """One process, one request at a time."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        return None if self._process is None else self._process.pid

    def speak(self, text: str, voice: str, rate: int, deadline: float) -> bytes:
        """Raises _Dead, VoiceError."""
        process = self._started()
        try:
            assert process.stdin is not None
            process.stdin.write(json.dumps({"text": text, "voice": voice, "rate": rate}).encode() + b"\n")
            process.stdin.flush()
            (size,) = struct.unpack("<I", self._read(process, 4, deadline))
            if size > MAX_SOUND:
                raise _Dead
            return self._read(process, size, deadline)
        except (OSError, _Dead):
            self.kill()
            raise _Dead from None
        except VoiceError:
            self.kill()
            raise

    def _started(self) -> "subprocess.Popen[bytes]":
        if self._process is None or self._process.poll() is not None:
            self.kill()
            self._process = subprocess.Popen(
                [sys.executable, "-m", "speech.espeak_worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=_ROOT,
                bufsize=0,
            )
        return self._process

    @staticmethod
    def _read(process: "subprocess.Popen[bytes]", size: int, deadline: float) -> bytes:
        assert process.stdout is not None
        data = bytearray()
        while len(data) < size:
            if not select.select([process.stdout], [], [], max(0.0, deadline - time.monotonic()))[0]:
                raise VoiceError("espeak-ng did not answer in time")
            piece = os.read(process.stdout.fileno(), size - len(data))
            if not piece:
                raise _Dead
            data += piece
        return bytes(data)

    def kill(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        process.kill()
        process.wait()


class EspeakVoice:
    """Implements speech.voices.Voice with `workers` processes, started when they are first needed."""

    name = "espeak-ng"

    def __init__(self, workers: int = 2) -> None:
        self._free: queue.Queue[_Worker] = queue.Queue()
        self._all = [_Worker() for _ in range(workers)]
        for worker in self._all:
            self._free.put(worker)

    @property
    def pids(self) -> list[int]:
        """Of the processes that run."""
        return [worker.pid for worker in self._all if worker.pid is not None]

    def speak(self, text: str, language: str, rate: int, timeout_s: float) -> tuple[Samples, int]:
        deadline = time.monotonic() + timeout_s
        if len(text) > MAX_TEXT:
            raise VoiceError(f"a text of {len(text)} characters is too long to be said")
        try:
            worker = self._free.get(timeout=max(0.001, timeout_s))
        except queue.Empty:
            raise VoiceError("all voices are busy") from None
        try:
            return of_pcm(self._twice(worker, text, VOICES.get(language, language), rate, deadline)), RATE
        finally:
            self._free.put(worker)

    @staticmethod
    def _twice(worker: _Worker, text: str, voice: str, rate: int, deadline: float) -> bytes:
        with contextlib.suppress(_Dead):
            return worker.speak(text, voice, rate, deadline)
        try:
            return worker.speak(text, voice, rate, deadline)
        except _Dead:
            raise VoiceError("espeak-ng ended twice without an answer") from None

    def close(self) -> None:
        """End the processes."""
        for worker in self._all:
            worker.kill()
