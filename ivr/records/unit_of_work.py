"""Requests and their follow-ups, committed together before the caller is told "c'est enregistré".

Rule: the same act (transport key) or the same request (business key) is stored once, whoever comes first; the other is given
what is stored.
"""

import datetime as dt
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, or_, select

from ivr.engine.codec import decode, encode
from ivr.ports.clock import Clock
from ivr.ports.outbox import FollowUp
from ivr.ports.unit_of_work import Receipt, Work
from ivr.records.database import Database
from ivr.records.inserting import insert_once
from ivr.records.models import RequestRow
from ivr.records.outbox_items import check_key, put


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
        check_key(business_key)
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

    def follow_up(self, kind: str, key: str, payload: Mapping[str, Any], at: dt.datetime | None = None) -> None:
        put(self._connection, FollowUp(kind, key, payload, at), self._request_id, self._clock.now())

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
