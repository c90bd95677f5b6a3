"""Status updates in the demo database."""

import datetime as dt
import secrets
from contextlib import AbstractContextManager
from decimal import Decimal
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from handlers.demo.models import DeclarationRow, PersonRow
from handlers.errors import Refused
from handlers.information.status import Answers, Declaration

DIGITS = 8


class _Demo(Protocol):
    def _session(self) -> AbstractContextManager[Session]: ...


class DemoStatusUpdates:
    """Implements handlers.information.status.StatusUpdates. Whoever has no entitlement is not registered."""

    def declaration(self: _Demo, person: str, month: dt.date) -> Declaration | None:
        with self._session() as session:
            row = _latest(session, _registered(session, person), month)
            return None if row is None else _declaration(row)

    def declare(self: _Demo, person: str, month: dt.date, revision: int, answers: Answers, key: str) -> str:
        with self._session() as session:
            number = _registered(session, person)
            known = session.scalar(select(DeclarationRow.number).where(DeclarationRow.key == key))
            if known is not None:
                return known
            row = DeclarationRow(
                person_id=number,
                month=month,
                revision=revision,
                key=key,
                number=f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}",
                looking=answers.looking,
                worked=answers.worked,
                training=answers.training,
                sick=answers.sick,
                maternity=answers.maternity,
                pension=answers.pension,
                hours=answers.hours,
                cents=None if answers.pay is None else int(answers.pay * 100),
            )
            session.add(row)
            try:
                session.commit()
            except IntegrityError:
                session.rollback()
                return _on_file(session, number, month, revision)
            return row.number


def _registered(session: Session, person: str) -> int:
    row = session.execute(select(PersonRow.id, PersonRow.why_no_payment).where(PersonRow.ref == person)).one_or_none()
    if row is None:
        raise Refused("unknown_person")
    if row.why_no_payment == "no_entitlement":
        raise Refused("not_registered")
    return int(row.id)


def _on_file(session: Session, person: int, month: dt.date, revision: int) -> str:
    found = select(DeclarationRow.number).where(
        DeclarationRow.person_id == person, DeclarationRow.month == month, DeclarationRow.revision == revision
    )
    return session.scalars(found).one()


def _latest(session: Session, person: int, month: dt.date) -> DeclarationRow | None:
    found = select(DeclarationRow).where(DeclarationRow.person_id == person, DeclarationRow.month == month)
    return session.scalars(found.order_by(DeclarationRow.revision.desc()).limit(1)).one_or_none()


def _declaration(row: DeclarationRow) -> Declaration:
    pay = None if row.cents is None else Decimal(row.cents).scaleb(-2)
    answers = Answers(row.looking, row.worked, row.training, row.sick, row.maternity, row.pension, row.hours, pay)
    return Declaration(row.number, row.revision, answers)
