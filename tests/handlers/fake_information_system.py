"""A real HTTP server on loopback that keeps the information system's contract, or breaks it when told to.

It holds the demo's known people, so that one test can ask both adapters the same.
"""

import asyncio
import datetime as dt
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Annotated, Any

import uvicorn
from fastapi import FastAPI, Query, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse
from pydantic import BaseModel, ConfigDict

from handlers.demo.case_files import invented_cases
from handlers.demo.desk_files import invented_file, verified_on
from handlers.demo.people import Invented, known
from handlers.information.cases import Case

TODAY = dt.date(2026, 11, 23)
TOKEN = "a-token-for-tests"


class Identification(BaseModel):
    identifier: str
    code: str


class DeclarationToMake(BaseModel):
    month: str
    revision: int
    answers: dict[str, Any]


class Preference(BaseModel):
    prefers: str


class Verified(BaseModel):
    phone: str
    verified_on: dt.date


class ChangeToReport(BaseModel):
    model_config = ConfigDict(frozen=True)

    kind: str
    since: dt.date
    until: dt.date | None = None
    contract: str | None = None


@dataclass
class FakeInformationSystem:
    """`faults` are used up one a request, before any answer: `slow`, `drip`, `deaf` or (status, body). `asked` is what came."""

    people: dict[str, Invented]
    url: str = ""
    faults: list[Any] = field(default_factory=list)
    asked: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)
    released: asyncio.Event = field(default_factory=asyncio.Event)
    declared: dict[tuple[str, str, int], dict[str, Any]] = field(default_factory=dict)
    closed: bool = False
    preferred: dict[str, str] = field(default_factory=dict)
    phones: dict[str, tuple[str | None, str | None]] = field(default_factory=dict)
    reported: dict[tuple[str, ChangeToReport], str] = field(default_factory=dict)

    def ref(self, person: Invented) -> str:
        return f"ref-{1_000 + sorted(self.people).index(person.identifier)}"

    def of(self, ref: str) -> Invented | None:
        return next((person for person in self.people.values() if self.ref(person) == ref), None)


def refusal(status: int, code: str) -> JSONResponse:
    return JSONResponse({"code": code, "detail": "for the log"}, status)


def application(fake: FakeInformationSystem) -> FastAPI:
    app = FastAPI()

    @app.middleware("http")
    async def misbehave(request: Request, proceed: Any) -> Response:
        fake.asked.append((request.method, str(request.url.path), dict(request.headers), await request.body()))
        if fake.faults:
            return await broken(fake, fake.faults.pop(0))
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return refusal(401, "not_authorised")
        return await proceed(request)

    @app.get("/v1/health")
    def health() -> dict[str, str]:
        return {"status": "ok"}

    @app.post("/v1/identifications")
    def identify(asked: Identification) -> Any:
        person = fake.people.get(asked.identifier)
        if person is None or person.code != asked.code:
            return refusal(403, "not_recognised")
        return {"person": fake.ref(person), "language": person.language, "new": "something that came later"}

    @app.get("/v1/people/{person}/next-payment")
    def next_payment(person: str, on: dt.date) -> Any:
        found = fake.of(person)
        if found is None:
            return refusal(404, "unknown_person")
        planned = sorted(payment for payment in found.payments if payment[0] >= on)
        reason = found.why_no_payment.value if found.why_no_payment else "moved_abroad"
        return {"payment": form(planned[0]), "reason": None} if planned else {"payment": None, "reason": reason}

    @app.get("/v1/people/{person}/payments")
    def payments(person: str, before: dt.date, count: Annotated[int, Query(ge=1, le=12)]) -> Any:
        found = fake.of(person)
        if found is None:
            return refusal(404, "unknown_person")
        made = sorted((payment for payment in found.payments if payment[0] < before), reverse=True)
        return {"payments": [form(payment) for payment in made[:count]]}

    add_declarations(app, fake)
    add_cases(app, fake)
    add_attestations(app, fake)
    add_contacts(app, fake)
    add_situations(app, fake)
    return app


def add_declarations(app: FastAPI, fake: FakeInformationSystem) -> None:
    """The monthly status updates."""

    @app.get("/v1/people/{person}/declarations/{month}")
    def declaration(person: str, month: str) -> Any:
        refused = unregistered(fake, person)
        if refused is not None:
            return refused
        found = [each for (who, when, _), each in sorted(fake.declared.items()) if (who, when) == (person, month)]
        return {"declaration": found[-1] if found else None}

    @app.post("/v1/people/{person}/declarations")
    def declare(person: str, asked: DeclarationToMake) -> Any:
        refused = unregistered(fake, person) or (refusal(409, "window_closed") if fake.closed else None)
        if refused is not None:
            return refused
        key = (person, asked.month, asked.revision)
        number = f"{len(fake.declared) + 40_000_000:08d}"
        made = fake.declared.setdefault(key, {"number": number, "revision": asked.revision, "answers": asked.answers})
        return {"number": made["number"]}


