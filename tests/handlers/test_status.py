"""The monthly status update: when it is open, and that nothing is declared twice."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from handlers.base import Handler, Services
from handlers.demo.adapter import DemoInformationSystem
from handlers.demo.filling import fill
from handlers.demo.hashing import CodeHasher
from handlers.errors import Failed, Refused, Unknown
from handlers.france_emploi.status import current, declare, window
from handlers.france_emploi.windows import window_at
from handlers.http.adapter import HttpInformationSystem
from handlers.information.status import Answers
from handlers.information_system import InformationSystem
from ivr.engine.events import Result
from ivr.ports.invoker import Outcome
from tests.handlers.fake_information_system import TODAY, TOKEN, serving
from tests.handlers.fakes import MemoryUnitOfWork, command, context, invoker, services

WINDOWS = {
    "2026-11-27": (False, "2026-11", "2026-11-28", "2026-12-15"),
    "2026-11-28": (True, "2026-11", "2026-11-28", "2026-12-15"),
    "2026-11-30": (True, "2026-11", "2026-11-28", "2026-12-15"),
    "2026-12-01": (True, "2026-11", "2026-11-28", "2026-12-15"),
    "2026-12-15": (True, "2026-11", "2026-11-28", "2026-12-15"),
    "2026-12-16": (False, "2026-12", "2026-12-28", "2027-01-15"),
    "2027-01-10": (True, "2026-12", "2026-12-28", "2027-01-15"),
    "2027-02-25": (False, "2027-02", "2027-02-26", "2027-03-15"),
    "2027-02-26": (True, "2027-02", "2027-02-26", "2027-03-15"),
    "2027-02-28": (True, "2027-02", "2027-02-26", "2027-03-15"),
    "2028-02-29": (True, "2028-02", "2028-02-26", "2028-03-15"),
    "2028-03-01": (True, "2028-02", "2028-02-26", "2028-03-15"),
    "2028-03-27": (False, "2028-03", "2028-03-28", "2028-04-15"),
}


@pytest.mark.parametrize(("day", "expected"), WINDOWS.items())
def test_the_window(day: str, expected: tuple[bool, str, str, str]) -> None:
    on = dt.date.fromisoformat(day)
    found = window_at(on)
    assert (found.holds(on), f"{found.month:%Y-%m}", found.opens.isoformat(), found.closes.isoformat()) == expected


def test_every_day_has_a_window_that_has_not_ended() -> None:
    for number in range(1_500):
        day = dt.date(2026, 1, 1) + dt.timedelta(days=number)
        found = window_at(day)
        assert found.closes >= day
        assert found.holds(day) or (day < found.opens and 15 < day.day < 28)


OPEN = dt.datetime(2026, 11, 29, 9, 0, tzinfo=dt.UTC)
CLOSED = dt.datetime(2026, 11, 20, 9, 0, tzinfo=dt.UTC)
NOTHING = {"looking": True, "worked": False, "training": False, "sick": False, "maternity": False, "pension": False}
WORKED = NOTHING | {"worked": True, "hours": 35, "pay": Decimal("612.50")}


@pytest.fixture(params=["demo", "http"])
def system(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[InformationSystem]:
    if request.param == "demo":
        url = f"sqlite:///{tmp_path / 'demo.sqlite'}"
        fill(url, 1, TODAY, 0)
        demo = DemoInformationSystem(url, CodeHasher())
        yield demo
        demo.close()
        return
    with serving() as fake:
        yield HttpInformationSystem(fake.url, TOKEN)


@pytest.fixture
def person(system: InformationSystem) -> str:
    found = system.verify("10000000014", "271828")
    assert found is not None
    return found.ref


def asked(handler: Handler, given: Services, store: MemoryUnitOfWork, at: dt.datetime = OPEN, **arguments: Any) -> Outcome:
    running = invoker(handler, unit_of_work=store, given=given)
    call = replace(context(at=at), caller_number="0639980014")
    return running.submit(command(handler.name, arguments, write=handler.manifest.write), call).result(10)


def test_what_was_declared_is_on_file_with_a_number(system: InformationSystem, person: str) -> None:
    store, given = MemoryUnitOfWork(), services(system)
    assert asked(current, given, store, person=person) == Outcome(Result.DONE, None)
    made = asked(declare, given, store, person=person, **WORKED)
    assert made.result is Result.DONE
    assert (made.value["revision"], made.value["sent"]) == (1, True)
    known = asked(current, given, store, person=person)
    assert known.value == {"number": made.value["number"], "revision": 1, "worked": True, "looking": True}
    assert [kind for kind, _ in store.stored] == ["status_update", "sms"]


def test_the_same_again_changes_nothing_and_another_answer_corrects(system: InformationSystem, person: str) -> None:
    store, given = MemoryUnitOfWork(), services(system)
    first = asked(declare, given, store, person=person, **NOTHING)
    assert asked(declare, given, store, person=person, **NOTHING).value == first.value | {"sent": False}
    corrected = asked(declare, given, store, person=person, **WORKED)
    assert corrected.value["revision"] == 2
    assert corrected.value["number"] != first.value["number"]


def test_one_revision_is_declared_once_whatever_key_it_comes_with(system: InformationSystem, person: str) -> None:
    answers = Answers(True, False, False, False, False, False)
    month = dt.date(2026, 11, 1)
    numbers = {system.declare(person, month, 1, answers, key) for key in ("one", "one", "other")}
    assert len(numbers) == 1


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"hours": 0}, "impossible"),
        ({"hours": 745}, "impossible"),
        ({"hours": None}, "impossible"),
        ({"pay": Decimal(-1)}, "impossible"),
        ({"pay": None}, "impossible"),
        ({"person": "nobody-here"}, "unknown_person"),
    ],
)
def test_what_no_month_can_hold_is_refused(system: InformationSystem, person: str, change: dict[str, Any], reason: str) -> None:
    store = MemoryUnitOfWork()
    outcome = asked(declare, services(system), store, **({"person": person} | WORKED | change))
    assert (outcome.result, outcome.reason) == (Result.REFUSED, reason)
    assert store.stored == []


def test_outside_the_window_nothing_is_declared(system: InformationSystem, person: str) -> None:
    store = MemoryUnitOfWork()
    told = asked(window, services(system), store, CLOSED)
    assert told.value == {
        "open": False,
        "month": 11,
        "opens": dt.date(2026, 11, 28),
        "closes": dt.date(2026, 12, 15),
    }
    outcome = asked(declare, services(system), store, CLOSED, person=person, **NOTHING)
    assert outcome == Outcome(Result.REFUSED, reason="window_closed")


def test_whoever_is_not_registered_is_told_so(system: InformationSystem) -> None:
    found = system.verify("10000000030", "141421")
    assert found is not None
    outcome = asked(declare, services(system), MemoryUnitOfWork(), person=found.ref, **NOTHING)
    assert outcome == Outcome(Result.REFUSED, reason="not_registered")


@pytest.mark.parametrize(
    ("fault", "result"), [("deaf", Unknown), ((200, b"{}"), Unknown), ((500, b""), Unknown), ((401, b"{}"), Failed)]
)
def test_a_lost_answer_to_a_declaration_is_unknown(fault: Any, result: type[Exception]) -> None:
    with serving() as fake:
        system = HttpInformationSystem(fake.url, TOKEN, timeout_ms=1_000)
        fake.faults.append(fault)
        with pytest.raises(result):
            system.declare("ref-1000", dt.date(2026, 11, 1), 1, Answers(True, False, False, False, False, False), "k")


def test_a_month_that_closed_meanwhile_is_refused_by_the_system_itself() -> None:
    with serving() as fake:
        fake.closed = True
        with pytest.raises(Refused, match="window_closed"):
            HttpInformationSystem(fake.url, TOKEN).declare(
                "ref-1000", dt.date(2026, 11, 1), 1, Answers(True, False, False, False, False, False), "k"
            )
