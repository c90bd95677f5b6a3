"""Calls are read from the database and from what is not copied yet, as one."""

import datetime as dt
from pathlib import Path

import pytest

from ivr.engine.session import Call, Turn
from ivr.records.database import Database
from ivr.records.journal import written
from ivr.records.reading import Records
from ivr.records.shipper import Shipper
from ivr.records.versions import Versions
from tests.records.conftest import AT, StillClock
from tests.records.helpers.calls import VERSION, call_of, turns_of


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "journal"
    made.mkdir()
    return made


def later(minutes: int) -> dt.datetime:
    return AT + dt.timedelta(minutes=minutes)


def lay(folder: Path, name: str, *turns: Turn) -> None:
    (folder / name).write_bytes(b"".join(written(turn) for turn in turns))


def test_a_transcript_joins_what_is_copied_and_what_is_not(each_database: Database, folder: Path) -> None:
    turns = turns_of(call_of("c1"))
    lay(folder, "1-1.jsonl", *turns[:2])
    Shipper(each_database, folder).ship()
    lay(folder, "1-2.jsonl", *turns[1:], *turns_of(call_of("c2")))
    records = Records(each_database, folder)
    assert records.transcript("c1") == turns
    assert records.transcript("unknown") == []


def test_calls_are_listed_latest_first_wherever_they_are(each_database: Database, folder: Path) -> None:
    lay(folder, "1-1.jsonl", *turns_of(call_of("c1")), *turns_of(call_of("c2", later(1)))[:1])
    Shipper(each_database, folder).ship()
    lay(folder, "1-2.jsonl", *turns_of(call_of("c2", later(1)))[1:], *turns_of(call_of("c3", later(2)))[:1])
    found = Records(each_database, folder).calls()
    assert [(call.id, call.turns, call.outcome) for call in found] == [
        ("c3", 1, ""),
        ("c2", 3, "abandoned"),
        ("c1", 3, "abandoned"),
    ]


def test_calls_can_be_asked_for_by_time_service_and_number(database: Database, folder: Path) -> None:
    Versions(database, StillClock()).store("emploi", VERSION, b"zip", {})
    for number in range(4):
        lay(folder, f"1-{number}.jsonl", *turns_of(call_of(f"c{number}", later(number))))
        if number == 1:
            Shipper(database, folder).ship()
    records = Records(database, folder)
    assert [call.id for call in records.calls(since=later(1))] == ["c3", "c2", "c1"]
    assert [call.id for call in records.calls(limit=2)] == ["c3", "c2"]
    assert [call.id for call in records.calls(service="emploi", limit=3)] == ["c3", "c2", "c1"]
    assert records.calls(service="impots") == []


def test_one_call_is_told_as_far_as_it_is_known(database: Database, folder: Path) -> None:
    turns = turns_of(call_of("c1"))
    lay(folder, "1-1.jsonl", *turns[:1])
    Shipper(database, folder).ship()
    records = Records(database, folder)
    copied = records.call("c1")
    lay(folder, "1-2.jsonl", *turns[1:])
    fresh = records.call("c1")
    assert copied is not None
    assert fresh is not None
    assert (copied.turns, fresh.turns, fresh.ended_at) == (1, 3, AT + dt.timedelta(seconds=20))
    assert records.call("c9") is None


def test_calls_of_one_caller_are_found_by_the_hash(database: Database, folder: Path) -> None:
    calls = [Call("c1", "3949", AT, caller_hash="aa"), Call("c2", "3949", later(1), caller_hash="aa"), Call("c3", "3949", AT)]
    lay(folder, "1-1.jsonl", *(turn for call in calls for turn in turns_of(call)))
    Shipper(database, folder).ship()
    records = Records(database, folder)
    assert [call.id for call in records.repeats("aa", AT)] == ["c2", "c1"]
    assert records.repeats("", AT) == []


def test_nothing_is_read_from_a_folder_that_is_not_there(database: Database, tmp_path: Path) -> None:
    assert Records(database, tmp_path / "none").calls() == []
