"""Changes of situation in the demo database."""

import secrets
from contextlib import AbstractContextManager
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from handlers.demo.models import ChangeRow, PersonRow
from handlers.errors import Refused
from handlers.information.situations import Change

DIGITS = 9


class _Demo(Protocol):
    def _session(self) -> AbstractContextManager[Session]: ...


class DemoSituations:
    """Implements handlers.information.situations.Situations. Whoever has no entitlement is not registered."""

    def report(self: _Demo, person: str, change: Change, key: str) -> str:
        with self._session() as session:
            registered = _registered(session, person)
            known = session.scalar(select(ChangeRow.number).where(ChangeRow.key == key)) or _on_file(session, registered, change)
            if known is not None:
                return known
            number = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
            session.add(ChangeRow(person_id=registered, key=key, number=number, **_columns(change)))
            try:
                session.commit()
            except IntegrityError:
                session.rollback()
                return _on_file(session, registered, change) or number
            return number


def _columns(change: Change) -> dict[str, object]:
    """An open end and no contract are empty, so that the database can hold them unique."""
    return {
        "kind": change.kind.value,
        "since": change.since,
        "until": "" if change.until is None else change.until.isoformat(),
        "contract": "" if change.contract is None else change.contract.value,
    }


def _on_file(session: Session, person: int, change: Change) -> str | None:
    same = [getattr(ChangeRow, name) == value for name, value in _columns(change).items()]
    return session.scalar(select(ChangeRow.number).where(ChangeRow.person_id == person, *same))


def _registered(session: Session, person: str) -> int:
    row = session.execute(select(PersonRow.id, PersonRow.why_no_payment).where(PersonRow.ref == person)).one_or_none()
    if row is None:
        raise Refused("unknown_person")
    if row.why_no_payment == "no_entitlement":
        raise Refused("not_registered")
    return int(row.id)
