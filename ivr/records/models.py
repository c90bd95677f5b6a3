"""The tables of Guichet's own database.

Rule: no column holds what a caller keyed in confidence. Numbers of callers are hashed with the site's key, or sealed where
somebody must call back.
"""

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ivr.records.columns import Base, Serial

REQUEST_STATUSES = ("stored", "delivering", "done", "refused", "unknown")
OUTBOX_STATUSES = ("waiting", "delivering", "done", "failed")


def _one_of(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


class VersionRow(Base):
    """An immutable bundle of a service. `releases` names what it was checked with (Babel, holidays, tzdata ...)."""

    __tablename__ = "versions"

    hash: Mapped[str] = mapped_column(String(128), primary_key=True)
    service: Mapped[str] = mapped_column(String(128), index=True)
    bundle: Mapped[bytes] = mapped_column(LargeBinary)
    releases: Mapped[dict[str, Any]]
    created_at: Mapped[dt.datetime]
    author: Mapped[str] = mapped_column(String(128), default="")
    note: Mapped[str] = mapped_column(Text, default="")


class PublishedRow(Base):
    """One publication; the latest of a service is the version that answers."""

    __tablename__ = "published"

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    service: Mapped[str] = mapped_column(String(128), index=True)
    version: Mapped[str] = mapped_column(ForeignKey("versions.hash"))
    since: Mapped[dt.datetime]
    author: Mapped[str] = mapped_column(String(128), default="")


class CallRow(Base):
    """A call as its latest turn tells it. `outcome` is empty while it lasts, and for ever when its process died."""

    __tablename__ = "calls"

    id: Mapped[str] = mapped_column(String(128), primary_key=True)
    service: Mapped[str] = mapped_column(String(128), default="")
    version: Mapped[str] = mapped_column(String(128))
    dialled: Mapped[str] = mapped_column(String(64))
    channel: Mapped[str] = mapped_column(String(32))
    language: Mapped[str] = mapped_column(String(16))
    caller_hash: Mapped[str] = mapped_column(String(64), default="")
    started_at: Mapped[dt.datetime] = mapped_column(index=True)
    ended_at: Mapped[dt.datetime | None]
    last_at: Mapped[dt.datetime]
    outcome: Mapped[str] = mapped_column(String(64), default="")
    reason: Mapped[str] = mapped_column(String(128), default="")
    turns: Mapped[int] = mapped_column(default=0)
    verified: Mapped[bool] = mapped_column(default=False)
    tried: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (Index("ix_calls_service_started_at", "service", "started_at"), Index("ix_calls_caller_hash", "caller_hash"))


class TurnRow(Base):
    """A turn as the journal wrote it: `body` is the line of the local file."""

    __tablename__ = "turns"

    call_id: Mapped[str] = mapped_column(String(128), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[dt.datetime] = mapped_column(index=True)
    event: Mapped[str] = mapped_column(String(32), default="")
    body: Mapped[str] = mapped_column(Text)


class RecordingRow(Base):
    """A recording that a call left; `file` names it in the store."""

    __tablename__ = "recordings"

    file: Mapped[str] = mapped_column(String(255), primary_key=True)
    call_id: Mapped[str] = mapped_column(String(128), index=True)
    at: Mapped[dt.datetime] = mapped_column(index=True)
    duration_ms: Mapped[int]


class RequestRow(Base):
    """What a caller asked for and was told is stored. One act of a call (`transport_key`) stores one request of a kind."""

    __tablename__ = "requests"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[str] = mapped_column(String(64))
    business_key: Mapped[str] = mapped_column(String(255))
    transport_key: Mapped[str] = mapped_column(String(255))
    status: Mapped[str] = mapped_column(String(16), default="stored")
    payload: Mapped[dict[str, Any]]
    call_id: Mapped[str] = mapped_column(String(128), index=True)
    created_at: Mapped[dt.datetime] = mapped_column(index=True)
    settled_at: Mapped[dt.datetime | None]
    receipt: Mapped[str] = mapped_column(String(255), default="")

    __table_args__ = (
        UniqueConstraint("kind", "business_key"),
        UniqueConstraint("transport_key", "kind"),
        CheckConstraint(_one_of("status", REQUEST_STATUSES), name="status"),
    )


class OutboxRow(Base):
    """Something to be delivered after the call: a request to a remote system, a message, a letter.

    While it is delivered, `next_at` is the end of its worker's lease. What was delivered keeps no payload.
    """

    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    kind: Mapped[str] = mapped_column(String(64))
    key: Mapped[str] = mapped_column(String(255))
    request_id: Mapped[str | None] = mapped_column(ForeignKey("requests.id"), index=True)
    payload: Mapped[dict[str, Any]]
    status: Mapped[str] = mapped_column(String(16), default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[dt.datetime]
    next_at: Mapped[dt.datetime]
    last_error: Mapped[str] = mapped_column(Text, default="")
    receipt: Mapped[str] = mapped_column(String(255), default="", server_default="")
    settled_at: Mapped[dt.datetime | None]

    __table_args__ = (
        UniqueConstraint("kind", "key"),
        Index("ix_outbox_status_next_at", "status", "next_at"),
        CheckConstraint(_one_of("status", OUTBOX_STATUSES), name="status"),
    )


class AttemptRow(Base):
    """A personal code tried. `success` is null from the moment it may be tried until its result is known."""

    __tablename__ = "attempts"

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    identifier_hash: Mapped[str] = mapped_column(String(64))
    caller_hash: Mapped[str] = mapped_column(String(64))
    at: Mapped[dt.datetime] = mapped_column(index=True)
    success: Mapped[bool | None]

    __table_args__ = (
        Index("ix_attempts_identifier_hash_at", "identifier_hash", "at"),
        Index("ix_attempts_caller_hash_at", "caller_hash", "at"),
    )


class CallbackRow(Base):
    """Somebody to be called back. `sealed_number` is emptied once that is done; `file` is the spool file it came from."""

    __tablename__ = "callbacks"

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    file: Mapped[str] = mapped_column(String(255), unique=True)
    call_id: Mapped[str] = mapped_column(String(128), default="")
    sealed_number: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(String(128), default="")
    at: Mapped[dt.datetime] = mapped_column(index=True)
    done_at: Mapped[dt.datetime | None]


class DraftRow(Base):
    """What somebody had answered when she hung up, readable with the site's key only; `owner` is a hash."""

    __tablename__ = "drafts"

    owner: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(64), primary_key=True)
    sealed: Mapped[str] = mapped_column(Text)
    until: Mapped[dt.datetime] = mapped_column(index=True)


class CodeRow(Base):
    """A code that was sent by SMS, as a hash. `holder` is who is sent codes, `slot` what this one proves in which call."""

    __tablename__ = "codes"

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    holder: Mapped[str] = mapped_column(String(64), index=True)
    slot: Mapped[str] = mapped_column(String(64), index=True)
    code_hash: Mapped[str] = mapped_column(String(64))
    act: Mapped[str] = mapped_column(String(255), unique=True)
    at: Mapped[dt.datetime] = mapped_column(index=True)
    until: Mapped[dt.datetime]
    tries: Mapped[int]
    proven_at: Mapped[dt.datetime | None]
