"""Requests and their follow-ups, committed together before the caller is told "c'est enregistré".

Rule: the same act (transport key) or the same request (business key) is stored once, whoever comes first; the other is given
what is stored.
"""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, or_, select

from ivr.engine.codec import decode, encode
from ivr.ports.clock import Clock
from ivr.ports.unit_of_work import Receipt, Work
from ivr.records.database import Database
from ivr.records.inserting import insert_once
from ivr.records.models import OutboxRow, RequestRow

KEY_LENGTH = 255


class DatabaseUnitOfWork:
    """Implements ivr.ports.unit_of_work.UnitOfWork."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    @contextmanager
    def begin(self, transport_key: str, timeout_ms: int) -> Iterator[Work]:
        """Raises StorageError when nothing was stored, CommitUnknown when that cannot be known."""
        with self._database.write(timeout_ms, durable=True) as connection:
            yield _Work(connection, transport_key, self._clock)


class _Work:
    def __init__(self, connection: Connection, transport_key: str, clock: Clock) -> None:
        self._connection = connection
        self._transport_key = transport_key
        self._clock = clock
        self._request_id: str | None = None

    def request(self, kind: str, business_key: str, payload: Mapping[str, Any]) -> Receipt:
        _check_key(business_key)
        values = {
            "id": secrets.token_hex(16),
            "kind": kind,
            "business_key": business_key,
            "transport_key": self._transport_key,
            "status": "stored",
            "payload": encode(payload),
            "call_id": self._transport_key.rpartition(":")[0],
            "created_at": self._clock.now(),
            "receipt": "",
        }
        created = insert_once(self._connection, RequestRow, values)
        stored = self._stored(kind, business_key)
        self._request_id = stored.request_id
        return Receipt(stored.request_id, created, stored.status, stored.payload)

    def follow_up(self, kind: str, key: str, payload: Mapping[str, Any]) -> None:
        _check_key(key)
        now = self._clock.now()
        values = {
            "kind": kind,
            "key": key,
            "request_id": self._request_id,
            "payload": encode(payload),
            "status": "waiting",
            "attempts": 0,
            "created_at": now,
            "next_at": now,
            "last_error": "",
        }
        insert_once(self._connection, OutboxRow, values)

    def _stored(self, kind: str, business_key: str) -> Receipt:
        """The act that was repeated comes before the request that was repeated: a retry gets its own receipt."""
        same_act = RequestRow.transport_key == self._transport_key
        found = self._connection.execute(
            select(RequestRow.id, RequestRow.status, RequestRow.payload)
            .where(RequestRow.kind == kind, or_(same_act, RequestRow.business_key == business_key))
            .order_by(same_act.desc())
            .limit(1)
        ).one()
        return Receipt(found.id, False, found.status, decode(found.payload))


def _check_key(key: str) -> None:
    if not 0 < len(key) <= KEY_LENGTH or "\0" in key:
        raise ValueError(f"a key has 1 to {KEY_LENGTH} characters, this one {len(key)}")
