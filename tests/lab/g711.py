"""A-law, the codec of European telephony (ITU-T G.711). Rule: whole arrays in, whole arrays out."""

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.int16]


def _expand(code: int) -> int:
    code ^= 0x55
    exponent, mantissa = (code >> 4) & 7, code & 15
    level = (mantissa << 4) + 8 if exponent == 0 else ((mantissa << 4) + 0x108) << (exponent - 1)
    return level if code & 0x80 else -level


_LEVELS = np.array([_expand(code) for code in range(256)], dtype=np.int16)
_ORDER = np.argsort(_LEVELS, kind="stable")
_SORTED = _LEVELS[_ORDER].astype(np.int32)


def decode(codes: bytes) -> Samples:
    """16-bit samples at 8 kHz."""
    return _LEVELS[np.frombuffer(codes, dtype=np.uint8)]


def encode(samples: Samples) -> bytes:
    """One code a sample: the level that is nearest."""
    middles = (_SORTED[1:] + _SORTED[:-1]) / 2
    return bytes(_ORDER[np.searchsorted(middles, samples)].astype(np.uint8).tobytes())
