"""Messages that callers left for a callback while the engine was away.

Rule: the file's name holds all that is known: seconds since 1970, call, caller's number, queue and reason, between `~`.
"""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from telephony.arrivals import caller_number


@dataclass(frozen=True, slots=True)
class CallbackMessage:
    """One message; `caller` and `reason` may be empty."""

    path: Path
    at: dt.datetime
    call_id: str
    caller: str
    queue: str
    reason: str


def waiting(folder: Path) -> list[CallbackMessage]:
    """The messages in the folder that Asterisk records into, oldest first; other files are left alone."""
    messages = (_read(path) for path in sorted(folder.glob("*.wav")))
    return [message for message in messages if message is not None]


def _read(path: Path) -> CallbackMessage | None:
    fields = path.stem.split("~")
    if len(fields) != 5 or not fields[0].isdecimal():
        return None
    at = dt.datetime.fromtimestamp(int(fields[0]), dt.UTC)
    return CallbackMessage(path, at, fields[1], caller_number(fields[2]), fields[3], fields[4])
