"""The outbox as people see it: what waits, what was parked and why, and one more try.

Rule: payloads are not shown, since they hold what messages say and to whom.
"""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import func, select, update

from ivr.ports.clock import Clock
from ivr.ports.outbox import Item
from ivr.records.database import Database
from ivr.records.models import OutboxRow
from ivr.records.outbox_items import note_settled


@dataclass(frozen=True, slots=True)
class Entry:
    """`next_at` is when it is tried next; while it is delivered, when its worker must have ended."""

    id: int
    kind: str
    key: str
    request_id: str | None
    status: str
    attempts: int
    created_at: dt.datetime
    next_at: dt.datetime
    last_error: str
    receipt: str
    settled_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Count:
    """How many items of a kind have a status, and since when the oldest of them is there."""

    kind: str
    status: str
    number: int
    oldest: dt.datetime


_SHOWN = (
    OutboxRow.id,
    OutboxRow.kind,
    OutboxRow.key,
    OutboxRow.request_id,
    OutboxRow.status,
    OutboxRow.attempts,
    OutboxRow.created_at,
    OutboxRow.next_at,
    OutboxRow.last_error,
    OutboxRow.receipt,
    OutboxRow.settled_at,
)


class OutboxDesk:
    """All raise StorageError."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def entries(self, status: str | None = None, kind: str | None = None, limit: int = 100) -> list[Entry]:
        """Items, newest first."""
        rows = select(*_SHOWN)
        if status is not None:
            rows = rows.where(OutboxRow.status == status)
        if kind is not None:
            rows = rows.where(OutboxRow.kind == kind)
        with self._database.read() as connection:
            return [Entry(*row) for row in connection.execute(rows.order_by(OutboxRow.id.desc()).limit(limit))]

    def counts(self) -> list[Count]:
        """By kind and status; what is not there is not counted."""
        grouped = select(OutboxRow.kind, OutboxRow.status, func.count(), func.min(OutboxRow.created_at))
        with self._database.read() as connection:
            rows = connection.execute(
                grouped.group_by(OutboxRow.kind, OutboxRow.status).order_by(OutboxRow.kind, OutboxRow.status)
            )
            return [Count(*row) for row in rows]

    def requeue(self, id: int) -> bool:
        """Let a parked item be tried again, at once and from its first attempt; false when it is not parked."""
        now = self._clock.now()
        with self._database.write(durable=True) as connection:
            parked = update(OutboxRow).where(OutboxRow.id == id, OutboxRow.status == "failed")
            again = parked.values(status="waiting", attempts=0, next_at=now, last_error="")
            row = connection.execute(again.returning(OutboxRow.kind, OutboxRow.key, OutboxRow.request_id)).first()
            if row is None:
                return False
            note_settled(connection, Item(id, row.kind, row.key, {}, 0, now, row.request_id), "delivering", now)
        return True
