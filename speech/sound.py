"""Samples: to 8 kHz, to one loudness, without the silence around words.

Rule: everything between a voice and a file is an array of 16-bit samples held as floats, at 8 kHz once `telephone` was applied.
"""

from collections.abc import Sequence

import numpy as np

RATE = 8_000
LOUDNESS = 2_300.0
"""Root mean square of what is speech: about -23 dB below full scale, where telephone speech lies."""
PEAK = 28_000.0
_SILENCE = 200.0
_EDGE = RATE // 25
_FADE = RATE // 200
_TAPS = 129
_PASS_HZ = 3_600

Samples = np.ndarray[tuple[int], np.dtype[np.float64]]


def telephone(samples: Samples, rate: int) -> Samples:
    """At 8 kHz, with what a telephone does not carry filtered out first."""
    if rate == RATE or not len(samples):
        return samples
    if rate > RATE:
        at = np.arange(_TAPS) - _TAPS // 2
        taps = np.sinc(2 * _PASS_HZ / rate * at) * np.hamming(_TAPS)
        samples = np.convolve(samples, taps / taps.sum(), "same")
    low: Samples = np.interp(np.arange(0, len(samples), rate / RATE), np.arange(len(samples)), samples)
    return low


def trimmed(samples: Samples) -> Samples:
    """Without the silence before and after, but for 40 ms; its edges fade, so that nothing clicks."""
    loud = np.flatnonzero(np.abs(samples) > _SILENCE)
    if not len(loud):
        return samples[:0]
    piece = samples[max(0, loud[0] - _EDGE) : loud[-1] + _EDGE].copy()
    if len(piece) > 2 * _FADE:
        ramp = np.linspace(0.0, 1.0, _FADE)
        piece[:_FADE] *= ramp
        piece[-_FADE:] *= ramp[::-1]
    return piece


def levelled(samples: Samples) -> Samples:
    """At the house's loudness, as far as its peaks allow."""
    speech = samples[np.abs(samples) > _SILENCE]
    if not len(speech):
        return samples
    gain = min(LOUDNESS / float(np.sqrt(np.mean(speech**2))), PEAK / float(np.abs(samples).max()))
    return samples * gain


def silence(ms: int) -> Samples:
    return np.zeros(RATE * ms // 1_000)


def joined(pieces: Sequence[Samples]) -> Samples:
    return np.concatenate(pieces) if pieces else silence(0)


def pcm(samples: Samples) -> bytes:
    """16-bit little-endian."""
    return np.clip(samples, -32_768, 32_767).astype("<i2").tobytes()


def of_pcm(data: bytes) -> Samples:
    """Of 16-bit little-endian."""
    return np.frombuffer(data[: len(data) // 2 * 2], "<i2").astype(np.float64)
