"""Telephone numbers over HTTP."""

import datetime as dt
from typing import Annotated, Protocol

from pydantic import Field

from handlers.errors import Failed, Refused, Unknown
from handlers.http.client import JsonClient, Reply
from handlers.http.forms import Day, Form, person_path, read
from handlers.information.contacts import Contact

Phone = Annotated[str, Field(pattern=r"^\+[1-9][0-9]{6,14}$")]


class ContactForm(Form):
    phone: Phone | None = None
    verified_on: Day | None = None

    def value(self) -> Contact:
        try:
            on = None if self.verified_on is None else dt.date.fromisoformat(self.verified_on)
        except ValueError:
            raise Failed("bad_answer") from None
        return Contact(self.phone or "", on)


class ChangedForm(Form):
    phone: Phone


class _Http(Protocol):
    _client: JsonClient


class HttpContacts:
    """Implements handlers.information.contacts.Contacts."""

    def contact(self: _Http, person: str) -> Contact:
        reply = self._client.get(person_path(person, "contact"))
        _refuse(reply)
        if reply.status != 200:
            raise Failed("bad_answer")
        return read(ContactForm, reply.body).value()

    def change_phone(self: _Http, person: str, phone: str, on: dt.date, key: str) -> None:
        body = {"phone": phone, "verified_on": on.isoformat()}
        reply = self._client.write(person_path(person, "contact"), body, key)
        _refuse(reply)
        if reply.status != 200:
            raise Unknown("bad_answer")
        try:
            changed = read(ChangedForm, reply.body)
        except Failed:
            raise Unknown("bad_answer") from None
        if changed.phone != phone:
            raise Unknown("bad_answer")


def _refuse(reply: Reply) -> None:
    if reply.said(404, "unknown_person"):
        raise Refused("unknown_person")
    if reply.status in (401, 403):
        raise Failed("not_authorised")
