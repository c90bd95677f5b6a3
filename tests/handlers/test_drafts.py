"""Drafts of the status update: given back to whom they are for a day, and never a declaration."""

import datetime as dt
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from handlers.base import Handler, Services
from handlers.france_emploi.drafts import ANSWERS, forget, load, save
from ivr.engine.events import Result
from ivr.ports.invoker import Outcome
from ivr.records.database import Database, RecordsSettings, open_database
from ivr.records.drafts import DatabaseDrafts
from ivr.records.schema import upgrade
from ivr.records.site_key import SiteKey
from tests.handlers.fakes import command, context, invoker, services

OPEN = dt.datetime(2026, 11, 29, 9, 0, tzinfo=dt.UTC)
NOTHING: dict[str, Any] = dict.fromkeys(ANSWERS)


@dataclass
class House:
    path: Path
    database: Database
    given: Services

    def asked(self, handler: Handler, at: dt.datetime = OPEN, person: str = "ref-1", **arguments: Any) -> Outcome:
        running = invoker(handler, given=self.given)
        return running.submit(command(handler.name, {"person": person, **arguments}), context(at=at)).result(10)

    def stored(self) -> list[tuple[Any, ...]]:
        with sqlite3.connect(self.path) as connection:
            return connection.execute("SELECT owner, sealed FROM drafts").fetchall()


def with_key(given: Services, key: SiteKey) -> Services:
    return replace(given, seal=key.seal, unseal=key.unseal, fingerprint=key.identifier_hash)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    path = tmp_path / "guichet.sqlite"
    upgrade(f"sqlite:///{path}")
    database = open_database(RecordsSettings(f"sqlite:///{path}"))
    given = with_key(replace(services(), drafts=DatabaseDrafts(database)), SiteKey(b"k" * 32))
    yield House(path, database, given)
    database.close()


def test_calling_back_resumes_where_she_stopped(house: House) -> None:
    answers: dict[str, Any] = {"worked": True, "hours": 35, "pay": Decimal("612.50"), "training": False}
    assert house.asked(load).value is None
    assert house.asked(save, worked=True) == Outcome(Result.DONE, {"kept": 1})
    assert house.asked(save, **answers, looking=None) == Outcome(Result.DONE, {"kept": 4})
    later = OPEN + dt.timedelta(hours=23)
    assert house.asked(load, later).value == NOTHING | answers | {"on": dt.date(2026, 11, 29)}


def test_a_draft_is_gone_after_a_day_and_when_it_is_forgotten(house: House) -> None:
    house.asked(save, worked=True)
    assert house.asked(load, OPEN + dt.timedelta(hours=24)).value is None
    house.asked(save, worked=True)
    assert house.asked(forget) == Outcome(Result.DONE, None)
    assert (house.asked(load).value, house.stored()) == (None, [])


def test_a_draft_is_for_one_person_and_one_month(house: House) -> None:
    last_day = dt.datetime(2026, 12, 15, 20, 0, tzinfo=dt.UTC)
    house.asked(save, last_day, worked=True)
    assert house.asked(load, last_day, person="ref-2").value is None
    assert house.asked(load, last_day).value is not None
    assert house.asked(load, last_day + dt.timedelta(hours=4)).value is None
    assert house.asked(save, last_day + dt.timedelta(hours=4)) == Outcome(Result.REFUSED, reason="window_closed")


def test_a_stored_draft_tells_nothing_without_the_key(house: House) -> None:
    house.asked(save, worked=True, hours=35, pay=Decimal("612.50"))
    assert all(word not in str(house.stored()) for word in ("ref-1", "612", "worked", "2026"))
    given, house.given = house.given, with_key(house.given, SiteKey(b"x" * 32))
    assert house.asked(load).value is None
    house.given = replace(given, unseal=SiteKey(b"x" * 32).unseal)
    assert house.asked(load) == Outcome(Result.DONE, None)


def test_a_draft_that_was_moved_to_somebody_else_is_none(house: House) -> None:
    house.asked(save, worked=True)
    other = house.given.fingerprint("draft:ref-2")
    with sqlite3.connect(house.path) as connection:
        connection.execute("UPDATE drafts SET owner = ?", (other,))
    assert house.asked(load, person="ref-2").value is None


@pytest.mark.parametrize("text", ["{", "[]", '{"person": "ref-1"}', "null"])
def test_a_draft_of_another_form_is_none(house: House, text: str) -> None:
    house.asked(save, worked=True)
    house.given = replace(house.given, unseal=lambda _sealed: text)
    assert house.asked(load) == Outcome(Result.DONE, None)


def test_answers_of_another_kind_are_asked_again(house: House) -> None:
    house.asked(save, worked="yes", hours=True, pay="612.50")
    assert house.asked(load).value == NOTHING | {"on": dt.date(2026, 11, 29)}


@pytest.mark.parametrize("handler", [save, load, forget])
def test_without_a_database_a_draft_is_failed(handler: Handler) -> None:
    running = invoker(handler, given=services())
    told = running.submit(command(handler.name, {"person": "ref-1"}), context(at=OPEN)).result(10)
    assert told == Outcome(Result.FAILED, reason="storage")
