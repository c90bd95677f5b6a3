"""Prompts on disk, each named by a hash of what it is.

Rule: a file appears whole or not at all, whichever process writes it; one that cannot be read is thrown away and made again.
"""

import contextlib
import hashlib
import json
import os
import tempfile
import time
import wave
from pathlib import Path

import structlog

from ivr.ports.synthesizer import Audio, SynthesisError
from speech.sound import RATE

log = structlog.get_logger(__name__)

Key = tuple[object, ...]
YOUNG_S = 86_400.0
"""What was used in the last day is not purged: a call may be hearing it."""


class Cache:
    """Folders of two letters below `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[Key, Audio] = {}

    def path(self, key: Key) -> Path:
        name = hashlib.sha256(json.dumps(key, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()
        return self._folder / name[:2] / f"{name}.wav"

    def ready(self, key: Key) -> Audio | None:
        """What is known to be there, at once; looked for on disk the first time."""
        known = self._known.get(key)
        return known if known is not None else self.look(key)

    def look(self, key: Key) -> Audio | None:
        """What is really there."""
        path = self.path(key)
        try:
            with wave.open(str(path)) as file:
                right = (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, RATE)
                audio = Audio(path, file.getnframes() * 1_000 // RATE)
            whole = path.stat().st_size >= audio.duration_ms * RATE // 1_000 * 2
        except FileNotFoundError:
            self._known.pop(key, None)
            return None
        except (wave.Error, EOFError, OSError):
            right = whole = False
        if not (right and whole):
            self._throw_away(path)
            self._known.pop(key, None)
            return None
        if key not in self._known:
            with contextlib.suppress(OSError):
                os.utime(path)
        self._known[key] = audio
        return audio

    def write(self, key: Key, pcm: bytes) -> Audio:
        """Put it there. Raises SynthesisError when the folder cannot be written."""
        path = self.path(key)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, draft = tempfile.mkstemp(dir=path.parent, suffix=".part")
            try:
                with os.fdopen(handle, "wb") as raw, wave.open(raw, "wb") as file:
                    file.setnchannels(1)
                    file.setsampwidth(2)
                    file.setframerate(RATE)
                    file.writeframes(pcm)
                os.chmod(draft, 0o644)
                os.replace(draft, path)
            except BaseException:
                os.unlink(draft)
                raise
        except OSError as error:
            raise SynthesisError(f"{path.parent} cannot be written: {error.strerror}") from error
        audio = self._known[key] = Audio(path, len(pcm) // 2 * 1_000 // RATE)
        return audio

    def purge(self, most_bytes: int, now: float | None = None) -> int:
        """Delete what was not used for longest until the rest fits, and drafts that were left; how many files."""
        now = time.time() if now is None else now
        found: list[tuple[float, int, Path]] = []
        deleted = 0
        for path in self._folder.glob("??/*"):
            with contextlib.suppress(OSError):
                status = path.stat()
                if path.suffix == ".wav":
                    found.append((status.st_mtime, status.st_size, path))
                elif path.suffix == ".part" and now - status.st_mtime > YOUNG_S:
                    path.unlink()
                    deleted += 1
        total = sum(size for _, size, _ in found)
        for used, size, path in sorted(found):
            if total <= most_bytes or now - used < YOUNG_S:
                break
            with contextlib.suppress(OSError):
                path.unlink()
                total -= size
                deleted += 1
        return deleted

    @staticmethod
    def _throw_away(path: Path) -> None:
        log.warning("prompt_damaged", path=str(path))
        with contextlib.suppress(OSError):
            path.unlink()
