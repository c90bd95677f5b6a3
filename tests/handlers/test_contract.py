"""The written contract, the server that stands in for it, and what we send agree."""

import datetime as dt
import enum
import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from handlers.demo.people import known
from handlers.errors import Refused
from handlers.http.adapter import HttpInformationSystem
from handlers.information.attestations import Way
from handlers.information.cases import CaseStatus, CaseType, Expected
from handlers.information.contacts import Contact
from handlers.information.situations import Change, ChangeKind, Contract
from handlers.information.status import Answers, Declaration
from handlers.information_system import NoPayment
from tests.handlers.fake_information_system import TODAY, TOKEN, FakeInformationSystem, application, serving

CONTRACT = YAML(typ="safe").load(Path(__file__).parents[2] / "docs/openapi/information-system.yaml")


def resolved(node: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in node:
        return node
    found: Any = CONTRACT
    for name in node["$ref"].removeprefix("#/").split("/"):
        found = found[name]
    return resolved(found)


def operation(method: str, path: str) -> dict[str, Any]:
    """The operation whose path template fits."""
    parts = path.split("/")
    for template, methods in CONTRACT["paths"].items():
        wanted = template.split("/")
        if len(wanted) == len(parts) and all(a == b or a.startswith("{") for a, b in zip(wanted, parts, strict=True)):
            return methods[method.lower()]
    raise AssertionError(f"{path} is not in the contract")


def check(schema: dict[str, Any], value: Any) -> None:
    Draft202012Validator({**schema, "components": CONTRACT["components"]}).validate(value)


def body_schema(holder: dict[str, Any]) -> dict[str, Any]:
    return resolved(holder)["content"]["application/json"]["schema"]


def check_exchange(request: httpx.Request, response: httpx.Response) -> None:
    wanted = operation(request.method, request.url.path)
    query = dict(request.url.params)
    declared = [resolved(each) for each in wanted.get("parameters", [])]
    assert set(query) == {each["name"] for each in declared if each["in"] == "query"}
    for each in declared:
        if each["in"] == "query":
            integer = each["schema"].get("type") == "integer"
            check(each["schema"], int(query[each["name"]]) if integer else query[each["name"]])
    if "requestBody" in wanted:
        check(body_schema(wanted["requestBody"]), json.loads(request.content))
    check(body_schema(wanted["responses"][str(response.status_code)]), json.loads(response.content))


class Watching(httpx.HTTPTransport):
    """The network, with every exchange held against the contract."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: set[tuple[str, int]] = set()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = super().handle_request(request)
        content = response.read()
        whole = httpx.Response(response.status_code, headers=response.headers, stream=httpx.ByteStream(content))
        check_exchange(request, response)
        self.seen.add((operation(request.method, request.url.path)["operationId"], response.status_code))
        return whole


@pytest.fixture
def watching() -> Iterator[tuple[HttpInformationSystem, Watching, FakeInformationSystem]]:
    with serving() as fake:
        transport = Watching()
        yield HttpInformationSystem(fake.url, TOKEN, transport=transport), transport, fake


def meet_status_updates(system: HttpInformationSystem, fake: FakeInformationSystem) -> None:
    month = TODAY.replace(day=1)
    worked = Answers(True, True, False, False, False, False, 35, Decimal("612.50"))
    (registered, *_), unregistered = known(TODAY), "10000000030"
    person = fake.ref(registered)
    assert system.declaration(person, month) is None
    number = system.declare(person, month, 1, worked, "k1")
    assert system.declaration(person, month) == Declaration(number, 1, worked)
    for ref in ("nobody-here", fake.ref(fake.people[unregistered])):
        with pytest.raises(Refused):
            system.declaration(ref, month)
        with pytest.raises(Refused):
            system.declare(ref, month, 1, worked, "k2")
    fake.closed = True
    with pytest.raises(Refused, match="window_closed"):
        system.declare(person, month, 2, worked, "k3")


def meet_attestations(system: HttpInformationSystem, person: str) -> None:
    system.correspondence(person)
    system.prefer(person, Way.POST, "k1")
    system.correspondence(person)
    system.statement(person, dt.date(2026, 1, 1), TODAY)


def meet_changes(system: HttpInformationSystem, fake: FakeInformationSystem) -> None:
    (registered, *_), unregistered = known(TODAY), fake.ref(fake.people["10000000030"])
    person = fake.ref(registered)
    for change in CHANGES:
        system.report(person, change, "k1")
    with pytest.raises(Refused, match="not_registered"):
        system.report(unregistered, CHANGES[0], "k2")
    system.change_phone(person, "+33639980099", TODAY, "k3")
    assert system.contact(person) == Contact("+33639980099", TODAY)
    for no_phone in ((None, None), ("+33199000001", None)):
        fake.phones[person] = no_phone
        assert system.contact(person) == Contact(no_phone[0] or "", None)


CHANGES = [
    Change(ChangeKind.BACK_TO_WORK, TODAY, None, Contract.PERMANENT),
    Change(ChangeKind.SICKNESS, TODAY, TODAY + dt.timedelta(days=4)),
    Change(ChangeKind.TRAINING, TODAY, TODAY + dt.timedelta(days=30)),
]


def attesting(system: HttpInformationSystem) -> list[Callable[[str, dt.date], Any]]:
    return [
        lambda ref, _on: system.correspondence(ref),
        lambda ref, _on: system.prefer(ref, Way.EMAIL, "k2"),
        lambda ref, on: system.statement(ref, on, on),
    ]


def test_every_exchange_keeps_the_contract_and_every_answer_of_it_is_met(
    watching: tuple[HttpInformationSystem, Watching, FakeInformationSystem],
) -> None:
    system, transport, fake = watching
    system.probe()
    assert system.verify("10000000014", "0") is None
    for person in known(TODAY):
        found = system.verify(person.identifier, person.code)
        assert found is not None
        system.next_payment(found.ref, TODAY)
        system.why_no_payment(found.ref, TODAY)
        system.last_payments(found.ref, TODAY, 12)
        system.open_cases(found.ref)
        meet_attestations(system, found.ref)
    meet_status_updates(system, fake)
    meet_changes(system, fake)
    for ask in (
        lambda ref, _on: system.contact(ref),
        lambda ref, on: system.change_phone(ref, "+33639980099", on, "k4"),
        lambda ref, _on: system.report(ref, CHANGES[0], "k5"),
        system.next_payment,
        lambda ref, on: system.last_payments(ref, on, 1),
        lambda ref, _on: system.open_cases(ref),
        *attesting(system),
    ):
        with pytest.raises(Refused):
            ask("nobody-here", TODAY)
    answers = {
        (each["operationId"], int(status))
        for methods in CONTRACT["paths"].values()
        for each in methods.values()
        for status in each["responses"]
    }
    assert transport.seen == answers


def test_the_server_of_the_tests_has_the_contracts_paths() -> None:
    app = application(FakeInformationSystem({}))
    served = {(method.lower(), route.path) for route in app.routes if isinstance(route, APIRoute) for method in route.methods}
    assert served == {(method, path) for path, methods in CONTRACT["paths"].items() for method in methods}


def test_every_schema_of_the_contract_is_one() -> None:
    for schema in CONTRACT["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_the_contract_names_every_reason_for_no_payment() -> None:
    told = CONTRACT["components"]["schemas"]["NextPayment"]["properties"]["reason"]["description"]
    assert [reason.value for reason in NoPayment if reason.value not in told] == []


@pytest.mark.parametrize(
    ("field", "kind"), [("type", CaseType), ("status", CaseStatus), ("expected", Expected)], ids=["type", "status", "expected"]
)
def test_the_contract_names_every_code_of_a_case(field: str, kind: type[enum.Enum]) -> None:
    told = CONTRACT["components"]["schemas"]["Case"]["properties"][field]["description"]
    assert [code.value for code in kind if code.value not in told] == []


@pytest.mark.parametrize(("field", "kind"), [("kind", ChangeKind), ("contract", Contract)], ids=["kind", "contract"])
def test_the_contract_lists_every_code_of_a_change(field: str, kind: type[enum.Enum]) -> None:
    listed = CONTRACT["components"]["schemas"]["SituationChange"]["properties"][field]["enum"]
    assert listed == [code.value for code in kind]
