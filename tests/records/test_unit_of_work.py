"""Requests are stored once and whole, or the caller is told within the time limit that they could not be."""

import datetime as dt
import decimal
import multiprocessing
import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
from sqlalchemy import func, select

from ivr.ports.unit_of_work import Receipt, StorageError
from ivr.records.database import Database, RecordsSettings, open_database
from ivr.records.models import OutboxRow, RequestRow
from ivr.records.unit_of_work import DatabaseUnitOfWork
from tests.records.conftest import AT, StillClock

PAYLOAD = {"person": "p-17", "month": dt.date(2026, 10, 1), "amount": decimal.Decimal("12.50"), "worked": True}


def unit(database: Database) -> DatabaseUnitOfWork:
    return DatabaseUnitOfWork(database, StillClock())


def store(database: Database, transport: str, business: str = "status:p-17:2026-10") -> Receipt:
    with unit(database).begin(transport, 2_000) as work:
        return work.request("status", business, {**PAYLOAD, "by": transport})


def count(database: Database, row: type[RequestRow] | type[OutboxRow]) -> int:
    with database.read() as connection:
        return connection.scalar(select(func.count()).select_from(row)) or 0


def test_a_request_and_its_follow_up_are_there_when_the_block_has_ended(each_database: Database) -> None:
    with unit(each_database).begin("c1:7", 2_000) as work:
        receipt = work.request("status", "p-17:2026-10", PAYLOAD)
        work.follow_up("deliver", "p-17:2026-10", {"request": receipt.request_id})
    assert (receipt.created, receipt.status, receipt.payload) == (True, "stored", PAYLOAD)
    with each_database.read() as connection:
        stored = connection.execute(select(RequestRow.id, RequestRow.call_id, RequestRow.created_at)).one()
        outbox = connection.execute(select(OutboxRow.request_id, OutboxRow.status, OutboxRow.next_at)).one()
    assert tuple(stored) == (receipt.request_id, "c1", AT)
    assert tuple(outbox) == (receipt.request_id, "waiting", AT)


def test_a_block_that_fails_leaves_nothing(each_database: Database) -> None:
    def fail() -> None:
        with unit(each_database).begin("c1:7", 2_000) as work:
            work.request("status", "p-17:2026-10", PAYLOAD)
            work.follow_up("deliver", "p-17:2026-10", {})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert (count(each_database, RequestRow), count(each_database, OutboxRow)) == (0, 0)


def test_the_same_act_again_gets_its_own_receipt_whatever_it_asks_now(each_database: Database) -> None:
    first = store(each_database, "c1:7")
    again = store(each_database, "c1:7", business="status:p-17:2026-11")
    assert (again.request_id, again.created, again.payload) == (first.request_id, False, first.payload)


def test_the_same_request_of_another_call_gets_the_stored_receipt(each_database: Database) -> None:
    first = store(each_database, "c1:7")
    other = store(each_database, "c2:9")
    assert (other.request_id, other.created, other.payload["by"]) == (first.request_id, False, "c1:7")


def test_one_act_may_store_requests_of_two_kinds(each_database: Database) -> None:
    with unit(each_database).begin("c1:7", 2_000) as work:
        kinds = [work.request("status", "k", {}).created, work.request("training", "k", {}).created]
    assert kinds == [True, True]


def test_a_follow_up_is_put_once_per_kind_and_key(each_database: Database) -> None:
    for _ in range(2):
        with unit(each_database).begin("c1:7", 2_000) as work:
            work.follow_up("sms", "k", {})
            work.follow_up("deliver", "k", {})
    assert count(each_database, OutboxRow) == 2


def test_a_moment_without_a_zone_is_refused(database: Database) -> None:
    naive = DatabaseUnitOfWork(database, StillClock(AT.replace(tzinfo=None)))
    with pytest.raises(StorageError), naive.begin("c1:7", 500) as work:
        work.request("status", "k", {})


def test_a_locked_database_is_told_within_the_asked_time(database: Database, tmp_path: Path) -> None:
    locker = sqlite3.connect(tmp_path / "guichet.sqlite", isolation_level=None)
    locker.execute("BEGIN IMMEDIATE")
    began = time.monotonic()
    with pytest.raises(StorageError):
        store_within(database, 300)
    assert 0.25 < time.monotonic() - began < 1.0
    locker.execute("ROLLBACK")
    locker.close()
    assert store(database, "c1:7").created


def store_within(database: Database, timeout_ms: int) -> None:
    with unit(database).begin("c1:7", timeout_ms) as work:
        work.request("status", "k", {})


def test_many_callers_of_a_locked_database_all_know_in_time(database: Database, tmp_path: Path) -> None:
    locker = sqlite3.connect(tmp_path / "guichet.sqlite", isolation_level=None)
    locker.execute("BEGIN IMMEDIATE")

    def attempt(_: int) -> tuple[bool, float]:
        began = time.monotonic()
        with pytest.raises(StorageError):
            store_within(database, 400)
        return True, time.monotonic() - began

    with ThreadPoolExecutor(40) as pool:
        waits = [waited for _, waited in pool.map(attempt, range(40))]
    locker.close()
    assert max(waits) < 1.5


def test_a_row_that_another_transaction_holds_is_waited_for_within_the_time(postgresql_url: str) -> None:
    database = open_database(RecordsSettings(postgresql_url))
    began = time.monotonic()
    with database.write(10_000) as connection:
        connection.exec_driver_sql("LOCK TABLE requests IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(StorageError):
            store_within(database, 300)
        waited = time.monotonic() - began
    database.close()
    assert 0.25 < waited < 1.5


def test_two_calls_at_once_with_one_business_key_make_one_request(each_database: Database) -> None:
    together = threading.Barrier(16)

    def go(number: int) -> Receipt:
        together.wait(10)
        return store(each_database, f"c{number}:1")

    with ThreadPoolExecutor(16) as pool:
        receipts = list(pool.map(go, range(16)))
    assert [receipt.created for receipt in receipts].count(True) == 1
    assert len({(receipt.request_id, receipt.payload["by"]) for receipt in receipts}) == 1
    assert count(each_database, RequestRow) == 1


def test_a_second_call_waits_for_the_first_and_gets_its_receipt(each_database: Database) -> None:
    with ThreadPoolExecutor(1) as pool:
        with unit(each_database).begin("c1:1", 5_000) as work:
            first = work.request("status", "status:p-17:2026-10", PAYLOAD)
            second = pool.submit(store, each_database, "c2:1")
            assert not second.done()
        receipt = second.result(10)
    assert (receipt.request_id, receipt.created) == (first.request_id, False)


def _process(url: str, number: int, together: Barrier, requests: int) -> None:
    database = open_database(RecordsSettings(url, timeout_ms=20_000))
    together.wait(30)
    for one in range(requests):
        with unit(database).begin(f"c{number}-{one}:1", 20_000) as work:
            work.request("status", f"own:{number}:{one}", {})
            work.follow_up("deliver", f"shared:{one}", {})
    database.close()


def test_processes_that_write_at_once_lose_nothing(each_url: str, each_database: Database) -> None:
    context = multiprocessing.get_context("spawn")
    together = context.Barrier(3)
    processes = [context.Process(target=_process, args=(each_url, number, together, 20)) for number in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0, 0]
    assert (count(each_database, RequestRow), count(each_database, OutboxRow)) == (60, 20)