def add_cases(app: FastAPI, fake: FakeInformationSystem) -> None:
    """Open cases."""

    @app.get("/v1/people/{person}/cases")
    def cases(person: str) -> Any:
        found = fake.of(person)
        if found is None:
            return refusal(404, "unknown_person")
        return {"cases": [case_form(case) for case in invented_cases(found.identifier, TODAY)]}


def case_form(case: Case) -> dict[str, str | None]:
    return {
        "number": case.number,
        "type": case.type.value,
        "date": case.date.isoformat(),
        "status": case.status.value,
        "expected": None if case.expected is None else case.expected.value,
        "by": None if case.by is None else case.by.isoformat(),
    }


def add_attestations(app: FastAPI, fake: FakeInformationSystem) -> None:
    """What attestations state, and where they go."""

    @app.get("/v1/people/{person}/correspondence")
    def correspondence(person: str) -> Any:
        found = fake.of(person)
        if found is None:
            return refusal(404, "unknown_person")
        address = list(invented_file(found, TODAY).address(found.name))
        return {"email": found.email, "address": address, "prefers": fake.preferred.get(person)}

    @app.post("/v1/people/{person}/correspondence")
    def prefer(person: str, asked: Preference) -> Any:
        if fake.of(person) is None:
            return refusal(404, "unknown_person")
        fake.preferred[person] = asked.prefers
        return {"prefers": asked.prefers}

    @app.get("/v1/people/{person}/statement")
    def statement(person: str, since: dt.date, until: dt.date) -> Any:
        found = fake.of(person)
        if found is None:
            return refusal(404, "unknown_person")
        file = invented_file(found, TODAY)
        made = sorted(payment for payment in found.payments if since <= payment[0] <= until)
        return {
            "name": found.name,
            "registered_on": None if file.registered_on is None else file.registered_on.isoformat(),
            "daily": None if file.daily_cents is None else euros(file.daily_cents),
            "days_left": file.days_left,
            "payments": [form(payment) for payment in made],
            "taxable": euros(sum(cents for _, cents in made)),
        }


def add_contacts(app: FastAPI, fake: FakeInformationSystem) -> None:
    """Telephone numbers."""

    @app.get("/v1/people/{person}/contact")
    def contact(person: str) -> Any:
        found = fake.of(person)
        if found is None:
            return refusal(404, "unknown_person")
        on = verified_on(found.identifier, TODAY)
        phone, since = fake.phones.get(person, (found.phone, None if on is None else on.isoformat()))
        return {"phone": phone, "verified_on": since}

    @app.post("/v1/people/{person}/contact")
    def change(person: str, asked: Verified) -> Any:
        if fake.of(person) is None:
            return refusal(404, "unknown_person")
        fake.phones[person] = (asked.phone, asked.verified_on.isoformat())
        return {"phone": asked.phone}


def add_situations(app: FastAPI, fake: FakeInformationSystem) -> None:
    """Changes of situation."""

    @app.post("/v1/people/{person}/situation-changes")
    def report(person: str, asked: ChangeToReport) -> Any:
        refused = unregistered(fake, person)
        if refused is not None:
            return refused
        return {"number": fake.reported.setdefault((person, asked), f"{len(fake.reported) + 700_000_000}")}


def euros(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"


def unregistered(fake: FakeInformationSystem, ref: str) -> JSONResponse | None:
    found = fake.of(ref)
    if found is None:
        return refusal(404, "unknown_person")
    no_entitlement = found.why_no_payment is not None and found.why_no_payment.value == "no_entitlement"
    return refusal(403, "not_registered") if no_entitlement else None


def form(payment: tuple[dt.date, int]) -> dict[str, str]:
    day, cents = payment
    return {"date": day.isoformat(), "amount": euros(cents)}


async def broken(fake: FakeInformationSystem, fault: Any) -> Response:
    if fault == "slow":
        await fake.released.wait()
        return JSONResponse({"status": "ok"})
    if fault == "drip":
        return StreamingResponse(dripping(fake), media_type="application/json")
    if fault == "deaf":
        return StreamingResponse(cut(), headers={"content-length": "100"})
    status, body, *headers = fault
    return Response(body, status, headers[0] if headers else None, "application/json")


async def dripping(fake: FakeInformationSystem) -> AsyncIterator[bytes]:
    while not fake.released.is_set():
        yield b" "
        try:
            await asyncio.wait_for(fake.released.wait(), 0.02)
        except TimeoutError:
            continue


async def cut() -> AsyncIterator[bytes]:
    yield b'{"status"'
    raise ConnectionResetError


@contextmanager
def serving(fake: FakeInformationSystem | None = None) -> Iterator[FakeInformationSystem]:
    """The server on a free port of loopback, for as long as the block lasts."""
    fake = fake or FakeInformationSystem({person.identifier: person for person in known(TODAY)})
    listener = socket.create_server(("127.0.0.1", 0))
    fake.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    server = uvicorn.Server(uvicorn.Config(application(fake), log_level="critical", timeout_graceful_shutdown=1))
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_until_complete, args=(server.serve([listener]),), daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        loop.call_soon_threadsafe(fake.released.set)
        server.should_exit = True
        thread.join(10)
        loop.close()
