"""What is too old goes, what is not stays."""

import datetime as dt
import os
from pathlib import Path

import pytest
from sqlalchemy import select

from ivr.engine.events import Recorded
from ivr.records.callbacks import Callbacks
from ivr.records.database import Database
from ivr.records.journal import JournalSettings, LocalJournal, written
from ivr.records.lockout import DatabaseAttempts
from ivr.records.models import CallRow, RecordingRow, TurnRow
from ivr.records.retention import Purged, purge
from ivr.records.shipper import Shipper
from ivr.records.site_key import SiteKey
from tests.records.conftest import AT
from tests.records.helpers.calls import call_of, turns_of

KEEP = dt.timedelta(days=183)
NOW = AT + dt.timedelta(days=200)
RECENT = NOW - dt.timedelta(days=10)


def nothing(_file: str) -> None:
    """There are no recordings."""


def fill(database: Database, folder: Path, old: int) -> None:
    folder.mkdir()
    calls = [call_of(f"old{number}") for number in range(old)] + [call_of("new", RECENT)]
    turns = [turn for call in calls for turn in turns_of(call, Recorded(call.at, f"{call.id}.wav", 900))]
    (folder / "1-1.jsonl").write_bytes(b"".join(written(turn) for turn in turns))
    Shipper(database, folder).ship()


def test_old_calls_go_with_their_turns_and_recordings(each_database: Database, tmp_path: Path) -> None:
    fill(each_database, tmp_path / "journal", old=23)
    removed: list[str] = []
    purged = purge(each_database, tmp_path / "journal", NOW, KEEP, removed.append, batch=10)
    assert purged == Purged(calls=23, turns=46, recordings=23)
    assert sorted(removed) == sorted(f"old{number}.wav" for number in range(23))
    with each_database.read() as connection:
        assert connection.scalars(select(CallRow.id)).all() == ["new"]
        assert connection.scalars(select(TurnRow.call_id)).all() == ["new", "new"]
        assert connection.scalars(select(RecordingRow.file)).all() == ["new.wav"]


def test_a_recording_that_cannot_be_deleted_keeps_its_row(database: Database, tmp_path: Path) -> None:
    fill(database, tmp_path / "journal", old=1)

    def refuse(name: str) -> None:
        raise PermissionError(name)

    with pytest.raises(PermissionError):
        purge(database, tmp_path / "journal", NOW, KEEP, refuse)
    with database.read() as connection:
        assert len(connection.scalars(select(RecordingRow.file)).all()) == 2


def test_tries_of_codes_go_after_two_days(database: Database, tmp_path: Path) -> None:
    attempts = DatabaseAttempts(database)
    attempts.note("i", "c", NOW - dt.timedelta(days=3), success=False)
    attempts.note("i", "c", NOW - dt.timedelta(days=1), success=False)
    assert purge(database, tmp_path, NOW, KEEP, nothing).attempts == 1


def test_callbacks_go_when_they_were_done_long_ago(database: Database, tmp_path: Path) -> None:
    callbacks = Callbacks(database, SiteKey(b"k" * 32))
    for name in ("waiting", "done"):
        callbacks.add(f"{name}.wav", "0199000001", "closed", "c1", AT)
    callbacks.done(callbacks.waiting()[1].id, AT)
    assert purge(database, tmp_path, NOW, KEEP, nothing).callbacks == 1
    assert [one.number for one in callbacks.waiting()] == ["0199000001"]


def test_old_journal_files_that_nobody_ships_go_unless_somebody_writes_them(database: Database, tmp_path: Path) -> None:
    journal = LocalJournal(JournalSettings(tmp_path))
    journal.append(turns_of(call_of("c1"))[0])
    journal.flush()
    (tmp_path / "1-1.jsonl").write_bytes(b"{}\n")
    for file in tmp_path.glob("*.jsonl"):
        os.utime(file, (AT.timestamp(), AT.timestamp()))
    assert purge(database, tmp_path, NOW, KEEP, nothing).files == 1
    assert not (tmp_path / "1-1.jsonl").exists()
    journal.close()
