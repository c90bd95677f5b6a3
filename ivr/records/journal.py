"""The journal of a process: every turn of its calls, one JSON line each, in files of its own.

Rule: a call never waits for it and never fails by it. What cannot be written is counted as lost. A file belongs to whoever
holds its lock; when nobody does, its writer has gone.
"""

import json
import os
import queue
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import structlog

from ivr.engine.codec import CodecError, encode
from ivr.engine.session import Turn
from ivr.records.journal_file import JournalFile

log = structlog.get_logger(__name__)

SUFFIX = ".jsonl"


@dataclass(frozen=True, slots=True)
class JournalSettings:
    """`folder` is this machine's. A file is closed when it is `file_bytes` long or `file_s` old, so that it can be deleted.

    `queued` turns wait to be written at most; when that many do, a call waits `patience_ms` for room.
    """

    folder: Path
    file_bytes: int = 64_000_000
    file_s: int = 24 * 3_600
    queued: int = 10_000
    patience_ms: int = 20
    batch: int = 256


@dataclass(slots=True)
class _Flush:
    """Set when everything that was appended before it is written."""

    done: threading.Event
    last: bool = False


class LocalJournal:
    """Implements ivr.ports.journal.Journal. One thread encodes and writes; turns are immutable, so it may do so later."""

    def __init__(self, settings: JournalSettings) -> None:
        self._settings = settings
        self._queue: queue.SimpleQueue[Turn | _Flush] = queue.SimpleQueue()
        self._room = threading.Semaphore(settings.queued)
        self._lost = 0
        self._counting = threading.Lock()
        self._closed = False
        self._file: JournalFile | None = None
        self._thread = threading.Thread(target=self._write_all, name="journal", daemon=True)
        self._thread.start()

    @property
    def lost(self) -> int:
        """Turns that are in no file: the disk or the queue was full."""
        return self._lost

    @property
    def waiting(self) -> int:
        """Turns that are not written yet."""
        return self._queue.qsize()

    def append(self, turn: Turn) -> None:
        """Take a turn; waits `patience_ms` at most and raises nothing."""
        if self._closed or not self._room.acquire(timeout=self._settings.patience_ms / 1000):
            self._lose(1, "queue_full")
        else:
            self._queue.put(turn)

    def flush(self, timeout_ms: int = 200) -> bool:
        """Wait until what was appended is with the operating system; false when that took longer."""
        return self._ask(_Flush(threading.Event()), timeout_ms)

    def close(self, timeout_ms: int = 2_000) -> bool:
        """Write what waits and take nothing more; false when that took longer."""
        if self._closed:
            return not self._thread.is_alive()
        self._closed = True
        done = self._ask(_Flush(threading.Event(), last=True), timeout_ms)
        self._thread.join(timeout_ms / 1000 if done else 0)
        return done

    def _ask(self, flush: _Flush, timeout_ms: int) -> bool:
        self._queue.put(flush)
        return flush.done.wait(timeout_ms / 1000)

    def _lose(self, turns: int, why: str) -> None:
        with self._counting:
            first, self._lost = self._lost == 0, self._lost + turns
        if first or self._lost % 1_000 == 0:
            log.error("journal_lost", why=why, lost=self._lost)

    # the writer's thread

    def _write_all(self) -> None:
        last = False
        while not last or not self._queue.empty():
            turns, flushes = self._next_batch()
            try:
                self._write(turns)
            except Exception as error:  # whatever is wrong with a turn or a disk, the next one is tried
                self._lose(len(turns), type(error).__name__)
            for flush in flushes:
                last = last or flush.last
                flush.done.set()
        if self._file is not None:
            self._file.close()

    def _next_batch(self) -> tuple[list[Turn], list[_Flush]]:
        """Everything that waits, up to a batch; waits for the first."""
        turns: list[Turn] = []
        flushes: list[_Flush] = []
        item = self._queue.get()
        while True:
            if isinstance(item, _Flush):
                flushes.append(item)
                return turns, flushes
            turns.append(item)
            self._room.release()
            if len(turns) >= self._settings.batch:
                return turns, flushes
            try:
                item = self._queue.get_nowait()
            except queue.Empty:
                return turns, flushes

    def _write(self, turns: list[Turn]) -> None:
        lines = [line for turn in turns if (line := self._line(turn)) is not None]
        if not lines:
            return
        try:
            self._open_file().write(b"".join(lines))
        except OSError as error:
            self._lose(len(lines), os.strerror(error.errno) if error.errno else "write")

    def _line(self, turn: Turn) -> bytes | None:
        try:
            return written(turn)
        except (CodecError, ValueError, TypeError, RecursionError) as error:
            self._lose(1, type(error).__name__)
            return None

    def _open_file(self) -> JournalFile:
        settings = self._settings
        file = self._file
        if file is not None and (file.size >= settings.file_bytes or file.age_s >= settings.file_s or file.broken):
            file.close()
            file = self._file = None
        if file is None:
            file = self._file = JournalFile(settings.folder, f"{os.getpid()}-{time.time_ns()}{SUFFIX}")
        return file


def written(turn: Turn) -> bytes:
    """A turn as its line. ASCII, so that no text that a network sent can break a line or an encoding."""
    return json.dumps(encode(turn), separators=(",", ":"), check_circular=False).encode("ascii") + b"\n"
