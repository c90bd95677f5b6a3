"""The same questions to the demo database and, over HTTP, to a system that keeps the contract."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from handlers.demo.adapter import DemoInformationSystem
from handlers.demo.filling import fill
from handlers.demo.people import NO_SUCH_IDENTIFIER
from handlers.errors import Refused
from handlers.http.adapter import HttpInformationSystem
from handlers.information_system import InformationSystem, NoPayment, Payment
from tests.handlers.fake_information_system import TODAY, TOKEN, serving

PAYDAY = dt.date(2026, 11, 28)


@pytest.fixture(scope="module", params=["demo", "http"])
def system(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[InformationSystem]:
    if request.param == "demo":
        yield from demo(tmp_path_factory.mktemp("demo"))
        return
    with serving() as fake:
        adapter = HttpInformationSystem(fake.url, TOKEN)
        yield adapter
        adapter.close()


def demo(folder: Path) -> Iterator[InformationSystem]:
    url = f"sqlite:///{folder / 'demo 100%.sqlite'}"
    fill(url, seed=1, today=TODAY, count=20)
    adapter = DemoInformationSystem(url)
    yield adapter
    adapter.close()


def ref(system: InformationSystem, identifier: str, code: str) -> str:
    person = system.verify(identifier, code)
    assert person is not None
    return person.ref


@pytest.fixture(scope="module")
def camille(system: InformationSystem) -> str:
    return ref(system, "10000000014", "271828")


def test_it_answers_a_probe(system: InformationSystem) -> None:
    system.probe()


def test_the_right_code_gives_an_opaque_reference_that_stays(system: InformationSystem, camille: str) -> None:
    assert "10000000014" not in camille
    assert "271828" not in camille
    assert ref(system, "10000000014", "271828") == camille


def test_a_person_says_what_language_she_prefers(system: InformationSystem) -> None:
    languages = [
        person.language for code in ("10000000014 271828", "10000000048 161803") if (person := system.verify(*code.split()))
    ]
    assert languages == ["fr", "en"]


@pytest.mark.parametrize(
    ("identifier", "code"),
    [
        ("10000000014", "271829"),
        ("10000000014", ""),
        ("10000000014", "271828" * 500),
        (NO_SUCH_IDENTIFIER, "271828"),
        ("' OR 1=1 --", "271828"),
        ("", ""),
        ('é\n"{}', "ü\x00"),
    ],
)
def test_anything_else_gives_nobody(system: InformationSystem, identifier: str, code: str) -> None:
    assert system.verify(identifier, code) is None


def test_the_next_payment_is_the_first_from_the_day_on(system: InformationSystem, camille: str) -> None:
    assert system.next_payment(camille, TODAY) == Payment(PAYDAY, Decimal("987.65"))
    assert system.next_payment(camille, PAYDAY) == Payment(PAYDAY, Decimal("987.65"))
    assert system.next_payment(camille, PAYDAY + dt.timedelta(days=1)) is None


def test_why_there_is_none(system: InformationSystem, camille: str) -> None:
    assert system.why_no_payment(camille, TODAY) is None
    assert system.why_no_payment(camille, dt.date(2027, 6, 1)) is NoPayment.OTHER
    other = ref(system, "10000000022", "314159")
    assert system.next_payment(other, TODAY) is None
    assert system.why_no_payment(other, TODAY) is NoPayment.STATUS_NOT_UPDATED


def test_the_last_payments_come_latest_first(system: InformationSystem, camille: str) -> None:
    assert system.last_payments(camille, TODAY, 3) == (
        Payment(dt.date(2026, 10, 28), Decimal("986.40")),
        Payment(dt.date(2026, 9, 28), Decimal("985.15")),
        Payment(dt.date(2026, 8, 28), Decimal("983.90")),
    )
    assert len(system.last_payments(camille, TODAY, 1)) == 1
    assert system.last_payments(ref(system, "10000000030", "141421"), TODAY, 3) == ()


def test_a_cent_is_kept(system: InformationSystem) -> None:
    payment = system.next_payment(ref(system, "10000000055", "173205"), TODAY)
    assert payment is not None
    assert str(payment.amount) == "1.00"


@pytest.mark.parametrize("person", ["nobody-here", "../../v1/health", "a b?c#d/é", "' OR 1=1 --"])
def test_a_reference_of_nobody_is_refused(system: InformationSystem, person: str) -> None:
    for ask in (
        lambda: system.next_payment(person, TODAY),
        lambda: system.why_no_payment(person, TODAY),
        lambda: system.last_payments(person, TODAY, 3),
    ):
        with pytest.raises(Refused, match="unknown_person"):
            ask()
