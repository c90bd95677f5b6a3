"""Handing a call to the dialplan for a transfer, and reading how it ended.

Rule: a transfer happens in the dialplan: the AGI ends, the call is expected back on a new line, with the caller, or as a notice
that she has gone. Names go out, never numbers: which number a name stands for is written in the dialplan.
"""

import datetime as dt
import re
from dataclasses import dataclass

import structlog

from ivr.engine.commands import Transfer
from ivr.engine.events import Disconnected, Event, Heardness, Transferred, TransferResult
from telephony.line import Line
from telephony.returns import Return, Returns

log = structlog.get_logger(__name__)

_TARGET = re.compile(r"(queue|extension|number):([A-Za-z0-9_-]{1,40})")
_UNSAFE = re.compile(r"[^A-Za-z0-9_-]")


@dataclass(frozen=True, slots=True)
class TransferSettings:
    """`return_address` is `host:port` of this process; the longest wait covers the queue and the talk."""

    return_address: str
    longest_ms: int = 3 * 3_600_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the caller came back; `gone` when she did not."""

    result: TransferResult
    gone: bool
    waited_ms: int = 0

    def event(self, at: dt.datetime, heard: Heardness) -> Event:
        if self.gone and self.result is not TransferResult.ANSWERED:
            return Disconnected(at, heard=heard)
        return Transferred(at, self.result, self.waited_ms, heard)


def hand_over(line: Line, call_id: str, command: Transfer, wait_s: int, returns: Returns, settings: TransferSettings) -> Outcome:
    """Leave the call to the dialplan and wait for its return. Raises CallerGone if she is gone before."""
    target = _TARGET.fullmatch(command.to)
    if target is None:
        log.error("transfer_target_unknown", to=command.to)
        return Outcome(TransferResult.FAILED, gone=False)
    with returns.expect(call_id) as expected:
        line.remember("IVR_REASON", safe(command.reason))
        line.remember("IVR_TARGET", target[2])
        line.remember("IVR_WAIT", str(wait_s))
        line.remember("IVR_FINAL", "1" if command.final else "0")
        line.remember("IVR_HOME", settings.return_address)
        line.remember("IVR_NEXT", target[1])
        line.tell()
        line.leave()
        back = expected.wait(settings.longest_ms)
    if back is not None and back.agi is not None:
        line.come_back(back.agi)
    return outcome_of(back)


def outcome_of(back: Return | None) -> Outcome:
    """What the dialplan's facts mean: `outcome` is a word of TransferResult, `waited` counts seconds."""
    if back is None:
        return Outcome(TransferResult.FAILED, gone=True)
    try:
        result = TransferResult(back.facts.get("outcome", ""))
    except ValueError:
        result = TransferResult.FAILED
    waited = back.facts.get("waited", "")
    return Outcome(result, back.agi is None, int(waited) * 1_000 if waited.isdecimal() and len(waited) < 7 else 0)


def safe(reason: str) -> str:
    """A reason as a channel variable may hold it: letters, digits, `_` and `-`, at most 60."""
    return _UNSAFE.sub("_", reason)[:60]
