"""Cases in the demo database."""

from contextlib import AbstractContextManager
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from handlers.demo.models import CaseRow, PersonRow
from handlers.errors import Refused
from handlers.information.cases import Case, CaseStatus, CaseType, Expected

MOST = 12


class _Demo(Protocol):
    def _session(self) -> AbstractContextManager[Session]: ...


class DemoCases:
    """Implements handlers.information.cases.Cases."""

    def open_cases(self: _Demo, person: str) -> tuple[Case, ...]:
        with self._session() as session:
            number = session.scalar(select(PersonRow.id).where(PersonRow.ref == person))
            if number is None:
                raise Refused("unknown_person")
            found = select(CaseRow).where(CaseRow.person_id == number).order_by(CaseRow.date.desc(), CaseRow.number)
            return tuple(_case(row) for row in session.scalars(found.limit(MOST)))


def case_row(case: Case) -> CaseRow:
    """As it is stored."""
    return CaseRow(
        number=case.number,
        type=case.type.value,
        date=case.date,
        status=case.status.value,
        expected=None if case.expected is None else case.expected.value,
        by=case.by,
    )


def _case(row: CaseRow) -> Case:
    expected = None if row.expected is None else Expected(row.expected)
    return Case(row.number, CaseType(row.type), row.date, CaseStatus(row.status), expected, row.by)
