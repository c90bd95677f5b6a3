"""Items of the outbox are leased to one worker at a time, put off, settled, parked, and their requests follow."""

import datetime as dt
import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from ivr.ports.outbox import FollowUp, Item
from ivr.records.database import Database, RecordsSettings, open_database
from ivr.records.models import OutboxRow, RequestRow
from ivr.records.outbox import LOST, UNREADABLE, DatabaseOutbox, OutboxSettings
from ivr.records.outbox_desk import OutboxDesk
from ivr.records.outbox_policy import BackOff
from ivr.records.retention import purge
from ivr.records.unit_of_work import DatabaseUnitOfWork
from tests.records.conftest import AT, StillClock

SETTINGS = OutboxSettings(lease_ms=60_000, back_off=BackOff(first_ms=10_000, most_ms=100_000, attempts=3))
PAYLOAD = {"message": "reçu", "values": {"on": dt.date(2026, 11, 28)}}


def outbox(database: Database, clock: StillClock) -> DatabaseOutbox:
    return DatabaseOutbox(database, clock, SETTINGS, chance=lambda: 1.0)


def promise(database: Database, clock: StillClock, kind: str = "sms", key: str = "k1", request: str = "") -> str:
    """A request with one item; gives the request's id."""
    with DatabaseUnitOfWork(database, clock).begin(f"c1:{key}", 2_000) as work:
        receipt = work.request(request or kind, key, PAYLOAD)
        work.follow_up(kind, key, PAYLOAD)
    return receipt.request_id


def request_of(database: Database, id: str) -> tuple[str, str, bool]:
    """Status, receipt, and whether it is settled."""
    with database.read() as connection:
        row = connection.execute(select(RequestRow).where(RequestRow.id == id)).one()
    return row.status, row.receipt, row.settled_at is not None


def later(clock: StillClock, seconds: float) -> None:
    clock.at += dt.timedelta(seconds=seconds)


def only(items: list[Item]) -> Item:
    (item,) = items
    return item


def test_a_due_item_comes_with_what_was_promised(each_database: Database, clock: StillClock) -> None:
    request = promise(each_database, clock)
    item = only(outbox(each_database, clock).take(["sms"]))
    assert (item.kind, item.key, item.payload, item.attempt, item.request_id) == ("sms", "k1", PAYLOAD, 1, request)
    assert (item.idempotency_key, item.created_at) == ("sms:k1", AT)
    assert request_of(each_database, request) == ("delivering", "", False)


def test_only_kinds_that_are_asked_for_are_taken(each_database: Database, clock: StillClock) -> None:
    promise(each_database, clock, "letter")
    box = outbox(each_database, clock)
    assert (box.take(["sms", "email"]), box.take([])) == ([], [])
    assert len(box.take(["sms", "letter"])) == 1


def test_an_item_waits_for_its_moment(each_database: Database, clock: StillClock) -> None:
    with DatabaseUnitOfWork(each_database, clock).begin("c1:1", 2_000) as work:
        work.follow_up("sms", "reminder", PAYLOAD, AT + dt.timedelta(days=2))
    box = outbox(each_database, clock)
    assert box.take(["sms"]) == []
    later(clock, 2 * 86_400)
    assert only(box.take(["sms"])).key == "reminder"


def test_what_waits_longest_is_taken_first(each_database: Database, clock: StillClock) -> None:
    for key in ("a", "b", "c"):
        promise(each_database, clock, key=key)
        later(clock, 1)
    box = outbox(each_database, clock)
    assert [item.key for item in box.take(["sms"], 2)] == ["a", "b"]
    assert [item.key for item in box.take(["sms"], 2)] == ["c"]


def test_what_was_carried_settles_its_request_and_keeps_no_payload(each_database: Database, clock: StillClock) -> None:
    request = promise(each_database, clock)
    box = outbox(each_database, clock)
    item = only(box.take(["sms"]))
    assert (box.done(item, "gw-77"), box.done(item, "gw-78")) == (True, False)
    assert request_of(each_database, request) == ("done", "gw-77", True)
    with each_database.read() as connection:
        row = connection.execute(select(OutboxRow)).one()
    assert (row.status, row.receipt, row.payload, row.settled_at) == ("done", "gw-77", {}, AT)
    later(clock, 86_400)
    assert box.take(["sms"]) == []


def test_a_very_long_receipt_is_cut_and_not_refused(each_database: Database, clock: StillClock) -> None:
    request = promise(each_database, clock)
    box = outbox(each_database, clock)
    assert box.done(only(box.take(["sms"])), "é" * 5_000)
    assert request_of(each_database, request) == ("done", "é" * 255, True)


def test_what_could_not_be_carried_comes_back_after_its_wait(each_database: Database, clock: StillClock) -> None:
    request = promise(each_database, clock)
    box = outbox(each_database, clock)
    assert box.later(only(box.take(["sms"])), "gateway_503")
    later(clock, 9.9)
    assert box.take(["sms"]) == []
    later(clock, 0.1)
    assert only(box.take(["sms"])).attempt == 2
    assert request_of(each_database, request)[0] == "delivering"


