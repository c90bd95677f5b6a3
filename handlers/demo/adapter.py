"""The demo database as an information system.

Rule: whatever the database does, a caller gets an answer or Failed; a SQL error's words stay here.
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

from sqlalchemy import select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from handlers.demo.attestations import DemoAttestations
from handlers.demo.cases import DemoCases
from handlers.demo.contacts import DemoContacts
from handlers.demo.database import open_engine
from handlers.demo.hashing import CodeHasher
from handlers.demo.models import PaymentRow, PersonRow
from handlers.demo.situations import DemoSituations
from handlers.demo.status import DemoStatusUpdates
from handlers.errors import Failed, Refused
from handlers.information_system import NoPayment, Payment, Person


class DemoInformationSystem(DemoAttestations, DemoCases, DemoContacts, DemoSituations, DemoStatusUpdates):
    """Implements handlers.information_system.InformationSystem on a database that `filling.fill` made."""

    def __init__(self, url: str, hasher: CodeHasher | None = None) -> None:
        self._engine = open_engine(url)
        self._hasher = hasher or CodeHasher()

    def close(self) -> None:
        self._engine.dispose()

    def verify(self, identifier: str, code: str) -> Person | None:
        with self._session() as session:
            found = select(PersonRow.ref, PersonRow.language, PersonRow.code_hash)
            row = session.execute(found.where(PersonRow.identifier == identifier)).one_or_none()
        right = self._hasher.right(None if row is None else row.code_hash, code)
        return Person(row.ref, row.language) if row is not None and right else None

    def next_payment(self, person: str, on: dt.date) -> Payment | None:
        with self._session() as session:
            return self._next(session, _id_of(session, person), on)

    def why_no_payment(self, person: str, on: dt.date) -> NoPayment | None:
        with self._session() as session:
            number = _id_of(session, person)
            if self._next(session, number, on) is not None:
                return None
            reason = session.scalar(select(PersonRow.why_no_payment).where(PersonRow.id == number))
        return NoPayment.OTHER if reason is None else NoPayment(reason)

    def last_payments(self, person: str, on: dt.date, count: int) -> tuple[Payment, ...]:
        with self._session() as session:
            paid = select(PaymentRow).where(PaymentRow.person_id == _id_of(session, person), PaymentRow.date < on)
            rows = session.scalars(paid.order_by(PaymentRow.date.desc(), PaymentRow.id.desc()).limit(count)).all()
            return tuple(_payment(row) for row in rows)

    def probe(self) -> None:
        with self._session() as session:
            session.execute(text("SELECT 1 FROM demo_people LIMIT 1"))

    def _next(self, session: Session, number: int, on: dt.date) -> Payment | None:
        planned = select(PaymentRow).where(PaymentRow.person_id == number, PaymentRow.date >= on)
        row = session.scalars(planned.order_by(PaymentRow.date, PaymentRow.id).limit(1)).one_or_none()
        return None if row is None else _payment(row)

    @contextmanager
    def _session(self) -> Iterator[Session]:
        try:
            with Session(self._engine) as session:
                yield session
        except SQLAlchemyError:
            raise Failed("unavailable") from None


def _id_of(session: Session, person: str) -> int:
    number = session.scalar(select(PersonRow.id).where(PersonRow.ref == person))
    if number is None:
        raise Refused("unknown_person")
    return number


def _payment(row: PaymentRow) -> Payment:
    return Payment(row.date, Decimal(row.cents).scaleb(-2))
