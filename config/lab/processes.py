"""Knows a process again after the fact and ends it. Rule: a process is its number and its start time together,
so that a number which the kernel gave to somebody else is never signalled."""

import os
import signal
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_STEP_S = 0.02


@dataclass(frozen=True)
class ProcessId:
    """``started`` is in clock ticks since boot, from field 22 of /proc/PID/stat."""

    pid: int
    started: int


def identify(pid: int) -> ProcessId | None:
    """The process of that number, or None when there is none or it is a zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] in "ZX" else ProcessId(pid, int(fields[19]))


def is_alive(process: ProcessId) -> bool:
    """Whether this very process still runs."""
    return identify(process.pid) == process


def end(process: ProcessId, patience_s: float = 5.0) -> None:
    """Asks it to end, and kills it when it has not after ``patience_s``."""
    for request in (signal.SIGTERM, signal.SIGKILL):
        if not is_alive(process):
            break
        os.kill(process.pid, request)
        wait_until_gone(process, patience_s)
    if not is_alive(process):
        with suppress(ChildProcessError):
            os.waitpid(process.pid, 0)


def wait_until_gone(process: ProcessId, patience_s: float) -> bool:
    """Whether it ended within ``patience_s``."""
    deadline = time.monotonic() + patience_s
    while is_alive(process):
        if time.monotonic() > deadline:
            return False
        time.sleep(_STEP_S)
    return True