def test_a_wait_that_the_other_side_asked_for_is_kept(each_database: Database, clock: StillClock) -> None:
    promise(each_database, clock)
    box = outbox(each_database, clock)
    box.later(only(box.take(["sms"])), "gateway_429", after_ms=50_000)
    later(clock, 49)
    assert box.take(["sms"]) == []
    later(clock, 1)
    assert len(box.take(["sms"])) == 1


def test_after_its_last_attempt_an_item_is_parked_and_its_request_unknown(each_database: Database, clock: StillClock) -> None:
    request = promise(each_database, clock)
    box = outbox(each_database, clock)
    for _ in range(3):
        box.later(only(box.take(["sms"])), "gateway_down")
        later(clock, 100)
    assert box.take(["sms"]) == []
    assert request_of(each_database, request) == ("unknown", "", False)
    parked = OutboxDesk(each_database, clock).entries("failed")
    assert [(one.attempts, one.last_error) for one in parked] == [(3, "gateway_down")]


def test_what_is_rejected_is_parked_at_once_and_its_request_refused(each_database: Database, clock: StillClock) -> None:
    request = promise(each_database, clock)
    box = outbox(each_database, clock)
    assert box.rejected(only(box.take(["sms"])), "gateway_400")
    later(clock, 86_400)
    assert box.take(["sms"]) == []
    assert request_of(each_database, request) == ("refused", "", True)


def test_a_message_about_a_request_does_not_settle_it(each_database: Database, clock: StillClock) -> None:
    request = promise(each_database, clock, "deliver", request="status")
    box = outbox(each_database, clock)
    message = FollowUp("sms", "validated", PAYLOAD)
    assert box.done(only(box.take(["deliver"])), "A-1", then=[message])
    assert request_of(each_database, request) == ("done", "A-1", True)
    box.rejected(only(box.take(["sms"])), "gateway_400")
    assert request_of(each_database, request) == ("done", "A-1", True)


def test_what_follows_an_item_is_there_once_even_if_it_is_carried_twice(each_database: Database, clock: StillClock) -> None:
    promise(each_database, clock, "deliver", request="status")
    box = outbox(each_database, clock)
    first = only(box.take(["deliver"]))
    later(clock, 61)
    second = only(box.take(["deliver"]))
    message = FollowUp("sms", "validated", PAYLOAD)
    assert (box.done(first, then=[message]), box.done(second, then=[message])) == (True, False)
    assert len(box.take(["sms"], 10)) == 1


def test_a_request_with_two_messages_waits_for_both(each_database: Database, clock: StillClock) -> None:
    with DatabaseUnitOfWork(each_database, clock).begin("c1:1", 2_000) as work:
        request = work.request("attestation", "k1", {}).request_id
        work.follow_up("email", "k1", PAYLOAD)
        work.follow_up("letter", "k1", PAYLOAD)
    box = outbox(each_database, clock)
    email, letter = (only(box.take([kind])) for kind in ("email", "letter"))
    box.done(email, "m-1")
    assert request_of(each_database, request) == ("delivering", "", False)
    box.done(letter, "l-1")
    assert request_of(each_database, request) == ("done", "l-1", True)


def test_a_worker_that_died_gives_back_what_it_had(each_database: Database, clock: StillClock) -> None:
    promise(each_database, clock)
    box = outbox(each_database, clock)
    dead = only(box.take(["sms"]))
    later(clock, 59)
    assert box.take(["sms"]) == []
    later(clock, 1)
    again = only(box.take(["sms"]))
    assert (again.idempotency_key, again.attempt) == (dead.idempotency_key, 2)


def test_a_worker_whose_lease_ended_cannot_put_off_what_another_has(each_database: Database, clock: StillClock) -> None:
    promise(each_database, clock)
    box = outbox(each_database, clock)
    slow = only(box.take(["sms"]))
    later(clock, 61)
    other = only(box.take(["sms"]))
    assert (box.later(slow, "slow"), box.rejected(slow, "slow")) == (False, False)
    assert box.done(slow, "carried"), "it was carried, whoever says so"
    assert (box.later(other, "down"), box.done(other, "twice")) == (False, False)


def test_an_item_that_workers_keep_dying_of_is_parked(each_database: Database, clock: StillClock) -> None:
    promise(each_database, clock)
    box = outbox(each_database, clock)
    for _ in range(3):
        assert len(box.take(["sms"])) == 1
        later(clock, 61)
    assert box.take(["sms"]) == []
    assert [one.last_error for one in OutboxDesk(each_database, clock).entries("failed")] == [LOST]


def test_an_item_that_cannot_be_read_is_parked_and_holds_up_nobody(each_database: Database, clock: StillClock) -> None:
    promise(each_database, clock, key="bad")
    promise(each_database, clock, key="good")
    with each_database.write() as connection:
        bad: Any = {"kind": "NoSuchKind", "x": 1}
        connection.execute(update(OutboxRow).where(OutboxRow.key == "bad").values(payload=bad))
    box = outbox(each_database, clock)
    assert [item.key for item in box.take(["sms"], 2)] == ["good"]
    assert [one.last_error for one in OutboxDesk(each_database, clock).entries("failed")] == [UNREADABLE]


