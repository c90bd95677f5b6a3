"""What a journal line tells the tables, read from its JSON: thousands a second are copied without being decoded.

Rule: a line that is not a turn is None, never an error.
"""

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class CallRecord:
    """A call as its latest known turn tells it. `outcome` is empty while it lasts."""

    id: str
    service: str
    version: str
    dialled: str
    channel: str
    language: str
    caller_hash: str
    started_at: dt.datetime
    ended_at: dt.datetime | None
    last_at: dt.datetime
    outcome: str
    reason: str
    turns: int
    verified: bool
    tried: str


@dataclass(frozen=True, slots=True)
class RecordingFact:
    """A recording that a turn's event names."""

    file: str
    call_id: str
    at: dt.datetime
    duration_ms: int


@dataclass(frozen=True, slots=True)
class Fact:
    """One line: the turn's key, its moment, its event's kind ("" for the first), and what it says of the call."""

    call: CallRecord
    number: int
    at: dt.datetime
    event: str
    body: str
    recording: RecordingFact | None


def fact(line: bytes) -> Fact | None:
    """The fact of a line, or None for one that is damaged. The call's service is left empty."""
    try:
        form = json.loads(line)
        return _fact(form, line.rstrip(b"\n").decode("ascii"))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def facts(lines: Iterable[bytes]) -> list[Fact]:
    """The facts of the lines that are whole."""
    return [found for line in lines if (found := fact(line)) is not None]


def latest(found: Iterable[Fact]) -> dict[str, CallRecord]:
    """Each call by its id, as its highest turn tells it."""
    calls: dict[str, CallRecord] = {}
    for one in found:
        if one.call.id not in calls or calls[one.call.id].turns < one.number:
            calls[one.call.id] = one.call
    return calls


def _fact(form: dict[str, Any], body: str) -> Fact:
    session, event = form["session"], form["event"]
    call = session["call"]
    started = _moment(call["at"])
    at = started if event is None else _moment(event["at"])
    record = _record(session, call, started, at)
    kind = "" if event is None else str(event["kind"])
    recording = None
    if kind == "Recorded" and event["file"]:
        recording = RecordingFact(event["file"], record.id, at, int(event["duration_ms"]))
    return Fact(record, int(form["number"]), at, kind, body, recording)


def _record(session: dict[str, Any], call: dict[str, Any], started: dt.datetime, at: dt.datetime) -> CallRecord:
    """Fields at their default are left out of the written form."""
    caller = session.get("caller", {})
    known = caller["items"] if caller.get("kind") == "map" else caller
    return CallRecord(
        id=call["id"],
        service="",
        version=session["flow"],
        dialled=call["dialled"],
        channel=call.get("channel", "phone"),
        language=session["language"],
        caller_hash=call.get("caller_hash", ""),
        started_at=started,
        ended_at=at if session.get("ended") else None,
        last_at=at,
        outcome=session.get("outcome", ""),
        reason=session.get("reason", ""),
        turns=int(session.get("turns", 0)),
        verified=known.get("verified") is True,
        tried=",".join(session.get("tried", ())),
    )


def _moment(form: dict[str, str]) -> dt.datetime:
    moment = dt.datetime.fromisoformat(form["text"])
    if moment.tzinfo is None:
        raise ValueError("a moment without a zone")
    return moment
