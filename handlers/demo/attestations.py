"""Statements and correspondence in the demo database."""

import datetime as dt
from contextlib import AbstractContextManager
from decimal import Decimal
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from handlers.demo.desk_files import DeskFile
from handlers.demo.models import FileRow, PaymentRow, PersonRow
from handlers.errors import Refused
from handlers.information.attestations import Correspondence, PaymentMade, Statement, Way


class _Demo(Protocol):
    def _session(self) -> AbstractContextManager[Session]: ...


class DemoAttestations:
    """Implements handlers.information.attestations.Attestations."""

    def correspondence(self: _Demo, person: str) -> Correspondence:
        with self._session() as session:
            row = _person(session, person)
            file = row.file
            prefers = None if file.prefers is None else Way(file.prefers)
            return Correspondence(row.email, (row.name, file.street, file.town), prefers)

    def prefer(self: _Demo, person: str, way: Way, key: str) -> None:
        with self._session() as session:
            _person(session, person).file.prefers = way.value
            session.commit()

    def statement(self: _Demo, person: str, since: dt.date, until: dt.date) -> Statement:
        with self._session() as session:
            row = _person(session, person)
            paid = select(PaymentRow).where(PaymentRow.person_id == row.id, PaymentRow.date.between(since, until))
            rows = session.scalars(paid.order_by(PaymentRow.date, PaymentRow.id)).all()
            return Statement(
                name=row.name,
                registered_on=row.file.registered_on,
                daily=None if row.file.daily_cents is None else _euros(row.file.daily_cents),
                days_left=row.file.days_left,
                payments=tuple(PaymentMade(each.date, _euros(each.cents)) for each in rows),
                taxable=_euros(sum(each.cents for each in rows)),
            )


def file_row(file: DeskFile) -> FileRow:
    """As it is stored."""
    return FileRow(
        street=file.street,
        town=file.town,
        registered_on=file.registered_on,
        daily_cents=file.daily_cents,
        days_left=file.days_left,
    )


def _person(session: Session, person: str) -> PersonRow:
    row = session.scalars(select(PersonRow).where(PersonRow.ref == person)).one_or_none()
    if row is None:
        raise Refused("unknown_person")
    return row


def _euros(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2)