def test_a_parked_item_may_be_tried_again_from_its_first_attempt(each_database: Database, clock: StillClock) -> None:
    request = promise(each_database, clock)
    box, desk = outbox(each_database, clock), OutboxDesk(each_database, clock)
    item = only(box.take(["sms"]))
    assert not desk.requeue(item.id), "it is being carried"
    box.rejected(item, "gateway_400")
    assert (desk.requeue(item.id), desk.requeue(item.id), desk.requeue(99)) == (True, False, False)
    again = only(box.take(["sms"]))
    assert (again.attempt, again.payload) == (1, PAYLOAD)
    box.done(again, "gw-1")
    assert request_of(each_database, request) == ("done", "gw-1", True)


def test_what_waits_and_what_is_parked_is_counted(each_database: Database, clock: StillClock) -> None:
    for key in ("a", "b", "c"):
        promise(each_database, clock, key=key)
        later(clock, 1)
    promise(each_database, clock, "letter")
    box, desk = outbox(each_database, clock), OutboxDesk(each_database, clock)
    box.rejected(only(box.take(["sms"])), "gateway_400")
    counted = [(one.kind, one.status, one.number, one.oldest) for one in desk.counts()]
    second = dt.timedelta(seconds=1)
    assert counted == [
        ("letter", "waiting", 1, AT + 3 * second),
        ("sms", "failed", 1, AT),
        ("sms", "waiting", 2, AT + second),
    ]
    assert [one.key for one in desk.entries(kind="sms", status="waiting")] == ["c", "b"]
    assert len(desk.entries(limit=2)) == 2


def test_what_was_delivered_is_purged_by_age_with_its_request_and_nothing_else(
    each_database: Database, clock: StillClock, tmp_path: Path
) -> None:
    for key in ("a", "b", "c", "d"):
        promise(each_database, clock, key=key)
    box, desk = outbox(each_database, clock), OutboxDesk(each_database, clock)
    a, b, c = box.take(["sms"], 3)
    box.rejected(c, "gateway_400")
    later(clock, 86_400)
    box.done(a)
    box.done(b)

    def purged(after: dt.timedelta) -> tuple[int, int]:
        gone = purge(each_database, tmp_path, clock.at + after, dt.timedelta(days=1), lambda name: None, batch=1)
        return gone.deliveries, gone.requests

    assert purged(dt.timedelta(days=1)) == (0, 0), "they were delivered on that day"
    assert purged(dt.timedelta(days=1, seconds=1)) == (2, 2)
    assert sorted(one.key for one in desk.entries()) == ["c", "d"]


@pytest.mark.parametrize("workers", [2, 8])
def test_workers_side_by_side_never_hold_the_same_item(each_url: str, workers: int) -> None:
    clock, total = StillClock(), 60
    database = open_database(RecordsSettings(each_url, timeout_ms=20_000))
    for number in range(total):
        promise(database, clock, key=f"k{number}")
    taken: list[str] = []
    faults: list[BaseException] = []
    begin = threading.Barrier(workers)

    def work() -> None:
        own = open_database(RecordsSettings(each_url, timeout_ms=20_000))
        try:
            begin.wait(30)
            box = outbox(own, clock)
            while items := box.take(["sms"], 3):
                taken.extend(item.key for item in items)
                for item in items:
                    box.done(item)
        except BaseException as fault:
            faults.append(fault)
        finally:
            own.close()

    threads = [threading.Thread(target=work) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert faults == []
    assert sorted(taken) == sorted(f"k{number}" for number in range(total))
    database.close()


def test_a_worker_takes_past_what_another_transaction_holds(postgresql_url: str, clock: StillClock) -> None:
    database = open_database(RecordsSettings(postgresql_url))
    for key in ("a", "b"):
        promise(database, clock, key=key)
        later(clock, 1)
    with database.write() as connection:
        connection.execute(select(OutboxRow.id).where(OutboxRow.key == "a").with_for_update())
        assert [item.key for item in outbox(database, clock).take(["sms"], 2)] == ["b"]
    database.close()


def test_two_items_of_a_request_that_end_at_once_settle_it(postgresql_url: str, clock: StillClock) -> None:
    database = open_database(RecordsSettings(postgresql_url))
    with DatabaseUnitOfWork(database, clock).begin("c1:1", 2_000) as work:
        request = work.request("attestation", "k1", {}).request_id
        for kind in ("email", "letter", "sms"):
            work.follow_up(kind, "k1", PAYLOAD)
    box = outbox(database, clock)
    items = box.take(["email", "letter", "sms"], 3)
    begin = threading.Barrier(len(items))

    def settle(item: Item) -> None:
        begin.wait(10)
        box.done(item, item.kind)

    threads = [threading.Thread(target=settle, args=(item,)) for item in items]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert request_of(database, request)[0] == "done"
    database.close()
