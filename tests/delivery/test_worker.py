"""Items are carried to their end by a few threads that nothing stops but being told to."""

import datetime as dt
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from handlers.delivery.callback import CallbackCarrier
from handlers.delivery.carrier import Carrier, DeliveryError, Rejected, TryLater
from handlers.delivery.email import EmailCarrier, EmailSettings
from handlers.delivery.letter import LetterCarrier, LetterSettings
from handlers.delivery.sms import SmsCarrier, SmsSettings
from handlers.delivery.worker import Deliverer, DelivererSettings
from ivr.ports.outbox import FollowUp, Item
from ivr.ports.unit_of_work import StorageError
from ivr.records.callbacks import Callbacks
from ivr.records.database import Database, RecordsSettings, open_database
from ivr.records.outbox import DatabaseOutbox, OutboxSettings
from ivr.records.outbox_desk import OutboxDesk
from ivr.records.outbox_policy import BackOff
from ivr.records.site_key import SiteKey
from ivr.records.unit_of_work import DatabaseUnitOfWork
from tests.delivery.catalogues import AT, VALUES, item, seal, texts, unseal
from tests.delivery.servers import sms_gateway, smtp_server
from tests.records.conftest import StillClock

FAST = DelivererSettings(threads=2, idle_ms=10, rest_ms=20)
AT_ONCE = OutboxSettings(lease_ms=60_000, back_off=BackOff(first_ms=1, most_ms=1, attempts=50))


class Fake:
    """Carries into a list; `faults` are raised first, one an item."""

    def __init__(self, *faults: Exception) -> None:
        self.faults = list(faults)
        self.keys: list[str] = []

    def deliver(self, item: Item) -> str:
        self.keys.append(item.idempotency_key)
        if self.faults:
            raise self.faults.pop(0)
        return f"receipt of {item.key}"


class Endings:
    """An outbox of given items that notes how each was settled. `faults` are raised by the first settlements."""

    def __init__(self, *items: Item, faults: Sequence[Exception] = ()) -> None:
        self.items = list(items)
        self.faults = list(faults)
        self.ended: list[tuple[Any, ...]] = []

    def take(self, kinds: Collection[str], limit: int = 1) -> Sequence[Item]:
        found = [one for one in self.items if one.kind in kinds][:limit]
        for one in found:
            self.items.remove(one)
        return found

    def done(self, item: Item, receipt: str = "", then: Sequence[FollowUp] = ()) -> bool:
        return self._note("done", item.key, receipt)

    def later(self, item: Item, reason: str, after_ms: int | None = None) -> bool:
        return self._note("later", item.key, reason, after_ms)

    def rejected(self, item: Item, reason: str) -> bool:
        return self._note("rejected", item.key, reason)

    def _note(self, *ending: Any) -> bool:
        if self.faults:
            raise self.faults.pop(0)
        self.ended.append(ending)
        return True


def one(kind: str = "sms", key: str = "k", **payload: Any) -> Item:
    return Item(1, kind, key, payload, 1, AT)


def deliverer(outbox: Endings, carrier: Carrier) -> Deliverer:
    return Deliverer(outbox, {"sms": carrier}, StillClock(AT), FAST)


