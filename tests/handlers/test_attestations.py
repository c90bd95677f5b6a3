"""Attestations: asked of both information systems, stored once a day, and worded with nothing missing."""

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from handlers.base import Services
from handlers.delivery.documents import make_pdf
from handlers.delivery.texts import Texts
from handlers.delivery.texts_file import read_catalogue
from handlers.demo.adapter import DemoInformationSystem
from handlers.demo.desk_files import invented_file
from handlers.demo.filling import fill
from handlers.demo.people import known
from handlers.errors import Failed, Refused, Unknown
from handlers.france_emploi.attestation_catalogue import read_attestations
from handlers.france_emploi.attestations import address_in_part, email_in_part, months, preference, request
from handlers.http.adapter import HttpInformationSystem
from handlers.information.attestations import Correspondence, Statement, Way
from handlers.information_system import InformationSystem
from ivr.engine.events import Result
from ivr.ports.invoker import Outcome
from ivr.ports.outbox import Item
from ivr.ports.unit_of_work import Receipt, Work
from tests.handlers.fake_information_system import TODAY, TOKEN, serving
from tests.handlers.fakes import AT, command, context, invoker, services

MENU = Path(__file__).parents[2] / "menus/france-emploi"
KINDS = read_attestations((MENU / "attestations.yaml").read_bytes())


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


def ref(system: InformationSystem, identifier: str = "10000000014", code: str = "271828") -> str:
    found = system.verify(identifier, code)
    assert found is not None
    return found.ref


@dataclass
class Stored:
    """A database of one table of requests and one of items; implements UnitOfWork and Work."""

    requests: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    items: dict[tuple[str, str], Mapping[str, Any]] = field(default_factory=dict)

    @contextmanager
    def begin(self, transport_key: str, timeout_ms: int) -> Iterator[Work]:
        yield self

    def request(self, kind: str, business_key: str, payload: Mapping[str, Any]) -> Receipt:
        key = f"{kind}:{business_key}"
        created = key not in self.requests
        return Receipt("r1", created, "stored", self.requests.setdefault(key, payload))

    def follow_up(self, kind: str, key: str, payload: Mapping[str, Any], at: dt.datetime | None = None) -> None:
        self.items.setdefault((kind, key), payload)


def given(system: Any, folder: Path = MENU) -> Services:
    files = {path.name: path.read_bytes() for path in folder.glob("*.yaml")}
    return replace(services(system), fingerprint=lambda text: f"<{text}>", file=lambda _service, name: files[name])


def asked(
    system: Any, store: Stored, at: dt.datetime = AT, key: str = "call-1:7", folder: Path = MENU, **arguments: Any
) -> Outcome:
    running = invoker(request, unit_of_work=store, given=given(system, folder))
    wanted = replace(command("attestations.request", arguments, write=True, timeout_ms=15_000), key=key)
    return running.submit(wanted, context(at=at)).result(20)


def told(system: Any, person: str) -> Outcome:
    running = invoker(preference, given=given(system))
    return running.submit(command("attestations.preference", {"person": person}), context()).result(10)


def test_an_attestation_is_stored_and_leaves_with_what_it_states(system: InformationSystem) -> None:
    store, person = Stored(), ref(system)
    outcome = asked(system, store, person=person, kind="registration", by="email")
    assert outcome.result is Result.DONE
    assert (outcome.value["again"], len(outcome.value["number"]), outcome.value["since"]) == (False, 9, None)
    (((kind, _), item),) = store.items.items()
    assert (kind, item["message"], item["document"]) == ("email", "attestation", "registration")
    assert item["values"]["reference"] == outcome.value["number"]
    assert item["sealed_to"] == f"sealed({len('exemple-001@example.org')})"
    assert "Exemple" not in str(store.requests)


def test_the_same_day_it_is_pointed_out_and_leaves_once(system: InformationSystem) -> None:
    store, person = Stored(), ref(system)
    wish = {"person": person, "kind": "transport"}
    first = asked(system, store, **wish, by="email")
    retried = asked(system, store, **wish, by="email")
    second = asked(system, store, key="call-2:3", **wish, by="post")
    assert [each.value["again"] for each in (first, retried, second)] == [False, False, True]
    assert first.value["number"] == second.value["number"]
    assert len(store.items) == 1
    later = asked(system, store, at=AT + dt.timedelta(days=1), key="call-3:3", **wish, by="post")
    assert (later.value["again"], later.value["number"] != first.value["number"]) == (False, True)
    assert [kind for kind, _ in store.items] == ["email", "letter"]


def test_another_period_is_another_attestation(system: InformationSystem) -> None:
    store, person = Stored(), ref(system)
    wish = {"person": person, "kind": "payments", "by": "post", "until": 10}
    assert asked(system, store, **wish, since=9).value["since"] == dt.date(2026, 9, 1)
    assert asked(system, store, key="call-1:9", **wish, since=8).value["again"] is False
    dates = [[each["date"].month for each in item["values"]["payments"]] for item in store.items.values()]
    assert dates == [[9, 10], [8, 9, 10]]


