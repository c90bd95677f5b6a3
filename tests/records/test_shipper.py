"""Journal files reach the database once and whole, whatever dies in between."""

import datetime as dt
import json
import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from ivr.engine.codec import decode
from ivr.engine.events import Disconnected, Recorded
from ivr.engine.session import Turn
from ivr.ports.unit_of_work import StorageError
from ivr.records.database import Database, RecordsSettings, open_database
from ivr.records.journal import JournalSettings, LocalJournal, written
from ivr.records.models import CallRow, RecordingRow, TurnRow
from ivr.records.schema import upgrade
from ivr.records.shipper import Lag, Shipper
from ivr.records.versions import Versions
from tests.records.conftest import AT, StillClock
from tests.records.helpers.calls import VERSION, call_of, turns_of

ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "journal"
    made.mkdir()
    return made


@pytest.fixture
def journal(folder: Path) -> Iterator[LocalJournal]:
    opened = LocalJournal(JournalSettings(folder))
    yield opened
    opened.close()


def append(journal: LocalJournal, turns: list[Turn]) -> None:
    for turn in turns:
        journal.append(turn)
    assert journal.flush(5_000)


def stored(database: Database) -> list[Turn]:
    with database.read() as connection:
        bodies = connection.scalars(select(TurnRow.body).order_by(TurnRow.call_id, TurnRow.number)).all()
    return [decode(json.loads(body)) for body in bodies]


def journal_files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))


