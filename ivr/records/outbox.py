"""The outbox as workers see it: items are leased, carried elsewhere, and settled here.

Rule: a lease ends by itself, so a worker that dies gives back what it had. Nothing is taken by two workers within a lease, and
only whoever holds it may put an item off; that it was carried counts whoever says so. What was carried keeps no payload.
"""

import datetime as dt
import random
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, select, update

from ivr.engine.codec import CodecError, decode
from ivr.ports.clock import Clock
from ivr.ports.outbox import FollowUp, Item
from ivr.records.database import Database
from ivr.records.inserting import fitted
from ivr.records.models import OutboxRow
from ivr.records.outbox_items import note_begun, note_settled, put
from ivr.records.outbox_policy import BackOff

LEASE_MS = 300_000
LOST = "worker_lost"
UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class OutboxSettings:
    """A lease is longer than the slowest delivery may take; it is also how long an item waits when its worker died."""

    lease_ms: int = LEASE_MS
    back_off: BackOff = BackOff()


class DatabaseOutbox:
    """Implements ivr.ports.outbox.Outbox. One worker process on SQLite, any number on PostgreSQL."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        settings: OutboxSettings = OutboxSettings(),
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._database = database
        self._clock = clock
        self._settings = settings
        self._chance = chance

    def take(self, kinds: Collection[str], limit: int = 1) -> list[Item]:
        now = self._clock.now()
        with self._database.read() as connection:  # an idle worker asks every second, and must hold up no caller's write
            if connection.scalar(_due(kinds, now, 1)) is None:
                return []
        with self._database.write() as connection:
            ids = connection.scalars(_due(kinds, now, limit).with_for_update(skip_locked=True)).all()
            rows = connection.execute(self._lease(ids, now)).all() if ids else []
            items = [self._leased(connection, row, now) for row in sorted(rows, key=lambda row: (row.created_at, row.id))]
            taken = [item for item in items if item is not None]
            note_begun(connection, [item.request_id for item in taken if item.request_id])
        return taken

    def done(self, item: Item, receipt: str = "", then: Sequence[FollowUp] = ()) -> bool:
        now = self._clock.now()
        values = {"status": "done", "receipt": receipt, "settled_at": now, "payload": {}, "last_error": ""}
        with self._database.write(durable=True) as connection:
            mine = update(OutboxRow).where(OutboxRow.id == item.id, OutboxRow.status != "done")
            if not connection.execute(mine.values(**fitted(OutboxRow, values))).rowcount:
                return False
            for follow_up in then:
                put(connection, follow_up, item.request_id, now)
            note_settled(connection, item, "done", now, str(fitted(OutboxRow, {"receipt": receipt})["receipt"]))
        return True

    def later(self, item: Item, reason: str, after_ms: int | None = None) -> bool:
        back_off = self._settings.back_off
        if back_off.worn_out(item.attempt):
            return self._parked(item, reason, "unknown")
        wait = dt.timedelta(milliseconds=back_off.delay_ms(item.attempt, self._chance(), after_ms))
        with self._database.write() as connection:
            return _change(connection, item, status="waiting", next_at=self._clock.now() + wait, last_error=reason)

    def rejected(self, item: Item, reason: str) -> bool:
        return self._parked(item, reason, "refused")

    def _parked(self, item: Item, reason: str, request_status: str) -> bool:
        now = self._clock.now()
        with self._database.write(durable=True) as connection:
            return _park(connection, item, reason, request_status, now)

    def _lease(self, ids: Sequence[int], now: dt.datetime) -> Any:
        until = now + dt.timedelta(milliseconds=self._settings.lease_ms)
        lease = update(OutboxRow).where(OutboxRow.id.in_(ids))
        return lease.values(status="delivering", attempts=OutboxRow.attempts + 1, next_at=until).returning(
            OutboxRow.id,
            OutboxRow.kind,
            OutboxRow.key,
            OutboxRow.payload,
            OutboxRow.attempts,
            OutboxRow.created_at,
            OutboxRow.request_id,
        )

    def _leased(self, connection: Connection, row: Row[Any], now: dt.datetime) -> Item | None:
        """The item of a row; one that workers keep dying of, or that cannot be read, is parked instead."""
        try:
            payload = decode(row.payload)
        except (CodecError, LookupError, TypeError, ValueError):
            payload = None
        item = Item(row.id, row.kind, row.key, payload or {}, row.attempts, row.created_at, row.request_id)
        if payload is None:
            _park(connection, item, UNREADABLE, "unknown", now)
            return None
        if row.attempts > self._settings.back_off.attempts:
            _park(connection, item, LOST, "unknown", now)
            return None
        return item


def _due(kinds: Collection[str], now: dt.datetime, limit: int) -> Select[Any]:
    due = select(OutboxRow.id).where(
        OutboxRow.status.in_(("waiting", "delivering")), OutboxRow.next_at <= now, OutboxRow.kind.in_(kinds)
    )
    return due.order_by(OutboxRow.next_at, OutboxRow.id).limit(limit)


def _change(connection: Connection, item: Item, **values: Any) -> bool:
    """Change an item that its worker still holds."""
    held = update(OutboxRow).where(OutboxRow.id == item.id, OutboxRow.status == "delivering", OutboxRow.attempts == item.attempt)
    return connection.execute(held.values(**fitted(OutboxRow, values))).rowcount > 0


def _park(connection: Connection, item: Item, reason: str, request_status: str, now: dt.datetime) -> bool:
    if not _change(connection, item, status="failed", next_at=now, last_error=reason):
        return False
    note_settled(connection, item, request_status, now)
    return True
