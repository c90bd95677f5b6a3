"""Calls that are away in the dialplan, on a transfer, and how they come back.

Rule: a call is expected before its AGI ends, so that no return can be missed; a return that nobody expects is turned away.
"""

import queue
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType

from telephony.agi import SocketAgi


@dataclass(frozen=True, slots=True)
class Return:
    """The caller is back on a new line, or, without one, has hung up. `facts` is what the dialplan knows of the transfer."""

    agi: SocketAgi | None
    facts: Mapping[str, str] = field(default_factory=dict)


class Returns:
    """One for the process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._away: dict[str, Expected] = {}
        self._draining = False

    def expect(self, call_id: str) -> "Expected":
        """Use as a context: outside it the call's return is turned away."""
        return Expected(self, call_id)

    def deliver(self, call_id: str, back: Return) -> bool:
        """Hand a return to the call that expects it; false when none does."""
        with self._lock:
            expected = self._away.pop(call_id, None)
            if expected is None:
                return False
            expected.arrived.put(back)
            return True

    @property
    def away(self) -> int:
        return len(self._away)

    def _open(self, expected: "Expected") -> None:
        with self._lock:
            self._away[expected.call_id] = expected

    def _close(self, expected: "Expected") -> None:
        with self._lock:
            if self._away.get(expected.call_id) is expected:
                del self._away[expected.call_id]


class Expected:
    """A call that is away."""

    def __init__(self, returns: Returns, call_id: str) -> None:
        self.call_id = call_id
        self.arrived: queue.SimpleQueue[Return] = queue.SimpleQueue()
        self._returns = returns

    def wait(self, timeout_ms: int) -> Return | None:
        """The return, or None when it did not come in time."""
        try:
            return self.arrived.get(timeout=timeout_ms / 1000)
        except queue.Empty:
            return None

    def __enter__(self) -> "Expected":
        self._returns._open(self)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._returns._close(self)
        while not self.arrived.empty():
            late = self.arrived.get()
            if late.agi is not None:
                late.agi.close()
