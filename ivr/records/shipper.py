"""Copies the journal files of this machine to the database.

Rule: a turn is there once, however often its line is copied; a file is deleted when its writer has gone and all its whole lines
are there. One shipper works on a folder at a time.
"""

import dataclasses
import datetime as dt
import fcntl
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import Connection, select

from ivr.ports.unit_of_work import StorageError
from ivr.records.database import CommitUnknown, Database
from ivr.records.facts import CallRecord, Fact, fact, facts, latest
from ivr.records.inserting import fitted, insert_into, insert_new
from ivr.records.journal_folder import JournalFolder
from ivr.records.models import CallRow, RecordingRow, TurnRow, VersionRow

log = structlog.get_logger(__name__)

BATCH_BYTES = 2_000_000


@dataclass(frozen=True, slots=True)
class Lag:
    """How far the database is behind: bytes that are not copied, and when the first of them was written."""

    bytes: int = 0
    oldest_at: dt.datetime | None = None

    def seconds(self, now: dt.datetime) -> float:
        return 0.0 if self.oldest_at is None else max(0.0, (now - self.oldest_at).total_seconds())


class Shipper:
    """Works in whichever process calls it; `damaged` counts lines that were no turns."""

    def __init__(self, database: Database, folder: Path, batch_bytes: int = BATCH_BYTES) -> None:
        self._database = database
        self._folder = folder
        self._files = JournalFolder(folder)
        self._batch_bytes = batch_bytes
        self.damaged = 0

    def ship(self) -> int:
        """Copy what is there now; how many turns that were. Raises StorageError: what was copied before stays copied."""
        with self._alone() as alone:
            return sum(self._ship_file(file) for file in self._files.files()) if alone else 0

    def run(self, stop: threading.Event, every_s: float = 1.0) -> None:
        """Ship until stopped, and once more then. What fails is tried again."""
        failing = False
        while True:
            stopped = stop.is_set()
            try:
                self.ship()
                failing = False
            except (StorageError, CommitUnknown, OSError) as error:
                if not failing:
                    log.warning("journal_not_shipped", error=type(error).__name__, lag_bytes=self.lag().bytes)
                failing = True
            if stopped:
                return
            stop.wait(every_s)

    def lag(self) -> Lag:
        """Looks at the files only."""
        behind = 0
        oldest: dt.datetime | None = None
        for file in self._files.files():
            offset = self._files.shipped(file)
            chunk = self._files.read(file, offset, 1)
            if chunk.lines:
                behind += max(0, _size(file) - offset)
                first = fact(chunk.lines[0])
                if first is not None and (oldest is None or first.at < oldest):
                    oldest = first.at
        return Lag(behind, oldest)

    def _ship_file(self, file: Path) -> int:
        abandoned = self._files.abandoned(file)  # asked first: what is read afterwards is then all there will ever be
        offset = self._files.shipped(file)
        copied = 0
        while True:
            chunk = self._files.read(file, offset, self._batch_bytes)
            if not chunk.lines:
                break
            found = facts(chunk.lines)
            self._note_damage(file, len(chunk.lines) - len(found))
            self._store(found)
            offset = chunk.end
            self._files.mark(file, offset)
            copied += len(found)
        if abandoned:
            self._note_damage(file, int(chunk.more))
            self._files.delete(file)
        return copied

    def _store(self, found: Sequence[Fact]) -> None:
        with self._database.write() as connection:
            insert_new(connection, TurnRow, [_turn(one) for one in found])
            insert_new(connection, RecordingRow, [_recording(one) for one in found if one.recording is not None])
            _update_calls(connection, list(latest(found).values()))

    def _note_damage(self, file: Path, lines: int) -> None:
        if lines:
            self.damaged += lines
            log.warning("journal_damaged", file=file.name, lines=lines)

    @contextmanager
    def _alone(self) -> Iterator[bool]:
        self._folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(self._folder / ".shipping", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield True
        except BlockingIOError:
            yield False
        finally:
            os.close(handle)


def with_services(connection: Connection, calls: Sequence[CallRecord]) -> list[CallRecord]:
    """Calls with the names of their services, which their versions know."""
    versions = sorted({call.version for call in calls})
    rows = connection.execute(select(VersionRow.hash, VersionRow.service).where(VersionRow.hash.in_(versions)))
    services = {hash: service for hash, service in rows}
    return [dataclasses.replace(call, service=services.get(call.version, "")) for call in calls]


def _turn(one: Fact) -> dict[str, Any]:
    values = {"call_id": one.call.id, "number": one.number, "at": one.at, "event": one.event}
    return {**fitted(TurnRow, values), "body": one.body}


def _recording(one: Fact) -> dict[str, Any]:
    assert one.recording is not None
    return fitted(RecordingRow, dataclasses.asdict(one.recording))


def _update_calls(connection: Connection, calls: Sequence[CallRecord]) -> None:
    """A later turn replaces what an earlier one said of its call; an earlier one that comes late changes nothing."""
    if not calls:
        return
    statement = insert_into(connection, CallRow)
    new = {column.name: statement.excluded[column.name] for column in CallRow.__table__.columns if column.name != "id"}
    later = statement.on_conflict_do_update(index_elements=["id"], set_=new, where=statement.excluded.turns > CallRow.turns)
    connection.execute(later, [fitted(CallRow, dataclasses.asdict(call)) for call in with_services(connection, calls)])


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except FileNotFoundError:
        return 0