def wait_for(condition: Callable[[], bool], seconds: float = 30) -> None:
    """A bounded wait on something that other threads bring about."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come about in time"
        threading.Event().wait(0.005)


@pytest.mark.parametrize(
    ("fault", "ending", "works"),
    [
        (None, ("done", "k", "receipt of k"), True),
        (TryLater("gateway_503", 9_000), ("later", "k", "gateway_503", 9_000), False),
        (Rejected("bad_number"), ("rejected", "k", "bad_number"), True),
        (ZeroDivisionError("0639980001"), ("later", "k", "error", None), False),
    ],
)
def test_each_ending_is_settled_as_it_is(fault: Exception | None, ending: tuple[Any, ...], works: bool) -> None:
    outbox = Endings(one())
    assert deliverer(outbox, Fake(*([fault] if fault else []))).carry_next("sms") is works
    assert outbox.ended == [ending]


def test_nothing_due_is_nothing_done() -> None:
    assert deliverer(Endings(one("email")), Fake()).carry_next("sms") is None


def test_what_is_past_its_use_does_not_leave() -> None:
    outbox, carrier = Endings(one(until=AT), one(key="in time", until=AT + dt.timedelta(seconds=1))), Fake()
    working = deliverer(outbox, carrier)
    working.carry_next("sms")
    working.carry_next("sms")
    assert outbox.ended == [("rejected", "k", "too_late"), ("done", "in time", "receipt of in time")]
    assert carrier.keys == ["sms:in time"]


def test_a_database_that_is_busy_for_a_moment_still_learns_how_it_ended() -> None:
    outbox = Endings(one(), faults=[StorageError("busy"), StorageError("busy")])
    deliverer(outbox, Fake()).carry_next("sms")
    assert outbox.ended == [("done", "k", "receipt of k")]


def test_a_reason_is_a_code() -> None:
    for words in ("", "Aurore Exemple", "x" * 41, "0639980001 !"):
        with pytest.raises(ValueError):
            DeliveryError(words)


def test_logs_hold_nothing_of_a_caller() -> None:
    with capture_logs() as logs:
        for fault in (None, TryLater("gateway_503"), Rejected("bad_number"), ValueError("0639980001 Aurore")):
            outbox = Endings(item("sms", key="of-0639980001"), faults=[StorageError("0639980001")])
            deliverer(outbox, Fake(*([fault] if fault else []))).carry_next("sms")
    told = str(logs)
    assert len(logs) >= 8
    assert not [secret for secret in ("0639980001", "Aurore", "exemple.invalid", "sealed") if secret in told]


def test_a_kind_that_hangs_holds_up_no_other_and_stopping_waits_for_it() -> None:
    free = threading.Event()

    class Hanging:
        def deliver(self, item: Item) -> str:
            assert free.wait(30), item.key
            return ""

    outbox = Endings(one("email", "e1"), one("email", "e2"), *(one(key=f"s{number}") for number in range(20)))
    working = Deliverer(outbox, {"email": Hanging(), "sms": Fake()}, StillClock(AT), FAST)
    working.start()
    wait_for(lambda: len(outbox.ended) == 20)
    assert not working.stop(50)
    free.set()
    assert working.stop(30_000)
    assert sorted(ending[1] for ending in outbox.ended)[:2] == ["e1", "e2"]


def test_a_broken_outbox_is_asked_again_until_it_works() -> None:
    class Breaking(Endings):
        broken = 3

        def take(self, kinds: Collection[str], limit: int = 1) -> Sequence[Item]:
            if self.broken:
                self.broken -= 1
                raise StorageError("down")
            return super().take(kinds, limit)

    outbox = Breaking(one())
    working = deliverer(outbox, Fake())
    working.start()
    wait_for(lambda: bool(outbox.ended))
    assert working.stop()


# With the real outbox, on every database.


def promise(database: Database, kind: str, key: str, clock: StillClock | None = None, **payload: Any) -> None:
    with DatabaseUnitOfWork(database, clock or StillClock(AT)).begin(f"c1:{kind}:{key}", 5_000) as work:
        work.request(kind, key, payload)
        work.follow_up(kind, key, payload)


def worded(to: str, **payload: Any) -> dict[str, Any]:
    return {
        "service": "france-emploi",
        "message": "attestation",
        "language": "fr",
        "values": VALUES,
        "sealed_to": seal(to),
        **payload,
    }


class TickingClock(StillClock):
    """Later at every look."""

    def now(self) -> dt.datetime:
        self.at += dt.timedelta(milliseconds=10)
        return self.at


def counts(desk: OutboxDesk) -> dict[tuple[str, str], int]:
    return {(count.kind, count.status): count.number for count in desk.counts()}


def test_all_four_kinds_reach_real_receivers(each_database: Database, tmp_path: Path) -> None:
    key = SiteKey(b"k" * 32)
    clock = TickingClock(AT)
    promise(each_database, "sms", "1", **worded("0639980001"))
    promise(each_database, "email", "1", **worded("aurore@exemple.invalid"))
    promise(each_database, "letter", "1", **worded("Mme Exemple\n99999 Nulle-Part"))
    promise(each_database, "callback", "1", sealed_number=key.seal("0199000001"), reason="payments", call="c1")
    callbacks, desk = Callbacks(each_database, key), OutboxDesk(each_database, clock)
    with smtp_server() as mailbox, sms_gateway() as gateway:
        gateway.answers = [(503, {}, b""), (429, {"Retry-After": "0"}, b"")]
        mail = EmailSettings("127.0.0.1", "Guichet <a@guichet.invalid>", mailbox.port, "none")
        carriers: dict[str, Carrier] = {
            "sms": SmsCarrier(SmsSettings(gateway.url), texts(), unseal),
            "email": EmailCarrier(mail, texts(), unseal, clock),
            "letter": LetterCarrier(LetterSettings(tmp_path / "print"), texts(), unseal),
            "callback": CallbackCarrier(callbacks.add, key.unseal),
        }
        working = Deliverer(DatabaseOutbox(each_database, clock, AT_ONCE), carriers, clock, FAST)
        working.start()
        wait_for(lambda: counts(desk) == {(kind, "done"): 1 for kind in carriers})
        assert working.stop()
    assert [len(gateway.asked), len(gateway.sent), len(mailbox.messages)] == [3, 1, 1]
    assert len(list((tmp_path / "print").iterdir())) == callbacks.count() == 1


def test_what_is_refused_is_parked_and_shown_and_may_be_tried_again(each_database: Database) -> None:
    clock = TickingClock(AT)
    promise(each_database, "sms", "1", **worded("0639980001"))
    desk = OutboxDesk(each_database, clock)
    carrier = Fake(Rejected("gateway_400"))
    working = Deliverer(DatabaseOutbox(each_database, clock, AT_ONCE), {"sms": carrier}, clock, FAST)
    assert working.carry_next("sms")
    (parked,) = desk.entries("failed")
    assert parked.last_error == "gateway_400"
    assert working.carry_next("sms") is None
    assert desk.requeue(parked.id)
    assert working.carry_next("sms")
    assert counts(desk) == {("sms", "done"): 1}


def _carry_and_die(url: str, gateway: str) -> None:
    """Another process: it hands an SMS to the gateway and is killed before it can write that down."""

    class Dying(DatabaseOutbox):
        def done(self, item: Item, receipt: str = "", then: Sequence[FollowUp] = ()) -> bool:
            os.kill(os.getpid(), signal.SIGKILL)
            raise AssertionError(item.key)

    database = open_database(RecordsSettings(url))
    outbox = Dying(database, StillClock(AT), AT_ONCE)
    carrier = SmsCarrier(SmsSettings(gateway), texts(), unseal)
    Deliverer(outbox, {"sms": carrier}, StillClock(AT), FAST).carry_next("sms")


def test_a_worker_killed_after_the_delivery_delivers_again_under_the_same_key(each_url: str) -> None:
    database, clock = open_database(RecordsSettings(each_url)), StillClock(AT)
    promise(database, "sms", "1", **worded("0639980001"))
    desk = OutboxDesk(database, clock)
    with sms_gateway() as gateway:
        dying = multiprocessing.get_context("spawn").Process(target=_carry_and_die, args=(each_url, gateway.url))
        dying.start()
        dying.join(60)
        assert dying.exitcode == -9
        assert counts(desk) == {("sms", "delivering"): 1}
        carrier = SmsCarrier(SmsSettings(gateway.url), texts(), unseal)
        working = Deliverer(DatabaseOutbox(database, clock, AT_ONCE), {"sms": carrier}, clock, FAST)
        assert working.carry_next("sms") is None, "its lease holds"
        clock.at += dt.timedelta(seconds=61)
        assert working.carry_next("sms")
    assert [headers["idempotency-key"] for headers, _ in gateway.asked] == ["sms:1", "sms:1"]
    assert len(gateway.sent) == 1
    assert counts(desk) == {("sms", "done"): 1}
    database.close()


@pytest.mark.parametrize(("url", "workers"), [("sqlite_url", 1), ("postgresql_url", 3)])
def test_a_thousand_items_leave_in_bounded_time_each_once(request: pytest.FixtureRequest, url: str, workers: int) -> None:
    each_url: str = request.getfixturevalue(url)
    total, clock = 1_000, StillClock(AT)
    databases = [open_database(RecordsSettings(each_url, timeout_ms=20_000)) for _ in range(workers)]
    with DatabaseUnitOfWork(databases[0], clock).begin("c1:1", 20_000) as work:
        work.request("mailing", "all", {})
        for number in range(total):
            work.follow_up("sms", f"k{number}", {})
    carrier = Fake()
    working = [Deliverer(DatabaseOutbox(one, clock, AT_ONCE), {"sms": carrier}, clock, FAST) for one in databases]
    began = time.monotonic()
    for each in working:
        each.start()
    wait_for(lambda: len(carrier.keys) >= total, 120)
    assert [each.stop() for each in working] == [True] * workers
    assert time.monotonic() - began < 120
    assert sorted(carrier.keys) == sorted(f"sms:k{number}" for number in range(total))
    assert counts(OutboxDesk(databases[0], clock)) == {("sms", "done"): total}
    for database in databases:
        database.close()
