"""A link leaves by SMS or e-mail, counted by its subject, or nothing is promised."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from handlers.demo.adapter import DemoInformationSystem
from handlers.demo.filling import fill
from handlers.france_emploi.links import send
from handlers.http.adapter import HttpInformationSystem
from handlers.information_system import InformationSystem
from ivr.engine.events import Result
from ivr.ports.invoker import Outcome
from tests.handlers.fake_information_system import TODAY, TOKEN, serving
from tests.handlers.fakes import ClosedUnitOfWork, MemoryUnitOfWork, command, context, invoker, services

MESSAGES = b"""
messages:
  link_documents:
    fr: { subject: Documents, text: "https://exemple.invalid" }
    en: { subject: Documents, text: "https://exemple.invalid" }
"""


@pytest.fixture(params=["demo", "http"])
def system(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[InformationSystem]:
    if request.param == "demo":
        url = f"sqlite:///{tmp_path / 'demo.sqlite'}"
        fill(url, 1, TODAY, 0)
        demo = DemoInformationSystem(url)
        yield demo
        demo.close()
        return
    with serving() as fake:
        yield HttpInformationSystem(fake.url, TOKEN)


def asked(store: Any, caller: str = "0639980014", system: Any = None, files: Any = None, **arguments: Any) -> Outcome:
    known = {"messages.yaml": MESSAGES} if files is None else files
    given = replace(services(system), seal=lambda text: f"<{text}>", file=lambda _service, name: known[name])
    running = invoker(send, unit_of_work=store, given=given)
    call = replace(context(), caller_number=caller)
    return running.submit(command("links.send", {"subject": "documents", **arguments}, write=True), call).result(10)


def test_a_link_leaves_for_the_callers_mobile_and_is_counted() -> None:
    store = MemoryUnitOfWork()
    assert asked(store, by="sms") == Outcome(Result.DONE, {"by": "sms"})
    assert store.stored == [("link", "call-1:7"), ("sms", "link:call-1:7")]


def test_a_link_leaves_for_the_address_on_file(system: InformationSystem) -> None:
    found = system.verify("10000000014", "271828")
    assert found is not None
    store = MemoryUnitOfWork()
    assert asked(store, system=system, by="email", person=found.ref) == Outcome(Result.DONE, {"by": "email"})
    assert store.stored == [("link", "call-1:7"), ("email", "link:call-1:7")]
    assert asked(store, system=system, by="email", person="nobody-here") == Outcome(Result.REFUSED, reason="unknown_person")


@pytest.mark.parametrize("to", ["06 39 98 00 14", "+33639980014", "07.39.98.00.14", "+32470000000"])
def test_a_mobile_is_written_in_many_ways(to: str) -> None:
    assert asked(MemoryUnitOfWork(), caller="", by="sms", to=to).result is Result.DONE


@pytest.mark.parametrize(
    ("caller", "arguments", "reason"),
    [
        ("0199000001", {"by": "sms"}, "no_address"),
        ("", {"by": "sms"}, "no_address"),
        ("0639980014", {"by": "sms", "to": "0199000002"}, "no_address"),
        ("0639980014", {"by": "email"}, "no_address"),
        ("0639980014", {"by": "email", "to": "nothing at all"}, "no_address"),
        ("0639980014", {"by": "letter", "to": "somewhere"}, "no_address"),
        ("0639980014", {"by": "sms", "subject": "weather"}, "unknown_subject"),
    ],
)
def test_what_would_not_arrive_is_refused(caller: str, arguments: dict[str, str], reason: str) -> None:
    store = MemoryUnitOfWork()
    assert asked(store, caller, **arguments) == Outcome(Result.REFUSED, reason=reason)
    assert store.stored == []


@pytest.mark.parametrize(("files", "reason"), [({}, "no_catalogue"), ({"messages.yaml": b"messages: ["}, "bad_catalogue")])
def test_without_words_nothing_is_promised(files: dict[str, bytes], reason: str) -> None:
    assert asked(MemoryUnitOfWork(), files=files, by="sms") == Outcome(Result.FAILED, reason=reason)


def test_a_link_that_cannot_be_stored_is_failed() -> None:
    assert asked(ClosedUnitOfWork(), by="sms") == Outcome(Result.FAILED, reason="storage")


def test_a_file_that_is_down_sends_no_link() -> None:
    with serving() as fake:
        fake.faults += [(500, b""), (500, b"")]
        system = HttpInformationSystem(fake.url, TOKEN, timeout_ms=300)
        assert asked(MemoryUnitOfWork(), system=system, by="email", person="ref-1000").result is Result.FAILED