def until(condition: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        threading.Event().wait(0.01)


def test_a_call_is_told_by_its_turns(each_database: Database, folder: Path, journal: LocalJournal) -> None:
    Versions(each_database, StillClock()).store("france-emploi", VERSION, b"zip", {})
    turns = turns_of(call_of("c1", caller_hash="ab12"), reason="silence")
    append(journal, turns)
    assert Shipper(each_database, folder).ship() == 3
    assert stored(each_database) == turns
    with each_database.read() as connection:
        call = connection.execute(select(*CallRow.__table__.columns)).one()._asdict()
        kinds = connection.execute(select(TurnRow.event, TurnRow.at).order_by(TurnRow.number)).all()
    assert call == {
        "id": "c1",
        "service": "france-emploi",
        "version": VERSION,
        "dialled": "3949",
        "channel": "phone",
        "language": "fr",
        "caller_hash": "ab12",
        "started_at": AT,
        "ended_at": AT + dt.timedelta(seconds=20),
        "last_at": AT + dt.timedelta(seconds=20),
        "outcome": "abandoned",
        "reason": "silence",
        "turns": 3,
        "verified": False,
        "tried": "",
    }
    assert [tuple(row) for row in kinds] == [
        ("", AT),
        ("Noinput", AT + dt.timedelta(seconds=9)),
        ("Disconnected", AT + dt.timedelta(seconds=20)),
    ]


def test_shipping_goes_on_where_it_stopped(database: Database, folder: Path, journal: LocalJournal) -> None:
    turns = turns_of(call_of("c1"))
    shipper = Shipper(database, folder)
    append(journal, turns[:1])
    first = shipper.ship()
    append(journal, turns[1:])
    assert (first, shipper.ship(), Shipper(database, folder).ship()) == (1, 2, 0)
    assert stored(database) == turns


def test_a_lost_mark_ships_nothing_twice(each_database: Database, folder: Path, journal: LocalJournal) -> None:
    turns = turns_of(call_of("c1"))
    append(journal, turns)
    Shipper(each_database, folder).ship()
    for mark in folder.glob("*.shipped"):
        mark.unlink()
    Shipper(each_database, folder).ship()
    assert stored(each_database) == turns


def test_an_early_turn_that_comes_late_changes_nothing_of_its_call(database: Database, folder: Path) -> None:
    turns = turns_of(call_of("c1"))
    for name, part in (("1-1.jsonl", turns[1:]), ("1-2.jsonl", turns[:1])):
        (folder / name).write_bytes(b"".join(written(turn) for turn in part))
    Shipper(database, folder).ship()
    with database.read() as connection:
        assert connection.execute(select(CallRow.turns, CallRow.outcome)).one() == (3, "abandoned")


def test_a_file_stays_as_long_as_its_writer_may_write(database: Database, folder: Path, journal: LocalJournal) -> None:
    append(journal, turns_of(call_of("c1")))
    shipper = Shipper(database, folder)
    shipper.ship()
    assert len(journal_files(folder)) == 2
    journal.close()
    shipper.ship()
    assert journal_files(folder) == []


def test_a_line_torn_by_a_crash_is_counted_and_the_rest_is_shipped(database: Database, folder: Path) -> None:
    turns = turns_of(call_of("c1"))
    (folder / "1-1.jsonl").write_bytes(written(turns[0]) + written(turns[1]) + written(turns[2])[:-40])
    shipper = Shipper(database, folder)
    assert (shipper.ship(), shipper.damaged) == (2, 1)
    assert (stored(database), journal_files(folder)) == (turns[:2], [])


@pytest.mark.parametrize("rubbish", [b"\x00\xff\n", b"{}\n", b"[1]\n", b"null\n", b"{" * 5_000 + b"\n"])
def test_a_line_that_is_no_turn_is_passed_over(database: Database, folder: Path, rubbish: bytes) -> None:
    turns = turns_of(call_of("c1"))
    (folder / "1-1.jsonl").write_bytes(written(turns[0]) + rubbish + written(turns[1]))
    shipper = Shipper(database, folder)
    assert (shipper.ship(), shipper.damaged) == (2, 1)
    assert stored(database) == turns[:2]


def test_a_process_killed_while_it_writes_loses_no_flushed_turn(database: Database, folder: Path) -> None:
    program = (
        "import sys; from pathlib import Path\n"
        "from ivr.records.journal import JournalSettings, LocalJournal\n"
        "from tests.records.helpers.calls import call_of, turns_of\n"
        "journal = LocalJournal(JournalSettings(Path(sys.argv[1])))\n"
        "for number in range(10**6):\n"
        "    for turn in turns_of(call_of(f'c{number}')): journal.append(turn)\n"
        "    if number % 50 == 0 and journal.flush(5_000): print(number, flush=True)\n"
    )
    child = subprocess.Popen([sys.executable, "-c", program, str(folder)], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert child.stdout is not None
    flushed = [int(child.stdout.readline()) for _ in range(3)][-1]
    child.kill()
    child.wait(10)
    shipper = Shipper(database, folder)
    shipper.ship()
    with database.read() as connection:
        whole = connection.scalar(select(func.count()).select_from(CallRow).where(CallRow.turns == 3)) or 0
    assert whole >= flushed + 1
    assert shipper.damaged <= 1
    assert journal_files(folder) == []


def test_a_large_backlog_goes_in_many_transactions(database: Database, folder: Path) -> None:
    turns = [turn for number in range(30) for turn in turns_of(call_of(f"c{number:02}"))]
    (folder / "1-1.jsonl").write_bytes(b"".join(written(turn) for turn in turns))
    assert Shipper(database, folder, batch_bytes=3_000).ship() == 90
    assert stored(database) == turns


def test_shippers_side_by_side_ship_each_turn_once(each_database: Database, folder: Path) -> None:
    turns = [turn for number in range(20) for turn in turns_of(call_of(f"c{number:02}"))]
    (folder / "1-1.jsonl").write_bytes(b"".join(written(turn) for turn in turns))
    shippers = [Shipper(each_database, folder, batch_bytes=5_000) for _ in range(3)]
    threads = [threading.Thread(target=shipper.ship) for shipper in shippers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert stored(each_database) == turns


def test_lag_tells_what_is_not_copied_and_since_when(database: Database, folder: Path, journal: LocalJournal) -> None:
    shipper = Shipper(database, folder)
    assert shipper.lag() == Lag()
    append(journal, turns_of(call_of("c1")))
    lag = shipper.lag()
    assert lag.oldest_at == AT
    assert lag.bytes == sum(os.path.getsize(file) for file in folder.glob("*.jsonl"))
    assert lag.seconds(AT + dt.timedelta(seconds=30)) == 30
    shipper.ship()
    assert shipper.lag() == Lag()


def test_a_locked_database_keeps_the_files_and_the_next_run_ships_them(sqlite_url: str, folder: Path, tmp_path: Path) -> None:
    database = open_database(RecordsSettings(sqlite_url, timeout_ms=200))
    turns = turns_of(call_of("c1"))
    (folder / "1-1.jsonl").write_bytes(b"".join(written(turn) for turn in turns))
    locker = sqlite3.connect(tmp_path / "guichet.sqlite", isolation_level=None)
    locker.execute("BEGIN IMMEDIATE")
    shipper = Shipper(database, folder)
    with pytest.raises(StorageError):
        shipper.ship()
    locker.close()
    assert shipper.ship() == 3
    assert stored(database) == turns
    database.close()


def test_the_loop_survives_a_missing_table_and_ships_all_before_it_stops(folder: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'late.sqlite'}"
    database = open_database(RecordsSettings(url))
    turns = turns_of(call_of("c1"))
    (folder / "1-1.jsonl").write_bytes(b"".join(written(turn) for turn in turns))
    stop = threading.Event()
    thread = threading.Thread(target=Shipper(database, folder).run, args=(stop, 0.01))
    thread.start()
    until(lambda: (tmp_path / "late.sqlite").exists())
    upgrade(url)
    stop.set()
    thread.join(10)
    assert stored(database) == turns
    database.close()


def test_recordings_are_known_by_their_files(database: Database, folder: Path) -> None:
    made = Recorded(AT, "c1/message.wav", 4_000)
    none = Recorded(AT, "", 0)
    turns = turns_of(call_of("c1"), made, none, Disconnected(AT))
    (folder / "1-1.jsonl").write_bytes(b"".join(written(turn) for turn in turns))
    Shipper(database, folder).ship()
    with database.read() as connection:
        rows = connection.execute(select(RecordingRow.file, RecordingRow.call_id, RecordingRow.duration_ms)).all()
    assert [tuple(row) for row in rows] == [("c1/message.wav", "c1", 4_000)]


def test_texts_that_a_database_refuses_are_made_to_fit(each_database: Database, folder: Path) -> None:
    turn = turns_of(call_of("c1"), reason="a\0b\udcff" + "x" * 500)[0]
    (folder / "1-1.jsonl").write_bytes(written(turn))
    assert Shipper(each_database, folder).ship() == 1
    with each_database.read() as connection:
        reason = connection.scalar(select(CallRow.reason))
    assert reason is not None
    assert (len(reason), reason[:4]) == (128, "ab?x")
    assert stored(each_database) == [turn]
