"""espeak-ng in a process of its own: a request is a JSON line, the answer a length and raw samples (22,050 Hz, 16-bit)."""

import ctypes
import json
import struct
import sys
from pathlib import Path

import espeakng_loader

RATE, PITCH, RANGE = 1, 3, 4


def main() -> None:
    library = ctypes.CDLL(espeakng_loader.get_library_path())
    if library.espeak_Initialize(2, 0, str(Path(espeakng_loader.get_data_path()).parent).encode(), 0x8000) < 0:
        raise SystemExit("espeak-ng cannot be initialised")
    samples = bytearray()
    kind = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)

    def take(wave: "ctypes._Pointer[ctypes.c_short]", count: int, _events: int) -> int:
        if wave and count > 0:
            samples.extend(ctypes.string_at(wave, count * 2))
        return 0

    callback = kind(take)
    library.espeak_SetSynthCallback(callback)
    for line in sys.stdin.buffer:
        asked = json.loads(line)
        samples.clear()
        library.espeak_SetVoiceByName(asked["voice"].encode())
        library.espeak_SetParameter(RATE, int(asked["rate"]), 0)
        text = asked["text"].encode() + b"\0"
        library.espeak_Synth(text, len(text), 0, 1, 0, 1, None, None)
        library.espeak_Synchronize()
        sys.stdout.buffer.write(struct.pack("<I", len(samples)) + samples)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
