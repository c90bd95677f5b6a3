"""The tables of the demo information system.

Rule: money is whole cents and codes are argon2 hashes. Every name carries `demo_`, so that one database may hold Guichet's
own tables too.
"""

import datetime as dt

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase):
    """What the migrations make."""


class PersonRow(Base):
    """`ref` is what calls know her by: random, and not to be guessed from the identifier."""

    __tablename__ = "demo_people"

    id: Mapped[int] = mapped_column(primary_key=True)
    identifier: Mapped[str] = mapped_column(String(11), unique=True)
    ref: Mapped[str] = mapped_column(String(32), unique=True)
    code_hash: Mapped[str] = mapped_column(String(200))
    name: Mapped[str] = mapped_column(String(80))
    language: Mapped[str] = mapped_column(String(8))
    phone: Mapped[str] = mapped_column(String(20))
    email: Mapped[str] = mapped_column(String(120))
    why_no_payment: Mapped[str | None] = mapped_column(String(40))
    phone_verified_on: Mapped[dt.date | None]
    payments: Mapped[list["PaymentRow"]] = relationship(back_populates="person", cascade="all, delete-orphan")
    file: Mapped["FileRow"] = relationship(back_populates="person", cascade="all, delete-orphan")
    cases: Mapped[list["CaseRow"]] = relationship(back_populates="person", cascade="all, delete-orphan")


class PaymentRow(Base):
    """One payment, made or planned: which of the two is a matter of the day one asks."""

    __tablename__ = "demo_payments"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("demo_people.id", ondelete="CASCADE"), index=True)
    date: Mapped[dt.date]
    cents: Mapped[int]
    person: Mapped[PersonRow] = relationship(back_populates="payments")


class DeclarationRow(Base):
    """One revision of one month's status update; the highest counts."""

    __tablename__ = "demo_declarations"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("demo_people.id", ondelete="CASCADE"))
    month: Mapped[dt.date]
    revision: Mapped[int]
    key: Mapped[str] = mapped_column(String(255), unique=True)
    number: Mapped[str] = mapped_column(String(20))
    looking: Mapped[bool]
    worked: Mapped[bool]
    training: Mapped[bool]
    sick: Mapped[bool]
    maternity: Mapped[bool]
    pension: Mapped[bool]
    hours: Mapped[int | None]
    cents: Mapped[int | None]

    __table_args__ = (UniqueConstraint("person_id", "month", "revision"),)


class CaseRow(Base):
    """One open case; `type`, `status` and `expected` are codes of handlers.information.cases."""

    __tablename__ = "demo_cases"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("demo_people.id", ondelete="CASCADE"), index=True)
    number: Mapped[str] = mapped_column(String(20))
    type: Mapped[str] = mapped_column(String(40))
    date: Mapped[dt.date]
    status: Mapped[str] = mapped_column(String(40))
    expected: Mapped[str | None] = mapped_column(String(40))
    by: Mapped[dt.date | None]
    person: Mapped[PersonRow] = relationship(back_populates="cases")


class FileRow(Base):
    """What attestations state, and where post goes; `prefers` is a value of handlers.information.attestations.Way."""

    __tablename__ = "demo_files"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("demo_people.id", ondelete="CASCADE"), unique=True)
    street: Mapped[str] = mapped_column(String(60))
    town: Mapped[str] = mapped_column(String(60))
    registered_on: Mapped[dt.date | None]
    daily_cents: Mapped[int | None]
    days_left: Mapped[int | None]
    prefers: Mapped[str | None] = mapped_column(String(8))
    person: Mapped[PersonRow] = relationship(back_populates="file")


class ChangeRow(Base):
    """A change of situation that was reported; `until` and `contract` are empty where there is none."""

    __tablename__ = "demo_changes"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("demo_people.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(255), unique=True)
    number: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(20))
    since: Mapped[dt.date]
    until: Mapped[str] = mapped_column(String(10))
    contract: Mapped[str] = mapped_column(String(20))

    __table_args__ = (UniqueConstraint("person_id", "kind", "since", "until", "contract"),)
