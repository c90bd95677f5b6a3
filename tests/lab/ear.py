"""What a caller hears: receives her RTP and lays it out in time. Rule: audio stands where it arrived; silence fills the rest."""

import socket
import struct
import threading
import time
import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tests.lab.g711 import Samples, decode

RATE = 8000
_ALAW = 8
_JITTER_SAMPLES = 480  # packets this close to their place are put in order, later ones leave a gap
_LATE_SAMPLES = 4000  # the same, where the sender's clock says that nothing lies between
_LOUD = 300
_PIECE = RATE // 2
_SAME = 0.85
_STAMPS = getattr(socket, "SO_TIMESTAMPNS", 35)
_CUT_SAMPLES = 160  # Asterisk leaves out the last few samples of a WAV file


@dataclass(frozen=True)
class Found:
    """Where a prompt was heard: ``at_ms`` from the start, ``score`` 1.0 for the very same samples."""

    at_ms: int
    score: float


@dataclass(frozen=True)
class Heard:
    """16-bit samples at 8 kHz, from the moment of the answer on."""

    samples: Samples

    def since(self, ms: int) -> "Heard":
        """What was heard from then on."""
        return Heard(self.samples[ms * RATE // 1000 :])

    def first_sound_ms(self, after_ms: int = 0) -> int | None:
        """When something was first heard at or after ``after_ms``."""
        loud = np.flatnonzero(np.abs(self.samples[after_ms * RATE // 1000 :].astype(np.int32)) > _LOUD)
        return after_ms + int(loud[0]) * 1000 // RATE if len(loud) else None

    def find(self, prompt: Samples) -> Found:
        """The best place of ``prompt`` in what was heard (normalised cross-correlation; zero when it is not there)."""
        if len(prompt) == 0 or len(self.samples) < len(prompt) - _CUT_SAMPLES:
            return Found(0, 0.0)
        wanted = prompt.astype(np.float64)
        heard = np.pad(self.samples.astype(np.float64), (0, _CUT_SAMPLES))
        size = 1 << (len(heard) + len(wanted)).bit_length()
        products = np.fft.irfft(np.fft.rfft(heard, size) * np.conj(np.fft.rfft(wanted, size)), size)
        products = products[: len(heard) - len(wanted) + 1]
        energy = np.concatenate(([0.0], np.cumsum(heard**2)))
        loudness = np.sqrt(np.maximum(energy[len(wanted) :] - energy[: -len(wanted)], 1.0))
        scores = products / (loudness * np.sqrt((wanted**2).sum()) + 1.0)
        best = int(np.argmax(scores))
        return Found(best * 1000 // RATE, float(scores[best]))

    def follow(self, prompt: Samples) -> Found:
        """The same for a line that stutters: half seconds of ``prompt`` in their order; the score is the share that was heard."""
        pieces = [prompt[start : start + _PIECE] for start in range(0, max(1, len(prompt) - _PIECE // 2), _PIECE)]
        pieces = [piece for piece in pieces if np.abs(piece.astype(np.int32)).max(initial=0) > _LOUD]
        first_ms: int | None = None
        cursor_ms = found = 0
        for piece in pieces:
            place = self.since(cursor_ms).find(piece)
            if place.score > _SAME:
                found += 1
                first_ms = cursor_ms + place.at_ms if first_ms is None else first_ms
                cursor_ms += place.at_ms + 1_000 * len(piece) // RATE // 2
        return Found(first_ms or 0, found / len(pieces) if pieces else 0.0)

    def save(self, file: Path) -> None:
        """A WAV file to listen to."""
        with wave.open(str(file), "wb") as out:
            out.setnchannels(1)
            out.setsampwidth(2)
            out.setframerate(RATE)
            out.writeframes(self.samples.astype("<i2").tobytes())


def _arrived(notes: list[tuple[int, int, bytes]]) -> float:
    """When the kernel had it, in seconds since the epoch: a busy machine reads packets long after they came."""
    for level, kind, stamp in notes:
        if (level, kind) == (socket.SOL_SOCKET, _STAMPS):
            seconds, nanoseconds = struct.unpack("ll", stamp)
            return float(seconds + nanoseconds / 1e9)
    return time.time()


class Ear:
    """Listens on a port of its own until closed."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._packets: list[tuple[float, bytes]] = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, _STAMPS, 1)
        self._socket.bind(("127.0.0.1", port))
        self._socket.settimeout(0.2)
        self._open = True
        self._thread = threading.Thread(target=self._listen, name=f"ear-{port}", daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        while self._open:
            try:
                packet, notes, _, _ = self._socket.recvmsg(2048, 64)
            except TimeoutError:
                continue
            self._packets.append((_arrived(notes), packet))

    def close(self) -> None:
        """Stops listening."""
        self._open = False
        self._thread.join()
        self._socket.close()

    def heard(self, since: float) -> Heard:
        """All audio from ``since`` (seconds since the epoch) on."""
        pieces: list[Samples] = []
        cursor = expected = 0
        for at, packet in self._packets:
            if len(packet) < 12 or packet[1] & 0x7F != _ALAW:
                continue
            (ticks,) = struct.unpack("!I", packet[4:8])
            audio = decode(packet[12 + 4 * (packet[0] & 15) :])
            place = round((at - since) * RATE)
            tolerated = _LATE_SAMPLES if ticks == expected else _JITTER_SAMPLES
            expected = ticks + len(audio)
            if place + _JITTER_SAMPLES < 0:
                continue
            if place > cursor + tolerated:
                pieces.append(np.zeros(place - cursor, dtype=np.int16))
                cursor = place
            pieces.append(audio)
            cursor += len(audio)
        return Heard(np.concatenate(pieces) if pieces else np.zeros(0, dtype=np.int16))
