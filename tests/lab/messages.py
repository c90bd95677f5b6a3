"""Reads SIPp's message log: who said what, when. Rule: the file alone decides how a call went."""

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

_ENTRY = re.compile(
    r"^-{40,} (?P<stamp>[^\n]+)\n(?:UDP|TCP) message (?P<way>sent|received) .*?\n\n(?P<text>.*?)(?=^-{40,} |\Z)", re.M | re.S
)
_CSEQ = re.compile(r"^CSeq: *\d+ +(\w+)", re.M | re.I)

EndedBy = Literal["caller", "other side", "refused", "nobody"]


@dataclass(frozen=True)
class Message:
    """``at`` is in seconds since the epoch; ``method`` is that of CSeq."""

    at: float
    sent: bool
    first_line: str
    method: str


@dataclass(frozen=True)
class Course:
    """How a call went. Times are in seconds since the epoch, None for what did not happen."""

    dialled: float | None
    answered: float | None
    ended: float | None
    ended_by: EndedBy
    refusal: str | None


def read_messages(log: Path) -> list[Message]:
    """All SIP messages of the log, in order."""
    text = log.read_text(encoding="utf-8", errors="replace").replace("\r\n", "\n") if log.exists() else ""
    return [_message(found) for found in _ENTRY.finditer(text)]


def _message(found: re.Match[str]) -> Message:
    text = found["text"]
    cseq = _CSEQ.search(text)
    return Message(_epoch(found["stamp"]), found["way"] == "sent", text.split("\n", 1)[0], cseq[1] if cseq else "")


def _epoch(stamp: str) -> float:
    return datetime.strptime(stamp.strip(), "%Y-%m-%d %H:%M:%S.%f").astimezone().timestamp()


def course(messages: list[Message]) -> Course:
    """What the messages of one call amount to."""
    dialled = _first(messages, "INVITE sip:")
    answered = next((m.at for m in messages if m.method == "INVITE" and m.first_line.startswith("SIP/2.0 200")), None)
    bye = next((m for m in messages if m.first_line.startswith("BYE ")), None)
    if bye:
        return Course(dialled, answered, bye.at, "caller" if bye.sent else "other side", None)
    refusals = [
        m for m in messages if m.method == "INVITE" and re.match(r"SIP/2.0 [456]", m.first_line) and " 401" not in m.first_line
    ]
    if refusals and answered is None:
        return Course(dialled, None, refusals[0].at, "refused", refusals[0].first_line.removeprefix("SIP/2.0 "))
    return Course(dialled, answered, None, "nobody", None)


def _first(messages: list[Message], start: str) -> float | None:
    return next((m.at for m in messages if m.first_line.startswith(start)), None)
