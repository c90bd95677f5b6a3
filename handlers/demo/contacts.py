"""Telephone numbers in the demo database."""

import datetime as dt
from contextlib import AbstractContextManager
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from handlers.demo.models import PersonRow
from handlers.errors import Refused
from handlers.information.contacts import Contact


class _Demo(Protocol):
    def _session(self) -> AbstractContextManager[Session]: ...


class DemoContacts:
    """Implements handlers.information.contacts.Contacts."""

    def contact(self: _Demo, person: str) -> Contact:
        with self._session() as session:
            row = _person(session, person)
            return Contact(row.phone, row.phone_verified_on)

    def change_phone(self: _Demo, person: str, phone: str, on: dt.date, key: str) -> None:
        with self._session() as session:
            row = _person(session, person)
            if row.phone != phone:
                row.phone, row.phone_verified_on = phone, on
                session.commit()


def _person(session: Session, person: str) -> PersonRow:
    row = session.scalars(select(PersonRow).where(PersonRow.ref == person)).one_or_none()
    if row is None:
        raise Refused("unknown_person")
    return row