def test_the_way_she_chose_is_remembered(system: InformationSystem) -> None:
    person = ref(system)
    assert told(system, person).value["by"] is None
    asked(system, Stored(), person=person, kind="registration", by="post")
    assert told(system, person).value["by"] == "post"
    asked(system, Stored(), person=person, kind="registration", by="email")
    assert told(system, person).value["by"] == "email"


def test_an_address_is_told_in_part(system: InformationSystem) -> None:
    camille = known(TODAY)[0]
    file = invented_file(camille, TODAY)
    value = told(system, ref(system)).value
    assert value["email"] == {"begins": "e", "domain": "example.org"}
    *street, last = file.street.split()[1:]
    assert value["post"] == {"street": " ".join([*street, last[0]]), "department": file.town[:2].replace("97", "974")}


@pytest.mark.parametrize(
    ("address", "part"),
    [
        (("Aurore Exemple", "14 bis rue des Essais", "75000 Exempleville"), {"street": "rue des E", "department": "75"}),
        (("A", "rue des Essais", "97400 Gabarit"), {"street": "rue des E", "department": "974"}),
        (("A", "12", "1000 Ailleurs"), {"street": "?", "department": "10"}),
        (("A", "Modèle", "Ailleurs"), {"street": "M", "department": None}),
        (("A",), None),
        ((), None),
    ],
)
def test_what_part_of_an_address(address: tuple[str, ...], part: Any) -> None:
    assert address_in_part(address) == part


def test_no_email_has_no_part() -> None:
    assert email_in_part("") is None
    assert email_in_part("nothing") is None


@pytest.mark.parametrize(
    ("today", "since", "until", "days"),
    [
        ("2026-11-23", 9, 10, ("2026-09-01", "2026-10-31")),
        ("2026-11-23", 11, 11, ("2026-11-01", "2026-11-23")),
        ("2026-11-23", 12, 11, ("2025-12-01", "2026-11-23")),
        ("2026-11-23", 11, 12, ("2025-11-01", "2025-12-31")),
        ("2026-03-31", 2, 2, ("2026-02-01", "2026-02-28")),
        ("2028-02-29", 3, 2, ("2027-03-01", "2028-02-29")),
        ("2028-03-01", 2, 2, ("2028-02-01", "2028-02-29")),
    ],
)
def test_months_are_the_latest_that_have_begun(today: str, since: int, until: int, days: tuple[str, str]) -> None:
    found = months(since, until, dt.date.fromisoformat(today))
    assert tuple(day.isoformat() for day in found) == days


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"person": "nobody-here"}, "unknown_person"),
        ({"kind": "marriage"}, "unknown_kind"),
        ({"by": "pigeon"}, "no_address"),
        ({"kind": "payments"}, "no_period"),
        ({"kind": "payments", "since": 3, "until": 13}, "no_period"),
        ({"kind": "no_payment", "since": 10, "until": 10}, "nothing_to_attest"),
        ({"kind": "taxable_amount"}, "nothing_to_attest"),
    ],
)
def test_what_cannot_be_certified_is_refused(system: InformationSystem, change: dict[str, Any], reason: str) -> None:
    store = Stored()
    wish = {"person": ref(system), "kind": "registration", "by": "email"} | change
    assert asked(system, store, **wish) == Outcome(Result.REFUSED, reason=reason)
    assert (store.requests, store.items) == ({}, {})


@pytest.mark.parametrize("kind", ["registration", "situation_notice", "transport", "entitlement"])
def test_whoever_is_not_registered_gets_no_paper_that_says_so(system: InformationSystem, kind: str) -> None:
    person = ref(system, "10000000030", "141421")
    outcome = asked(system, Stored(), person=person, kind=kind, by="email")
    assert outcome == Outcome(Result.REFUSED, reason="nothing_to_attest")


@pytest.mark.parametrize("content", [None, b"attestations: [", b"{}"])
def test_a_catalogue_that_cannot_be_read_is_failed(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "attestations.yaml").write_bytes(content)
    outcome = asked(None, Stored(), folder=tmp_path, person="ref-1000", kind="registration", by="email")
    assert outcome == Outcome(Result.FAILED, reason="no_catalogue" if content is None else "bad_catalogue")


FAULTS = ["deaf", "slow", (200, b"{}"), (200, b'{"prefers": "post"}'), (500, b""), (502, b""), (418, b"{}")]


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_a_lost_answer_to_a_preference_is_unknown(fault: Any) -> None:
    with serving() as fake:
        fake.faults.append(fault)
        with pytest.raises(Unknown):
            HttpInformationSystem(fake.url, TOKEN, timeout_ms=300).prefer("ref-1000", Way.EMAIL, "k")
        assert fake.asked[-1][2]["idempotency-key"] == "k"


