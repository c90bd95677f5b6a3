"""Open cases, from both information systems, and being told once when one changes."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from handlers.base import Handler
from handlers.demo.adapter import DemoInformationSystem
from handlers.demo.case_files import MOST, invented_cases
from handlers.demo.filling import fill
from handlers.demo.people import known
from handlers.errors import Failed, Refused
from handlers.france_emploi.cases import notify, open_cases
from handlers.http.adapter import HttpInformationSystem
from handlers.information.cases import Case, CaseStatus, CaseType, Expected
from handlers.information_system import InformationSystem
from ivr.engine.events import Result
from ivr.ports.invoker import Outcome
from tests.handlers.fake_information_system import TODAY, TOKEN, serving
from tests.handlers.fakes import ClosedUnitOfWork, MemoryUnitOfWork, command, context, invoker, services


@pytest.fixture(scope="module", params=["demo", "http"])
def system(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[InformationSystem]:
    if request.param == "demo":
        url = f"sqlite:///{tmp_path_factory.mktemp('demo') / 'demo.sqlite'}"
        fill(url, 1, TODAY, 5)
        demo = DemoInformationSystem(url)
        yield demo
        demo.close()
        return
    with serving() as fake:
        yield HttpInformationSystem(fake.url, TOKEN)


def ref(system: InformationSystem, identifier: str = "10000000014", code: str = "271828") -> str:
    found = system.verify(identifier, code)
    assert found is not None
    return found.ref


def asked(handler: Handler, system: Any, store: Any = None, **arguments: Any) -> Outcome:
    running = invoker(handler, unit_of_work=store, given=services(system))
    return running.submit(command(handler.name, arguments, write=handler.manifest.write), context()).result(10)


def test_each_case_says_where_it_stands_and_what_is_expected_by_when(system: InformationSystem) -> None:
    first, second = system.open_cases(ref(system))
    signed = Expected.SIGNED_FORM
    due = dt.date(2026, 12, 5)
    assert first == Case(first.number, CaseType.TRAINING, dt.date(2026, 11, 17), CaseStatus.WAITING, signed, due)
    assert second == Case(second.number, CaseType.ENTITLEMENT, dt.date(2026, 11, 3), CaseStatus.UNDER_REVIEW)
    assert (len(first.number), first.number.isdigit()) == (9, True)


def test_everybody_has_the_cases_that_were_invented_for_her(system: InformationSystem) -> None:
    for person in known(TODAY):
        assert system.open_cases(ref(system, person.identifier, person.code)) == invented_cases(person.identifier, TODAY)


def test_a_person_without_a_case_has_none(system: InformationSystem) -> None:
    person = ref(system, "10000000030", "141421")
    assert asked(open_cases, system, person=person) == Outcome(Result.DONE, ())


def test_a_menu_is_given_codes_and_days(system: InformationSystem) -> None:
    told = asked(open_cases, system, person=ref(system)).value
    expected = ["training", dt.date(2026, 11, 17), "waiting", "signed_form", dt.date(2026, 12, 5)]
    assert [told[0][name] for name in ("type", "date", "status", "expected", "by")] == expected
    assert (told[1]["expected"], told[1]["by"]) == (None, None)


def test_somebody_asks_to_be_told_and_nothing_else_is_stored(system: InformationSystem) -> None:
    person, store = ref(system), MemoryUnitOfWork()
    number = system.open_cases(person)[0].number
    assert asked(notify, system, store, person=person, number=number, by="sms") == Outcome(Result.DONE, {"again": False})
    assert store.stored == [("case_notice", f"{person}:{number}:sms")]


@pytest.mark.parametrize(
    ("change", "reason"),
    [({"person": "nobody-here"}, "unknown_person"), ({"number": "10000001"}, "unknown_case"), ({"by": "pigeon"}, "no_address")],
)
def test_a_wish_that_cannot_be_kept_is_refused(system: InformationSystem, change: dict[str, str], reason: str) -> None:
    person, store = ref(system), MemoryUnitOfWork()
    wish = {"person": person, "number": system.open_cases(person)[0].number, "by": "email"} | change
    assert asked(notify, system, store, **wish) == Outcome(Result.REFUSED, reason=reason)
    assert store.stored == []


@pytest.mark.parametrize("person", ["nobody-here", "../../v1/health", "' OR 1=1 --"])
def test_cases_of_nobody_are_refused(system: InformationSystem, person: str) -> None:
    with pytest.raises(Refused, match="unknown_person"):
        system.open_cases(person)


def test_a_wish_that_the_database_does_not_take_is_failed(system: InformationSystem) -> None:
    person = ref(system)
    number = system.open_cases(person)[0].number
    outcome = asked(notify, system, ClosedUnitOfWork(), person=person, number=number, by="sms")
    assert outcome == Outcome(Result.FAILED, reason="storage")


CASE = '{"number": "40000001", "type": "training", "date": "2026-11-20", "status": "waiting"'


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ((500, b"{}"), "unavailable"),
        ((401, b"{}"), "not_authorised"),
        ((404, b'{"code": "no_such_path"}'), "bad_answer"),
        ((200, b"[]"), "bad_answer"),
        ((200, f'{{"cases": [{CASE}, "by": "2026-13-01"}}]}}'.encode()), "bad_answer"),
        ((200, f'{{"cases": [{CASE}}}, {CASE.replace("-20", "-21")}}}]}}'.encode()), "bad_answer"),
        ((200, b'{"cases": [{"number": "<b>", "type": "a", "date": "2026-11-20", "status": "b"}]}'), "bad_answer"),
        ("slow", "timeout"),
    ],
)
def test_an_answer_that_is_none_is_failed(fault: Any, reason: str) -> None:
    with serving() as fake:
        fake.faults.append(fault)
        with pytest.raises(Failed, match=reason):
            HttpInformationSystem(fake.url, TOKEN, timeout_ms=300).open_cases("ref-1000")


def test_a_code_that_is_not_known_counts_as_another_one() -> None:
    with serving() as fake:
        new = CASE.replace("training", "new_kind").replace("waiting", "new_status")
        fake.faults.append((200, f'{{"cases": [{new}, "expected": "new_paper"}}]}}'.encode()))
        (case,) = HttpInformationSystem(fake.url, TOKEN).open_cases("ref-1000")
    assert (case.type, case.status, case.expected) == (CaseType.OTHER, CaseStatus.OTHER, Expected.OTHER)


def test_nobody_has_more_than_three_and_the_same_ones_each_time() -> None:
    counts = set()
    for number in range(200):
        identifier = str(10_000_001_000 + 7 * number)
        cases = invented_cases(identifier, TODAY)
        assert cases == invented_cases(identifier, TODAY)
        assert [each.date for each in cases] == sorted((each.date for each in cases), reverse=True)
        assert all((each.expected is None) == (each.by is None) == (each.status is not CaseStatus.WAITING) for each in cases)
        counts.add(len(cases))
    assert counts == set(range(MOST + 1))
