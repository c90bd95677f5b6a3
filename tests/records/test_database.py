"""Transactions wait within their limit, fail as StorageError, and hide what they were given."""

import datetime as dt
import time
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text

from handlers.base import Attempts
from ivr.ports.journal import Journal
from ivr.ports.unit_of_work import StorageError, UnitOfWork
from ivr.records.database import CommitUnknown, Database, RecordsSettings, open_database
from ivr.records.journal import LocalJournal
from ivr.records.lockout import DatabaseAttempts
from ivr.records.models import AttemptRow, OutboxRow
from ivr.records.unit_of_work import DatabaseUnitOfWork
from tests.records.conftest import AT

PORTS: tuple[type[UnitOfWork], type[Journal], type[Attempts]] = (DatabaseUnitOfWork, LocalJournal, DatabaseAttempts)
"""Held by the type checker."""


def row(at: dt.datetime = AT) -> dict[str, object]:
    return {"identifier_hash": "i", "caller_hash": "c", "at": at, "success": None}


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://localhost/x"])
def test_a_database_that_processes_cannot_share_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="sqlite:///PATH"):
        open_database(RecordsSettings(url))


@pytest.mark.parametrize("url", ["sqlite:////proc/none/guichet.sqlite", "postgresql://nobody@/none?host=/proc/none"])
def test_a_database_that_is_not_there_is_told(url: str) -> None:
    with pytest.raises((StorageError, OSError)):
        enter_read(open_database(RecordsSettings(url, timeout_ms=300)))


def enter_read(database: Database) -> None:
    with database.read():
        pass


def test_moments_come_back_in_utc(each_database: Database) -> None:
    paris = AT.astimezone(dt.timezone(dt.timedelta(hours=1)))
    with each_database.write() as connection:
        connection.execute(insert(AttemptRow).values(row(paris)))
    with each_database.read() as connection:
        found = connection.scalar(select(AttemptRow.at))
    assert found is not None
    assert (found, found.utcoffset()) == (AT, dt.timedelta(0))


def test_a_reader_does_not_wait_for_a_writer_and_sees_nothing_of_it(each_database: Database) -> None:
    with each_database.read() as reading:
        before = reading.execute(select(AttemptRow.id)).all()
        with each_database.write() as writing:
            writing.execute(insert(AttemptRow).values(row()))
            assert reading.execute(select(AttemptRow.id)).all() == before == []


def test_references_are_checked(each_database: Database) -> None:
    values = {"kind": "sms", "key": "k", "request_id": "none", "payload": {}, "created_at": AT, "next_at": AT}

    def store() -> None:
        with each_database.write() as connection:
            connection.execute(insert(OutboxRow).values(values))

    with pytest.raises(StorageError):
        store()


def test_an_error_does_not_quote_what_was_stored(each_database: Database) -> None:
    def store() -> None:
        with each_database.write() as connection:
            connection.execute(text("INSERT INTO nowhere VALUES (:value)"), {"value": "0199000001"})

    with pytest.raises(StorageError) as told:
        store()
    assert "0199000001" not in str(told.value)
    assert told.value.__cause__ is None


@pytest.mark.parametrize(("durable", "level"), [(True, 2), (False, 1)])
def test_only_what_must_survive_a_power_cut_waits_for_the_disk(database: Database, durable: bool, level: int) -> None:
    with database.write(durable=durable) as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == level
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"


def test_a_process_whose_connections_are_all_busy_is_told_in_time(each_url: str) -> None:
    database = open_database(RecordsSettings(each_url, connections=1))

    def second() -> None:
        with database.read(200):
            pass

    with database.read():
        began = time.monotonic()
        with pytest.raises(StorageError):
            second()
        assert time.monotonic() - began < 1
    enter_read(database)
    database.close()


def test_a_slow_statement_is_ended_within_the_limit(postgresql_url: str) -> None:
    database = open_database(RecordsSettings(postgresql_url))

    def sleep() -> None:
        with database.write(200) as connection:
            connection.execute(text("SELECT pg_sleep(20)"))

    began = time.monotonic()
    with pytest.raises(StorageError):
        sleep()
    assert time.monotonic() - began < 2
    database.close()


def test_a_connection_lost_while_it_commits_is_no_failure_but_unknown(postgresql_url: str) -> None:
    database = open_database(RecordsSettings(postgresql_url))

    def store() -> None:
        with database.write() as connection:
            connection.execute(insert(AttemptRow).values(row()))
            mine = connection.scalar(text("SELECT pg_backend_pid()"))
            with database.engine.connect() as other:
                other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": mine})

    with pytest.raises(CommitUnknown):
        store()
    enter_read(database)
    database.close()


def test_a_folder_is_made_for_the_file(tmp_path: Path) -> None:
    database = open_database(RecordsSettings(f"sqlite:///{tmp_path / 'a' / 'b.sqlite'}"))
    enter_read(database)
    assert (tmp_path / "a" / "b.sqlite").exists()
    database.close()