@pytest.mark.parametrize("fault", [*FAULTS, (404, b'{"code": "unknown_person"}'), (401, b"{}")], ids=str)
def test_a_preference_that_is_not_remembered_keeps_no_attestation_back(fault: Any) -> None:
    with serving() as fake:
        system = HttpInformationSystem(fake.url, TOKEN, timeout_ms=300)

        class Forgetful(HttpInformationSystem):
            def prefer(self, person: str, way: Way, key: str) -> None:
                fake.faults.append(fault)
                super().prefer(person, way, key)

        forgetful, store = Forgetful(fake.url, TOKEN, timeout_ms=300), Stored()
        outcome = asked(forgetful, store, person="ref-1000", kind="registration", by="email")
        assert outcome.result is Result.DONE
        assert len(store.items) == 1
        assert system.correspondence("ref-1000").prefers is None


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ((500, b"{}"), "unavailable"),
        ((401, b"{}"), "not_authorised"),
        ((200, b"[]"), "bad_answer"),
        ((200, b'{"name": "A", "taxable": "0.00", "registered_on": "2026-02-30"}'), "bad_answer"),
        ((200, b'{"name": "A", "taxable": "0.00", "payments": [{"date": "2026-12-01", "amount": "1.00"}]}'), "bad_answer"),
        ((200, b'{"name": "A", "taxable": 3}'), "bad_answer"),
        ((404, b"{}"), "bad_answer"),
        ("slow", "timeout"),
    ],
)
def test_a_statement_that_is_none_is_failed(fault: Any, reason: str) -> None:
    with serving() as fake:
        fake.faults.append(fault)
        with pytest.raises(Failed, match=reason):
            HttpInformationSystem(fake.url, TOKEN, timeout_ms=300).statement("ref-1000", dt.date(2026, 1, 1), TODAY)


def test_nobody_has_no_correspondence(system: InformationSystem) -> None:
    for ask in (
        lambda: system.correspondence("../../v1/health"),
        lambda: system.prefer("nobody-here", Way.EMAIL, "k"),
        lambda: system.statement("nobody-here", TODAY, TODAY),
    ):
        with pytest.raises(Refused, match="unknown_person"):
            ask()


class OnlyFile:
    """An information system that knows one file."""

    def __init__(self, found: Correspondence, statement: Statement) -> None:
        self._found, self._statement = found, statement

    def correspondence(self, person: str) -> Correspondence:
        return self._found

    def statement(self, person: str, since: dt.date, until: dt.date) -> Statement:
        return self._statement


@pytest.mark.parametrize("by", ["email", "post"])
def test_without_an_address_nothing_is_promised(by: str) -> None:
    registered = Statement("Aurore Exemple", dt.date(2026, 1, 5))
    system = OnlyFile(Correspondence(prefers=Way(by)), registered)
    outcome = asked(system, Stored(), person="ref-1000", kind="registration", by=by)
    assert outcome == Outcome(Result.REFUSED, reason="no_address")


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_attestation_can_be_worded_and_printed(kind: str, language: str) -> None:
    with serving() as fake:
        system, store = HttpInformationSystem(fake.url, TOKEN), Stored()
        person = ref(system, "10000000030", "141421") if kind == "no_payment" else ref(system)
        at = dt.datetime(2027, 2, 1, 9, tzinfo=dt.UTC) if kind == "taxable_amount" else AT
        running = invoker(request, unit_of_work=store, given=given(system))
        arguments = {"person": person, "kind": kind, "by": "email", "since": 8, "until": 10}
        call = replace(context(at=at), language=language)
        asked_for = command("attestations.request", arguments, write=True, timeout_ms=15_000)
        assert running.submit(asked_for, call).result(20).result is Result.DONE
    ((_, payload),) = store.items.items()
    texts = Texts(lambda _service: read_catalogue((MENU / "messages.yaml").read_bytes(), "messages.yaml"))
    composed = texts.compose(Item(1, "email", "k", payload, 1, at, "r1"))
    ((_, document),) = composed.attachments
    assert document.reference in composed.text
    assert make_pdf(document).startswith(b"%PDF")


def test_situation_without_an_entitlement_is_worded_too() -> None:
    statement = Statement("Aurore Exemple", dt.date(2026, 1, 5))
    store = Stored()
    system = OnlyFile(Correspondence("aurore@example.org", prefers=Way.EMAIL), statement)
    assert asked(system, store, person="ref-1000", kind="situation_notice", by="email").result is Result.DONE
    ((_, payload),) = store.items.items()
    texts = Texts(lambda _service: read_catalogue((MENU / "messages.yaml").read_bytes(), "messages.yaml"))
    ((_, document),) = texts.compose(Item(1, "email", "k", payload, 1, AT, "r1")).attachments
    assert dict(document.lines)["Allocation journalière"] == "aucune"
