"""Reads calls back: from the database, and from the journal files that are not copied yet.

Rule: files are looked at first. A turn that is copied meanwhile is then in both, never in neither.
"""

import datetime as dt
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sqlalchemy import select

from ivr.engine.codec import decode
from ivr.engine.session import Turn
from ivr.records.database import Database
from ivr.records.facts import CallRecord, facts, latest
from ivr.records.journal_folder import JournalFolder
from ivr.records.models import CallRow, TurnRow
from ivr.records.shipper import with_services

MAX_LOCAL = 64_000_000
"""Bytes of uncopied journal that are looked at; more than that means that nobody ships."""


class Records:
    """Calls and their transcripts. All raise StorageError."""

    def __init__(self, database: Database, journal: Path) -> None:
        self._database = database
        self._files = JournalFolder(journal)

    def calls(self, since: dt.datetime | None = None, service: str | None = None, limit: int = 50) -> list[CallRecord]:
        """The latest calls first."""
        local = latest(facts(self._files.unshipped(MAX_LOCAL)))
        rows = select(*CallRow.__table__.columns).order_by(CallRow.started_at.desc(), CallRow.id).limit(limit)
        if since is not None:
            rows = rows.where(CallRow.started_at >= since)
        if service is not None:
            rows = rows.where(CallRow.service == service)
        with self._database.read() as connection:
            known = [CallRecord(**row._mapping) for row in connection.execute(rows)]
            fresh = with_services(connection, list(local.values()))
        merged = {call.id: call for call in known}
        for call in fresh:
            stored = merged.get(call.id)
            if _wanted(call, since, service) and (stored is None or stored.turns < call.turns):
                merged[call.id] = call
        return sorted(merged.values(), key=lambda call: (-call.started_at.timestamp(), call.id))[:limit]

    def call(self, call_id: str) -> CallRecord | None:
        """One call, or None for one that nobody knows."""
        local = latest(facts(self._lines_of(call_id))).get(call_id)
        with self._database.read() as connection:
            row = connection.execute(select(*CallRow.__table__.columns).where(CallRow.id == call_id)).one_or_none()
            stored = CallRecord(**row._mapping) if row is not None else None
            if local is not None and (stored is None or stored.turns < local.turns):
                return with_services(connection, [local])[0]
            return stored

    def transcript(self, call_id: str) -> list[Turn]:
        """A call's turns in order, none for a call that nobody knows. Raises CodecError for turns of another release."""
        bodies = {one.number: one.body for one in facts(self._lines_of(call_id)) if one.call.id == call_id}
        with self._database.read() as connection:
            rows = connection.execute(select(TurnRow.number, TurnRow.body).where(TurnRow.call_id == call_id))
            bodies.update((row.number, row.body) for row in rows)
        return [_turn(bodies[number]) for number in sorted(bodies)]

    def repeats(self, caller_hash: str, since: dt.datetime, limit: int = 50) -> list[CallRecord]:
        """Calls of one caller that are in the database, the latest first; none for a withheld number."""
        if not caller_hash:
            return []
        rows = select(*CallRow.__table__.columns).where(CallRow.caller_hash == caller_hash, CallRow.started_at >= since)
        with self._database.read() as connection:
            found = connection.execute(rows.order_by(CallRow.started_at.desc()).limit(limit))
            return [CallRecord(**row._mapping) for row in found]

    def _lines_of(self, call_id: str) -> Iterable[bytes]:
        """Lines that may be the call's: looking for its id is quicker than reading each."""
        name = json.dumps(call_id).encode("ascii")
        return (line for line in self._files.unshipped(MAX_LOCAL) if name in line)


def _wanted(call: CallRecord, since: dt.datetime | None, service: str | None) -> bool:
    return (since is None or call.started_at >= since) and (service is None or call.service == service)


def _turn(body: str) -> Turn:
    form: Any = json.loads(body)
    turn: Turn = decode(form)
    return turn
