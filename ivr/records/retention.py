"""Deletes what is older than it may be kept.

Rule: small transactions, so that no caller waits for it; a recording's row goes after its file, so that none is left unknown.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import and_, delete, not_, select
from sqlalchemy.orm import InstrumentedAttribute

from ivr.records.columns import Base
from ivr.records.database import Database
from ivr.records.journal_folder import JournalFolder
from ivr.records.models import AttemptRow, CallbackRow, CallRow, CodeRow, DraftRow, OutboxRow, RecordingRow, RequestRow, TurnRow

BATCH = 500
ATTEMPTS_KEPT = dt.timedelta(days=2)
"""Tries of codes count for a day; nothing needs them longer."""


@dataclass(frozen=True, slots=True)
class Purged:
    """How many rows went, and how many journal files that nobody had copied."""

    calls: int = 0
    turns: int = 0
    attempts: int = 0
    recordings: int = 0
    callbacks: int = 0
    files: int = 0
    deliveries: int = 0
    requests: int = 0
    drafts: int = 0
    codes: int = 0


def purge(
    database: Database, journal: Path, now: dt.datetime, keep: dt.timedelta, remove: Callable[[str], None], batch: int = BATCH
) -> Purged:
    """Delete what happened before `now - keep`; `remove` deletes a recording by its name. Raises StorageError half-way at worst.

    A call goes by its last turn, a turn by its own moment, a callback when it is done, an attempt after two days at most; an
    item of the outbox when it was delivered, and a request when none of its items is left; a draft when its time is over, a code
    after two days at most.
    """
    before = now - keep
    tries_before = max(before, now - ATTEMPTS_KEPT)
    recordings = _purge_recordings(database, before, remove, batch)
    files = _purge_files(journal, before)
    return Purged(
        calls=_purge_rows(database, CallRow, CallRow.id, CallRow.last_at < before, batch),
        turns=_purge_turns(database, before, batch),
        attempts=_purge_rows(database, AttemptRow, AttemptRow.id, AttemptRow.at < tries_before, batch),
        recordings=recordings,
        callbacks=_purge_rows(database, CallbackRow, CallbackRow.id, CallbackRow.done_at < before, batch),
        files=files,
        deliveries=_purge_rows(database, OutboxRow, OutboxRow.id, OutboxRow.settled_at < before, batch),
        requests=_purge_rows(database, RequestRow, RequestRow.id, _forgotten(before), batch),
        drafts=_purge_drafts(database, now),
        codes=_purge_rows(database, CodeRow, CodeRow.id, CodeRow.at < tries_before, batch),
    )


def _forgotten(before: dt.datetime) -> Any:
    """Requests that are old and that nothing in the outbox belongs to."""
    items = select(OutboxRow.id).where(OutboxRow.request_id == RequestRow.id)
    return and_(RequestRow.created_at < before, not_(items.exists()))


def _purge_rows(database: Database, row: type[Base], key: InstrumentedAttribute[Any], old: Any, batch: int) -> int:
    """Rows of a table for which `old` holds, a batch at a time."""
    total = 0
    while True:
        with database.write() as connection:
            keys: Sequence[Any] = connection.scalars(select(key).where(old).limit(batch)).all()
            if keys:
                connection.execute(delete(row).where(key.in_(keys)))
        total += len(keys)
        if len(keys) < batch:
            return total


def _purge_drafts(database: Database, now: dt.datetime) -> int:
    with database.write() as connection:
        return connection.execute(delete(DraftRow).where(DraftRow.until <= now)).rowcount


def _purge_turns(database: Database, before: dt.datetime, batch: int) -> int:
    """By call, since a call has few turns; those of a call that went on past the limit wait for it to be old."""
    total = 0
    calls = max(1, batch // 10)
    living = select(CallRow.id).where(CallRow.last_at >= before)
    while True:
        with database.write() as connection:
            old = select(TurnRow.call_id).where(TurnRow.at < before, TurnRow.call_id.not_in(living)).distinct().limit(calls)
            ids = connection.scalars(old).all()
            if ids:
                total += connection.execute(delete(TurnRow).where(TurnRow.call_id.in_(ids), TurnRow.at < before)).rowcount
        if len(ids) < calls:
            return total


def _purge_recordings(database: Database, before: dt.datetime, remove: Callable[[str], None], batch: int) -> int:
    total = 0
    while True:
        with database.read() as connection:
            files = connection.scalars(select(RecordingRow.file).where(RecordingRow.at < before).limit(batch)).all()
        for file in files:
            remove(file)
        with database.write() as connection:
            if files:
                connection.execute(delete(RecordingRow).where(RecordingRow.file.in_(files)))
        total += len(files)
        if len(files) < batch:
            return total


def _purge_files(journal: Path, before: dt.datetime) -> int:
    """Journal files that nobody writes to and nobody ever shipped."""
    folder = JournalFolder(journal)
    old = [file for file in folder.files() if folder.abandoned(file) and file.stat().st_mtime < before.timestamp()]
    for file in old:
        folder.delete(file)
    return len(old)
