"""One file of lines, written by one process that holds its lock for as long as it may grow.

Rule: it holds whole lines only; a write that fails half-way is taken back.
"""

import fcntl
import os
import time
from pathlib import Path


class JournalFile:
    """Appends; raises OSError when the disk does not take it, and nothing of that write stays."""

    def __init__(self, folder: Path, name: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.size = 0
        self.broken = False
        self._began = time.monotonic()
        draft = folder / f".{name}"
        self._handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        try:
            # Locked before it has its name, so that nobody ever finds it without its writer.
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.rename(draft, folder / name)
        except OSError:
            os.close(self._handle)
            raise

    @property
    def age_s(self) -> float:
        return time.monotonic() - self._began

    def write(self, lines: bytes) -> None:
        """Whole lines or nothing."""
        rest = memoryview(lines)
        try:
            while rest:
                rest = rest[os.write(self._handle, rest) :]
        except OSError:
            self._take_back()
            raise
        self.size += len(lines)

    def _take_back(self) -> None:
        try:
            os.ftruncate(self._handle, self.size)
        except OSError:
            self.broken = True

    def close(self) -> None:
        os.close(self._handle)


def has_writer(handle: int) -> bool:
    """Whether a process still holds the file that `handle` is open on."""
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    fcntl.flock(handle, fcntl.LOCK_UN)
    return False
