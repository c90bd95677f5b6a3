"""Puts invented people into the demo database.

Rule: filling replaces everybody in one transaction, so that a caller meets either the old people or the new ones. Whoever was
there keeps her reference: a call that is under way finds its person again.
"""

import datetime as dt
import secrets
from collections.abc import Callable

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from handlers.demo.attestations import file_row
from handlers.demo.case_files import invented_cases
from handlers.demo.cases import case_row
from handlers.demo.database import migrate, open_engine
from handlers.demo.desk_files import invented_file, verified_on
from handlers.demo.hashing import CodeHasher
from handlers.demo.models import CaseRow, ChangeRow, FileRow, PaymentRow, PersonRow
from handlers.demo.people import Invented, crowd, known

COUNT = 300


def random_reference(_person: Invented) -> str:
    """Not to be guessed."""
    return secrets.token_hex(12)


def fill(url: str, seed: int, today: dt.date, count: int = COUNT, reference: Callable[[Invented], str] = random_reference) -> int:
    """Make the tables if needed, then the known people and `count` others; how many there are. Payments are around `today`."""
    migrate(url)
    engine = open_engine(url)
    hasher = CodeHasher()
    people = (*known(today), *crowd(count, seed, today))
    rows = [_row(person, reference(person), hasher, today) for person in people]
    with Session(engine) as session, session.begin():
        kept = {row.identifier: row.ref for row in session.execute(select(PersonRow.identifier, PersonRow.ref))}
        for row in rows:
            row.ref = kept.get(row.identifier, row.ref)
        session.execute(delete(PaymentRow))
        session.execute(delete(CaseRow))
        session.execute(delete(ChangeRow))
        session.execute(delete(FileRow))
        session.execute(delete(PersonRow))
        session.add_all(rows)
    engine.dispose()
    return len(rows)


def _row(person: Invented, reference: str, hasher: CodeHasher, today: dt.date) -> PersonRow:
    return PersonRow(
        identifier=person.identifier,
        ref=reference,
        code_hash=hasher.hash(person.code),
        name=person.name,
        language=person.language,
        phone=person.phone,
        phone_verified_on=verified_on(person.identifier, today),
        email=person.email,
        why_no_payment=None if person.why_no_payment is None else person.why_no_payment.value,
        payments=[PaymentRow(date=day, cents=cents) for day, cents in person.payments],
        file=file_row(invented_file(person, today)),
        cases=[case_row(case) for case in invented_cases(person.identifier, today)],
    )
