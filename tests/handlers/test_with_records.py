"""Handlers on Guichet's own database: what is stored is stored once, and codes are refused across calls."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from handlers.base import Handler, Services, handler
from handlers.catalogue import handlers
from handlers.invoker import Limits, ThreadInvoker
from ivr.engine.events import Result
from ivr.engine.secrets import Secret
from ivr.ports.invoker import CallContext, Outcome
from ivr.records.database import Database, RecordsSettings, open_database
from ivr.records.lockout import DatabaseAttempts
from ivr.records.schema import upgrade
from ivr.records.unit_of_work import DatabaseUnitOfWork
from tests.handlers.fakes import AT, FixedInformation, command, context


class StillClock:
    def now(self) -> Any:
        return AT

    def monotonic_ms(self) -> int:
        return 0


@handler(name="status.declare", arguments={"person": "text"}, write=True)
def declare(arguments: Any, _services: Any, context: Any) -> dict[str, Any]:
    receipt = context.work.request("declaration", f"{arguments['person']}:2026-11:1", {"worked": False})
    context.work.follow_up("deliver", receipt.request_id, {})
    return {"request": receipt.request_id, "created": receipt.created}


@dataclass
class House:
    path: Path
    database: Database
    port: ThreadInvoker

    def rows(self, table: str) -> int:
        with sqlite3.connect(self.path) as connection:
            return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])

    def identify(self, identifier: str, code: str, caller: str) -> Outcome:
        digits = {"s1": identifier, "s2": code}
        arguments = {"identifier": Secret("s1", "identifier", 11), "code": Secret("s2", "digits", 6)}
        call = CallContext("call-1", "france-emploi", "fr", AT, "", caller, lambda secret: digits[secret.ref])
        return self.port.submit(command("identification.verify", arguments), call).result(10)

    def declare(self) -> Outcome:
        return self.port.submit(command("status.declare", {"person": "ref-1"}, write=True), context()).result(10)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    path = tmp_path / "guichet.sqlite"
    upgrade(f"sqlite:///{path}")
    database = open_database(RecordsSettings(f"sqlite:///{path}"))
    given = Services(
        FixedInformation(),
        DatabaseAttempts(database),
        lambda text: f"<{hash(text)}>",
        lambda _ms: None,
        lambda text: f"<{len(text)}>",
    )
    all_of_them: list[Handler] = [*handlers(), declare]
    port = ThreadInvoker(all_of_them, given, DatabaseUnitOfWork(database, StillClock()), Limits(storage_ms=200))
    yield House(path, database, port)
    port.close(10)
    database.close()


def test_the_same_act_is_stored_once(house: House) -> None:
    first, again = house.declare(), house.declare()
    assert (first.value["created"], again.value["created"]) == (True, False)
    assert first.value["request"] == again.value["request"]
    assert (house.rows("requests"), house.rows("outbox")) == (1, 1)


def test_a_locked_database_is_failed_and_nothing_is_stored(house: House) -> None:
    with sqlite3.connect(house.path, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        assert house.declare() == Outcome(Result.FAILED, reason="storage")
        other.execute("ROLLBACK")
    assert house.rows("requests") == 0
    assert house.declare().result is Result.DONE


def test_codes_are_refused_across_calls_alike_for_known_and_unknown_and_for_one_caller_only(house: House) -> None:
    known = [house.identify("10000000014", "000000", "caller-1").reason for _ in range(6)]
    unknown = [house.identify("10000000097", "000000", "caller-2").reason for _ in range(6)]
    assert known == unknown == ["not_recognised"] * 5 + ["too_many"]
    assert house.identify("10000000014", "271828", "caller-1").reason == "too_many"
    assert house.identify("10000000014", "271828", "caller-3").result is Result.DONE
