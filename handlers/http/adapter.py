"""A real information system, reached as docs/openapi/information-system.yaml says.

Rule: identifier and code travel in a body, never in an address, where servers would log them.
"""

import datetime as dt
import itertools
import re

import httpx

from handlers.errors import Failed, Refused
from handlers.http.attestations import HttpAttestations
from handlers.http.cases import HttpCases
from handlers.http.client import JsonClient, Reply
from handlers.http.contacts import HttpContacts
from handlers.http.forms import REFERENCE, HealthForm, IdentifiedForm, NextPaymentForm, PaymentsForm, read
from handlers.http.situations import HttpSituations
from handlers.http.status import HttpStatusUpdates
from handlers.information_system import NoPayment, Payment, Person

TIMEOUT_MS = 2_500
MAX_IDENTIFIER = 30
MAX_CODE = 64


class HttpInformationSystem(HttpAttestations, HttpCases, HttpContacts, HttpSituations, HttpStatusUpdates):
    """Implements handlers.information_system.InformationSystem. `timeout_ms` stays below the handlers' own limits."""

    def __init__(
        self, base_url: str, token: str = "", timeout_ms: int = TIMEOUT_MS, transport: httpx.BaseTransport | None = None
    ) -> None:
        self._client = JsonClient(base_url, token, timeout_ms, transport)

    def close(self) -> None:
        self._client.close()

    def verify(self, identifier: str, code: str) -> Person | None:
        if not (1 <= len(identifier) <= MAX_IDENTIFIER and 1 <= len(code) <= MAX_CODE):
            return None
        reply = self._client.ask("/v1/identifications", {"identifier": identifier, "code": code})
        if reply.said(403, "not_recognised"):
            return None
        form = read(IdentifiedForm, _ok(reply))
        return Person(form.person, form.language)

    def next_payment(self, person: str, on: dt.date) -> Payment | None:
        form = self._next(person, on)
        return None if form.payment is None else form.payment.value()

    def why_no_payment(self, person: str, on: dt.date) -> NoPayment | None:
        form = self._next(person, on)
        return form.why_none() if form.payment is None else None

    def last_payments(self, person: str, on: dt.date, count: int) -> tuple[Payment, ...]:
        body = self._of_person(person, "payments", {"before": on.isoformat(), "count": str(count)})
        payments = tuple(form.value() for form in read(PaymentsForm, body).payments)
        if any(later.date < earlier.date for later, earlier in itertools.pairwise(payments)):
            raise Failed("bad_answer")
        return payments[:count]

    def probe(self) -> None:
        read(HealthForm, _ok(self._client.get("/v1/health")))

    def _next(self, person: str, on: dt.date) -> NextPaymentForm:
        return read(NextPaymentForm, self._of_person(person, "next-payment", {"on": on.isoformat()}))

    def _of_person(self, person: str, what: str, query: dict[str, str]) -> bytes:
        if not re.fullmatch(REFERENCE, person):
            raise Refused("unknown_person")
        reply = self._client.get(f"/v1/people/{person}/{what}", query)
        if reply.said(404, "unknown_person"):
            raise Refused("unknown_person")
        return _ok(reply)


def _ok(reply: Reply) -> bytes:
    if reply.status in (401, 403):
        raise Failed("not_authorised")
    if reply.status != 200:
        raise Failed("bad_answer")
    return reply.body
