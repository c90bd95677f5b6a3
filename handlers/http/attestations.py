"""Statements and correspondence over HTTP."""

import datetime as dt
from decimal import Decimal
from typing import Annotated, Literal, Protocol

from pydantic import Field

from handlers.errors import Failed, Refused, Unknown
from handlers.http.client import JsonClient, Reply
from handlers.http.forms import Amount, Day, Form, PaymentForm, person_path, read
from handlers.information.attestations import Correspondence, PaymentMade, Statement, Way

Line = Annotated[str, Field(min_length=1, max_length=60)]


class CorrespondenceForm(Form):
    email: Annotated[str, Field(max_length=254)] | None = None
    address: list[Line] = Field(default_factory=list, max_length=7)
    prefers: Literal["email", "post"] | None = None

    def value(self) -> Correspondence:
        prefers = None if self.prefers is None else Way(self.prefers)
        return Correspondence(self.email or "", tuple(self.address), prefers)


class StatementForm(Form):
    name: Annotated[str, Field(min_length=1, max_length=200)]
    registered_on: Day | None = None
    daily: Amount | None = None
    days_left: Annotated[int, Field(ge=0, le=10_000)] | None = None
    payments: list[PaymentForm] = Field(default_factory=list, max_length=400)
    taxable: Amount

    def value(self) -> Statement:
        try:
            return Statement(
                self.name,
                None if self.registered_on is None else dt.date.fromisoformat(self.registered_on),
                None if self.daily is None else Decimal(self.daily),
                self.days_left,
                tuple(_made(form) for form in self.payments),
                Decimal(self.taxable),
            )
        except ValueError:
            raise Failed("bad_answer") from None


class RememberedForm(Form):
    prefers: Literal["email", "post"]


class _Http(Protocol):
    _client: JsonClient


class HttpAttestations:
    """Implements handlers.information.attestations.Attestations."""

    def correspondence(self: _Http, person: str) -> Correspondence:
        return read(CorrespondenceForm, _ok(self._client.get(person_path(person, "correspondence")))).value()

    def prefer(self: _Http, person: str, way: Way, key: str) -> None:
        reply = self._client.write(person_path(person, "correspondence"), {"prefers": way.value}, key)
        _refuse(reply)
        if reply.status != 200:
            raise Unknown("bad_answer")
        try:
            remembered = read(RememberedForm, reply.body)
        except Failed:
            raise Unknown("bad_answer") from None
        if remembered.prefers != way.value:
            raise Unknown("bad_answer")

    def statement(self: _Http, person: str, since: dt.date, until: dt.date) -> Statement:
        query = {"since": since.isoformat(), "until": until.isoformat()}
        found = read(StatementForm, _ok(self._client.get(person_path(person, "statement"), query))).value()
        days = [since, *(payment.date for payment in found.payments), until]
        if days != sorted(days):
            raise Failed("bad_answer")
        return found


def _made(form: PaymentForm) -> PaymentMade:
    payment = form.value()
    return PaymentMade(payment.date, payment.amount)


def _refuse(reply: Reply) -> None:
    if reply.said(404, "unknown_person"):
        raise Refused("unknown_person")
    if reply.status in (401, 403):
        raise Failed("not_authorised")


def _ok(reply: Reply) -> bytes:
    _refuse(reply)
    if reply.status != 200:
        raise Failed("bad_answer")
    return reply.body
